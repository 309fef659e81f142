import assert from "node:assert/strict";
import { join } from "node:path";
import { fileStamp } from "./file_stamp.ts";
import { OpenFiles } from "./open_files.ts";
import { StorageError } from "./storage_error.ts";

function codeOf(run: () => void): string {
  try {
    run();
    return "none";
  } catch (error) {
    assert.ok(error instanceof StorageError);
    return error.code;
  }
}

Deno.test("any number of files is read with a few of them open", async () => {
  const folder = await Deno.makeTempDir({ prefix: "playswarm-open-" });
  using files = new OpenFiles({ maxCount: 4 });
  const paths = Array.from({ length: 20 }, (_, index) => join(folder, `${index}`));
  for (const [index, path] of paths.entries()) await Deno.writeFile(path, Uint8Array.of(0, index, 2 * index));
  const into = new Uint8Array(2);
  for (const round of [1, 2]) {
    for (const [index, path] of paths.entries()) {
      files.read({ path, offset: 1 }, into);
      assert.deepEqual([...into], [index, 2 * index], `round ${round}`);
      assert.ok(files.count <= 4);
    }
  }
  files.close(join(folder, "19"));
  assert.equal(files.count, 3);
  assert.throws(() => new OpenFiles({ maxCount: 0 }), RangeError);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("bytes of a file that changed are never given out", async () => {
  const folder = await Deno.makeTempDir({ prefix: "playswarm-open-" });
  using files = new OpenFiles();
  const path = join(folder, "film");
  await Deno.writeFile(path, new Uint8Array(100).fill(1));
  const stamp = fileStamp(await Deno.stat(path));
  const into = new Uint8Array(50);
  const read = (offset = 0) => codeOf(() => files.read({ path, offset, stamp }, into));
  assert.equal(read(), "none");
  assert.equal(read(51), "changed", "it should be longer");
  await Deno.writeFile(path, new Uint8Array(100).fill(2));
  await Deno.utime(path, new Date(), new Date(stamp.modifiedAtMs + 1));
  assert.equal(read(), "changed", "written while it was open");
  assert.equal(files.count, 0, "and closed");
  await Deno.remove(path);
  assert.equal(read(), "missing");
  await Deno.writeFile(path, new Uint8Array(100).fill(1));
  await Deno.utime(path, new Date(), new Date(stamp.modifiedAtMs));
  await Deno.writeFile(join(folder, "other"), new Uint8Array());
  await Deno.rename(join(folder, "other"), path);
  assert.equal(read(), "changed", "another file under the same name");
  await Deno.remove(folder, { recursive: true });
});
