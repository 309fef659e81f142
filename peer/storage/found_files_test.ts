import assert from "node:assert/strict";
import { dirname } from "node:path";
import { findFiles } from "./found_files.ts";
import { StorageBench, type TestTorrent, testTorrent } from "./test_torrent.ts";

function find(bench: StorageBench, torrent: TestTorrent, options: { readonly signal?: AbortSignal } = {}) {
  return findFiles({
    info: torrent.info,
    pieceLayers: torrent.pieceLayers,
    folder: bench.folder,
    pool: bench.pool,
    buffers: bench.buffers,
    files: bench.openFiles,
    ...options,
  });
}

async function write(bench: StorageBench, torrent: TestTorrent): Promise<void> {
  for (const [index, { path, isPad }] of torrent.info.files.entries()) {
    if (isPad) continue;
    await Deno.mkdir(dirname(bench.path(...path)), { recursive: true });
    await Deno.writeFile(bench.path(...path), torrent.files[index] ?? new Uint8Array());
  }
}

for (const version of ["v1", "v2", "hybrid"] as const) {
  for (const lengths of [[200_000], [100_000, 0, 5, 70_000]]) {
    Deno.test(`${version}: ${lengths.length} files that are there are found when each byte is true`, async () => {
      const torrent = testTorrent({ version, lengths });
      await using bench = new StorageBench();
      assert.equal(await find(bench, torrent), undefined, "nothing is there");
      await write(bench, torrent);
      const found = await find(bench, torrent);
      assert.ok(found);
      const storage = await bench.open(torrent, found);
      assert.ok(storage.verified.isComplete);

      const last = bench.path(...torrent.info.files.at(-1)?.path ?? []);
      const bytes = await Deno.readFile(last);
      await Deno.writeFile(last, bytes.map((byte, index) => index === bytes.length - 1 ? byte ^ 1 : byte));
      assert.equal(await find(bench, torrent), undefined, "a byte is another");
      await Deno.writeFile(last, bytes.subarray(1));
      assert.equal(await find(bench, torrent), undefined, "a file is shorter");
      await Deno.remove(last);
      assert.equal(await find(bench, torrent), undefined, "a file is missing");
    });
  }
}

Deno.test("neither a link that leads out of the folder nor a v2 file without its layers is taken", async () => {
  const torrent = testTorrent({ version: "v2", lengths: [200_000] });
  await using bench = new StorageBench();
  await write(bench, torrent);
  assert.equal(await find(bench, { ...torrent, pieceLayers: new Map() }), undefined);
  const elsewhere = await Deno.makeTempDir({ prefix: "playswarm-elsewhere-" });
  await Deno.rename(bench.path("0.bin"), `${elsewhere}/0.bin`);
  await Deno.symlink(`${elsewhere}/0.bin`, bench.path("0.bin"));
  assert.equal(await find(bench, torrent), undefined);
  await Deno.remove(elsewhere, { recursive: true });
});

Deno.test("the search ends when it is told to", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [200_000] });
  await using bench = new StorageBench();
  await write(bench, torrent);
  await assert.rejects(find(bench, torrent, { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});
