import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { Folder } from "../program.ts";
import { checksums, packFolder } from "./archive.ts";
import { type Platform, PLATFORMS } from "./platform.ts";

async function packed(scope: AsyncDisposableStack, name: string): Promise<string> {
  const platform = PLATFORMS.find((candidate): candidate is Platform => candidate.name === name);
  assert.ok(platform !== undefined);
  const { path } = scope.use(await Folder.create());
  const folder = `${path}/playswarm-1.2.3-${name}`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/peer${platform.suffix}`, "a program", { mode: 0o755 });
  return await packFolder(folder, platform);
}

Deno.test("an archive for Unix keeps what is executable", async () => {
  await using scope = new AsyncDisposableStack();
  const archive = await packed(scope, "linux-arm64");
  const { stdout } = await new Deno.Command("tar", { args: ["-tvzf", archive] }).output();
  assert.match(new TextDecoder().decode(stdout), /-rwxr-xr-x.* playswarm-1\.2\.3-linux-arm64\/peer/);
});

Deno.test("an archive for Windows is a zip file", async () => {
  await using scope = new AsyncDisposableStack();
  const archive = await packed(scope, "windows-x86_64");
  assert.match(archive, /windows-x86_64\.zip$/);
  const entries = unzipSync(await Deno.readFile(archive));
  const program = entries["playswarm-1.2.3-windows-x86_64/peer.exe"];
  assert.equal(new TextDecoder().decode(program), "a program");
});

Deno.test("checksums are lines that sha256sum reads", async () => {
  await using folder = await Folder.create();
  await Deno.writeTextFile(`${folder.path}/a b`, "abc");
  assert.equal(
    await checksums([`${folder.path}/a b`]),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a b\n",
  );
});
