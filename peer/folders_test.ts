import assert from "node:assert/strict";
import { Folder } from "../tests/program.ts";
import { RequestError } from "./api/request_error.ts";
import { listFolders, realFolder } from "./folders.ts";

const refused = (status: number) => (error: unknown) => error instanceof RequestError && error.status === status;

Deno.test("a folder's folders are listed by name, without files and hidden ones", async () => {
  await using scene = await Folder.create();
  for (const name of ["Zebra", "apple", ".hidden"]) await scene.folder(name);
  await Deno.writeTextFile(`${scene.path}/file.txt`, "");
  const real = await Deno.realPath(scene.path);
  const listing = await listFolders(scene.path);
  assert.equal(listing.path, real);
  assert.deepEqual(listing.folders, ["apple", "Zebra"].map((name) => ({ name, path: `${real}/${name}` })));
  assert.equal(listing.parent, real.slice(0, real.lastIndexOf("/")) || "/");
});

Deno.test("the root has no parent", async () => {
  const listing = await listFolders("/");
  assert.equal(listing.parent, undefined);
  assert.ok(listing.folders.every((folder) => folder.path === `/${folder.name}`));
});

Deno.test("links lead to the real folder", async () => {
  await using scene = await Folder.create();
  const folder = await Deno.realPath(await scene.folder("real"));
  await Deno.symlink(folder, `${scene.path}/link`);
  assert.equal(await realFolder(`${scene.path}/link/`), folder);
});

Deno.test("what is no folder is refused in a sentence", async () => {
  await using scene = await Folder.create();
  await Deno.writeTextFile(`${scene.path}/file`, "");
  await Deno.symlink(`${scene.path}/loop`, `${scene.path}/loop`);
  await assert.rejects(realFolder("relative"), refused(422));
  await assert.rejects(realFolder(`${scene.path}/file`), refused(422));
  await assert.rejects(realFolder(`${scene.path}/file/inside`), refused(404));
  await assert.rejects(realFolder(`${scene.path}/missing`), refused(404));
  await assert.rejects(realFolder(`${scene.path}/loop`), refused(404));
  await assert.rejects(realFolder(`/${"x".repeat(300)}`), refused(404));
});
