import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("without a runtime the build says so in one sentence, and fails", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", fileURLToPath(new URL("build.ts", import.meta.url))],
    env: { DENORT_BIN: "/nowhere/denort" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 1);
  assert.equal(new TextDecoder().decode(stdout), "");
  assert.match(
    new TextDecoder().decode(stderr),
    /^Cannot compile for \S+ without its runtime: .* DENORT_BIN \(Could not find denort at '\/nowhere\/denort'\)\n$/,
  );
});
