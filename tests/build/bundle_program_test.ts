import assert from "node:assert/strict";
import { bundleDashboard } from "../../dashboard/bundle.ts";
import { Folder } from "../program.ts";
import { BundleError, bundleProgram, checkNamedFiles } from "./bundle_program.ts";

Deno.test("a bundle is code, worker and dashboard: no sources, no packages, no page of the other program", async () => {
  await bundleDashboard();
  await using folder = await Folder.create();
  await bundleProgram("tracker", folder.path);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder.path)) {
    if (!/-[A-Z0-9]{8}\.js$/.test(name)) names.push(name);
  }
  assert.deepEqual(names.sort(), ["assets", "deno.json", "hash_worker.ts", "main.js"]);
  await Deno.stat(`${folder.path}/assets/generated/tracker.js`);
  await assert.rejects(Deno.stat(`${folder.path}/assets/generated/peer.js`), Deno.errors.NotFound);
  // What answers --version does not carry what a tracker needs.
  assert.ok((await Deno.stat(`${folder.path}/main.js`)).size < 100_000);
});

Deno.test("a file that the code needs and the bundle lacks is said", async () => {
  await using folder = await Folder.create();
  await Deno.writeTextFile(`${folder.path}/main.js`, 'new Worker(new URL("./sum_worker.ts", import.meta.url))');
  await assert.rejects(
    checkNamedFiles(folder.path),
    (error) => error instanceof BundleError && /needs \.\/sum_worker\.ts, which is not beside it/.test(error.message),
  );
});
