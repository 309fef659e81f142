import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import { Bitfield } from "../../shared/bitfield.ts";
import { layoutInPlace } from "./file_layout.ts";
import { StorageError } from "./storage_error.ts";
import { download, StorageBench, type TestTorrent, testTorrent } from "./test_torrent.ts";
import { TorrentStorage } from "./torrent_storage.ts";

const SEED = 20_240;
const KIB = 1024;

/** Reads everything that is no gap, as a player does. */
function readAll(storage: TorrentStorage, torrent: TestTorrent): void {
  const { info, files } = torrent;
  for (const [index, file] of info.files.entries()) {
    const into = new Uint8Array(file.length);
    for (let done = 0; done < into.length;) {
      const count = storage.readInto(file.offset + done, into.subarray(done, done + 50_001));
      assert.ok(count > 0, `file ${index} is readable at ${done}`);
      done += count;
    }
    assert.deepEqual(into, files[index], `file ${index} reads as it is`);
  }
}

async function assertFilesEqual(bench: StorageBench, torrent: TestTorrent): Promise<void> {
  for (const [index, file] of torrent.info.files.entries()) {
    if (file.isPad) continue;
    assert.deepEqual(await Deno.readFile(bench.path(...file.path)), torrent.files[index], file.path.join("/"));
  }
}

Deno.test("any order of blocks gives byte-equal files, v1, v2 and hybrid, with pads, gaps and empty files", async () => {
  const cases = fc.record({
    version: fc.constantFrom("v1" as const, "v2" as const, "hybrid" as const),
    lengths: fc.array(
      fc.oneof(fc.integer({ min: 0, max: 200 * KIB }), fc.constantFrom(0, 1, BLOCK_LENGTH, 64 * KIB, 128 * KIB)),
      { minLength: 1, maxLength: 4 },
    ),
    order: fc.infiniteStream(fc.nat()),
    budgetBytes: fc.constantFrom(64 * KIB, 200 * KIB, 8192 * KIB),
    seed: fc.nat({ max: 1000 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ version, lengths, order, budgetBytes, seed }) => {
      const torrent = testTorrent({ version, lengths, pieceLength: 64 * KIB, seed });
      await using bench = new StorageBench({ budgetBytes });
      const storage = await bench.open(torrent);
      const keyed = torrent.blocks.map((block) => ({ block, key: order.next().value ?? 0 }));
      const blocks = keyed.sort((one, other) => one.key - other.key).map(({ block }) => block);
      await download(storage, torrent, blocks);
      assert.ok(storage.verified.isComplete, "every piece is verified");
      assert.equal(bench.buffers.usedBytes, 0, "all memory is given back");
      readAll(storage, torrent);
      await assertFilesEqual(bench, torrent);
      const names = await Array.fromAsync(Deno.readDir(bench.folder), ({ name }) => name);
      assert.deepEqual(names, [torrent.info.name]);
      const complete = bench.events.filter((event) => event.type === "file-complete").map(({ file }) => file);
      const expected = torrent.info.files.flatMap((file, index) => file.length > 0 && !file.isPad ? [index] : []);
      assert.deepEqual(complete.sort(), expected, "each file with content is told to be complete, once");
    }),
    { seed: SEED, numRuns: 40 },
  );
});

Deno.test("blocks can be read back exactly, in any range inside a verified piece", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [100_000, 5, 70_000] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  await download(storage, torrent);
  for (const block of torrent.blocks) {
    const into = new Uint8Array(block.length);
    storage.readBlock(block, into);
    assert.deepEqual(into, torrent.bytes(block));
  }
  const odd = { piece: 1, begin: 34_000, length: 3000 };
  const into = new Uint8Array(3000);
  storage.readBlock(odd, into);
  assert.deepEqual(into, torrent.bytes(odd));
  assert.throws(() => storage.readBlock({ piece: 99, begin: 0, length: 1 }, new Uint8Array(1)), RangeError);
  assert.throws(() => storage.readBlock(odd, new Uint8Array(2999)), RangeError);
});

Deno.test("the last block of a v2-only file can be read as a whole one, zeros behind the end", async () => {
  const torrent = testTorrent({ version: "v2", lengths: [100_000, 5] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  await download(storage, torrent);
  for (const { piece, begin, length } of torrent.blocks.filter((block) => block.length < BLOCK_LENGTH)) {
    const into = new Uint8Array(BLOCK_LENGTH).fill(255);
    storage.readBlock({ piece, begin, length: BLOCK_LENGTH }, into);
    assert.deepEqual(into.subarray(0, length), torrent.bytes({ piece, begin, length }));
    assert.ok(into.subarray(length).every((byte) => byte === 0));
  }
});

Deno.test("a piece that is not verified is not readable, and what is no block of ours is refused", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [200_000] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  const [first] = torrent.blocks;
  assert.ok(first);
  storage.writeBlock(first, torrent.bytes(first));
  await storage.flush();
  assert.equal(storage.availableFrom(0), 0);
  assert.equal(storage.readInto(0, new Uint8Array(10)), 0);
  assert.throws(() => storage.readBlock(first, new Uint8Array(first.length)), RangeError);
  assert.throws(() => storage.writeBlock({ ...first, begin: 1 }, torrent.bytes(first)), RangeError);
  assert.throws(() => storage.writeBlock(first, new Uint8Array(1)), RangeError);
});

Deno.test("a corrupt block fails its piece with digests that name it, and nothing is written", async () => {
  for (const version of ["v1", "v2", "hybrid"] as const) {
    const torrent = testTorrent({ version, lengths: [130_000] });
    await using bench = new StorageBench();
    const storage = await bench.open(torrent);
    const piece = torrent.blocks.filter((block) => block.piece === 1);
    for (const [index, block] of piece.entries()) {
      const data = torrent.bytes(block).slice();
      if (index === 2) data.fill(7, 100, 200);
      storage.writeBlock(block, data);
    }
    const failed = await bench.until("piece-failed");
    assert.equal(failed.piece, 1);
    assert.equal(storage.verified.count, 0);
    await assert.rejects(Deno.stat(bench.path("0.bin")), Deno.errors.NotFound);
    assert.equal(storage.availableFrom(65_536), 0);

    for (const block of piece) storage.writeBlock(block, torrent.bytes(block));
    const verified = await bench.until("piece-verified");
    const liars = failed.digests.flatMap((digest, index) => digest === verified.digests?.[index] ? [] : [index]);
    assert.deepEqual(liars, [2], version);
    const rest = torrent.blocks.filter((block) => block.piece === 0);
    await download(storage, torrent, rest);
    const other = await bench.until("piece-verified", (event) => event.piece === 0);
    assert.equal(other.digests, undefined, "digests are computed only where they are needed");
  }
});

Deno.test("unfinished pieces beyond the budget are spilled to disk and still verified", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [40 * 64 * KIB] });
  await using bench = new StorageBench({ budgetBytes: 4 * 64 * KIB });
  const storage = await bench.open(torrent);
  // Block by block over all pieces: the worst order, in which every piece is unfinished until the end.
  const blocks = torrent.blocks.toSorted((one, other) => one.begin - other.begin || one.piece - other.piece);
  let mostBytes = 0;
  for (const block of blocks) {
    await storage.room();
    storage.writeBlock(block, torrent.bytes(block));
    mostBytes = Math.max(mostBytes, bench.buffers.usedBytes);
  }
  await storage.flush();
  assert.ok(storage.verified.isComplete);
  assert.ok(mostBytes <= 5 * 64 * KIB, `${mostBytes} bytes were in use`);
  await assertFilesEqual(bench, torrent);
});

Deno.test("after a crash claimed pieces are hashed before they are believed, and torn ones are not", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [300_000, 100_000] });
  await using bench = new StorageBench();
  const first = await bench.open(torrent);
  await download(first, torrent, torrent.blocks.filter(({ piece }) => piece !== 2));
  const record = { verified: first.checkpoint() };
  await first[Symbol.asyncDispose]();
  // A torn write: half of piece 1 is not what it was.
  const file = await Deno.open(bench.path("torrent", "0.bin"), { write: true });
  await file.seek(65_536 + 30_000, Deno.SeekMode.Start);
  await file.write(new Uint8Array(30_000));
  file.close();

  const progress: number[] = [];
  const second = await bench.open(torrent, { record, onCheckProgress: (done, total) => progress.push(done / total) });
  assert.deepEqual([...second.verified.indices()], [0, 3, 4, 5, 6]);
  assert.equal(progress.at(-1), 1);
  assert.equal(second.fileVerifiedBytes(0), 300_000 - 2 * 65_536);
  await download(second, torrent, torrent.blocks.filter(({ piece }) => piece === 1 || piece === 2));
  assert.ok(second.verified.isComplete);
  await assertFilesEqual(bench, torrent);
});

Deno.test("a claim of pieces whose file is gone is not believed", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [100_000, 100_000] });
  await using bench = new StorageBench();
  const first = await bench.open(torrent);
  await download(first, torrent, torrent.blocks.filter(({ piece }) => piece !== 1));
  const record = { verified: first.checkpoint() };
  await first[Symbol.asyncDispose]();
  await Deno.remove(bench.path("torrent", "1.bin"));
  const second = await bench.open(torrent, { record });
  assert.deepEqual([...second.verified.indices()], [0]);
});

Deno.test("progress is saved while it is made, and at the end with the stamps of the files", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [300_000] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  await download(storage, torrent, torrent.blocks.filter(({ piece }) => piece < 2));
  assert.equal(bench.saved.length, 0, "not for every piece");
  await storage[Symbol.asyncDispose]();
  assert.deepEqual(bench.saved.map(({ verified }) => [...verified]), [[0b11000000]]);
  const again = await bench.open(torrent, { record: bench.saved[0] ?? { verified: new Uint8Array(1) } });
  await download(again, torrent);
  const last = bench.saved.at(-1);
  assert.deepEqual([...last?.verified ?? []], [0b11111000]);
  assert.equal(last?.stamps?.[0]?.length, 300_000);
});

Deno.test("a finished torrent is believed without hashing as long as its files stand still", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [200_000, 0, 60_000] });
  await using bench = new StorageBench();
  const first = await bench.open(torrent);
  await download(first, torrent);
  await first[Symbol.asyncDispose]();
  const record = bench.saved.at(-1);
  assert.ok(record);
  let checks = 0;
  const onCheckProgress = () => void checks++;
  const second = await bench.open(torrent, { record, onCheckProgress });
  assert.ok(second.verified.isComplete);
  assert.equal(checks, 0);
  await second[Symbol.asyncDispose]();

  await Deno.utime(bench.path("torrent", "2.bin"), new Date(), new Date(Date.now() - 5000));
  const third = await bench.open(torrent, { record, onCheckProgress });
  assert.ok(third.verified.isComplete, "it was only touched");
  assert.ok(checks > 0, "it was hashed again");
  await third[Symbol.asyncDispose]();

  await Deno.truncate(bench.path("torrent", "2.bin"), 59_999);
  const fourth = await bench.open(torrent, { record });
  assert.ok(!fourth.verified.isComplete);
});

Deno.test("the check at opening can be cancelled", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [200_000] });
  await using bench = new StorageBench();
  const first = await bench.open(torrent);
  await download(first, torrent);
  await first[Symbol.asyncDispose]();
  const record = { verified: Bitfield.full(4).toBytes() };
  const abort = new AbortController();
  const opening = bench.open(torrent, { record, signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(opening, /enough/);
});

Deno.test("verifyAll finds what is on disk without any record", async () => {
  const torrent = testTorrent({ version: "v2", lengths: [200_000, 80_000] });
  await using bench = new StorageBench();
  const first = await bench.open(torrent);
  await download(first, torrent);
  await first[Symbol.asyncDispose]();
  const second = await bench.open(torrent);
  assert.equal(second.verified.count, 0);
  await second.verifyAll();
  assert.ok(second.verified.isComplete);
  assert.equal(second.fileVerifiedBytes(1), 80_000);
  readAll(second, torrent);
});

Deno.test("a share is read in place, refuses writes, and is never served when it changed", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [100_000] });
  await using bench = new StorageBench();
  const path = join(bench.folder, "elsewhere.bin");
  await Deno.writeFile(path, torrent.files[0] ?? new Uint8Array());
  const { size, mtime, ino } = await Deno.stat(path);
  const stamp = { length: size, modifiedAtMs: mtime?.getTime() ?? 0, inode: ino ?? 0 };
  const storage = await bench.open(torrent, {
    layout: layoutInPlace(torrent.info, path),
    isReadOnly: true,
    record: { verified: Bitfield.full(2).toBytes(), stamps: [stamp] },
  });
  readAll(storage, torrent);
  const [block] = torrent.blocks;
  assert.ok(block);
  assert.throws(() => storage.writeBlock(block, torrent.bytes(block)), TypeError);
  // While it is held open: only one byte, as long as before.
  const file = await Deno.open(path, { write: true });
  await file.write(Uint8Array.of(1));
  file.close();
  await Deno.utime(path, new Date(), new Date(stamp.modifiedAtMs + 10));
  const into = new Uint8Array(block.length);
  assert.throws(
    () => storage.readBlock(block, into),
    (error) => error instanceof StorageError && error.code === "changed",
  );
  assert.throws(() => storage.readInto(0, into), StorageError);
  const failed = await bench.until("failed");
  assert.equal(failed.error.code, "changed");
  assert.equal(bench.events.filter(({ type }) => type === "failed").length, 1, "it is told once");
});

Deno.test("a finished download that is removed is told, not served as something else", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [100_000] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  await download(storage, torrent);
  await Deno.remove(bench.path("0.bin"));
  const [block] = torrent.blocks;
  assert.ok(block);
  assert.throws(() => storage.readBlock(block, new Uint8Array(block.length)), StorageError);
  assert.equal((await bench.until("failed")).error.code, "missing");
});

Deno.test("a folder that cannot be written ends the storage with a sentence", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [60_000] });
  await using bench = new StorageBench();
  // A file where the folder should be: no permission is needed to see that this cannot work.
  await Deno.writeTextFile(bench.path("blocked"), "");
  const layout = { folder: bench.path("blocked"), rootName: "0.bin", paths: [bench.path("blocked", "0.bin")] };
  const opening = bench.open(torrent, { layout });
  const storage = await opening;
  for (const block of torrent.blocks) storage.writeBlock(block, torrent.bytes(block));
  const { error } = await bench.until("failed");
  assert.match(error.message, /^Cannot write .*blocked/);
  await storage.flush();
  assert.equal(bench.buffers.usedBytes, 0);
});
