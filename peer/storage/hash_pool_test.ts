import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { FileTree } from "../../shared/merkle.ts";
import { createMetainfo } from "../../shared/metainfo_create.ts";
import { HashPool } from "./hash_pool.ts";
import { leavesOf, sha1Of } from "./piece_check.ts";
import { StorageError } from "./storage_error.ts";
import { testBytes } from "./test_torrent.ts";

const MIB = 1024 * 1024;

class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "playswarm-pool-" });
  at(name: string): string {
    return join(this.path, name);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A piece as a job, and where it would be written. */
function pieceJob(path: string, bytes: Uint8Array) {
  const buffer = new ArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return {
    type: "piece" as const,
    buffer,
    length: bytes.length,
    expectation: { sha1: sha1Of(bytes) },
    places: [{ path, fileLength: bytes.length, offset: 0, start: 0, length: bytes.length }],
    spilled: [],
    wantsDigests: false,
  };
}

Deno.test("a true piece is written to all its places and its buffer comes back, the same memory", async () => {
  await using folder = new Folder();
  await using pool = new HashPool({ workerCount: 1 });
  const bytes = testBytes(100_000, 1);
  const job = {
    ...pieceJob("", bytes),
    places: [
      { path: folder.at("a"), fileLength: 70_000, offset: 10_000, start: 0, length: 60_000 },
      { path: folder.at("deep/er/b"), fileLength: 30_000, offset: 0, start: 70_000, length: 30_000 },
    ],
  };
  const judging = pool.judge(job);
  assert.ok(job.buffer.detached, "it was transferred, not copied");
  const result = await judging;
  assert.equal(result.type, "true");
  assert.deepEqual(new Uint8Array(result.buffer), bytes);
  const a = await Deno.readFile(folder.at("a"));
  assert.equal(a.length, 70_000, "a file is made at its full length");
  assert.deepEqual(a.subarray(10_000), bytes.subarray(0, 60_000));
  assert.deepEqual(await Deno.readFile(folder.at("deep/er/b")), bytes.subarray(70_000));
});

Deno.test("a wrong piece is not written, and its digests are those of its blocks", async () => {
  await using folder = new Folder();
  await using pool = new HashPool({ workerCount: 1 });
  const bytes = testBytes(40_000, 2);
  const result = await pool.judge({ ...pieceJob(folder.at("a"), bytes), expectation: { sha1: new Uint8Array(20) } });
  assert.equal(result.type, "wrong");
  if (result.type !== "wrong") return;
  assert.deepEqual(
    result.digests,
    [0, 16_384, 32_768].map((begin) => {
      return FileTree.fromLeaves(leavesOf(bytes.subarray(begin, begin + 16_384)), { pieceLength: 16_384 }).piecesRoot
        .toHex();
    }),
  );
  await assert.rejects(Deno.stat(folder.at("a")), Deno.errors.NotFound);
});

Deno.test("what the disk does not do is an answer, not a crash, and what is our fault is thrown", async () => {
  await using pool = new HashPool({ workerCount: 1 });
  const bytes = testBytes(100_000, 3);
  const stuck = await pool.judge(pieceJob("/proc/no/such/place", bytes));
  assert.equal(stuck.type, "stuck");
  assert.deepEqual(new Uint8Array(stuck.buffer), bytes, "the piece is not lost");
  await assert.rejects(pool.judge({ ...pieceJob("/nowhere", bytes), expectation: {} }), /hash worker failed/);
});

Deno.test("a file is hashed both ways, on any number of workers, exactly as in one go", async () => {
  await using folder = new Folder();
  await using one = new HashPool({ workerCount: 1 });
  await using two = new HashPool({ workerCount: 2 });
  const lengths = fc.oneof(fc.constantFrom(0, 1, 16_384, 16_385, MIB, 8 * MIB, 8 * MIB + 1), fc.nat({ max: 20 * MIB }));
  await fc.assert(
    fc.asyncProperty(lengths, fc.constantFrom(512 * 1024, 16 * MIB), async (length, pieceLength) => {
      const bytes = testBytes(length, length + 1);
      await Deno.writeFile(folder.at("file"), bytes);
      let last = 0;
      const onProgress = (done: number, total: number) => {
        assert.ok(done > last && total === length);
        last = done;
      };
      const hashes = await two.hashFile({ path: folder.at("file"), length, pieceLength }, { onProgress });
      assert.equal(last, length);
      assert.deepEqual(hashes, await one.hashFile({ path: folder.at("file"), length, pieceLength }));
      assert.deepEqual(hashes.leaves, leavesOf(bytes));
      for (let piece = 0; piece * pieceLength < length; piece++) {
        const expected = sha1Of(bytes.subarray(piece * pieceLength, (piece + 1) * pieceLength));
        assert.deepEqual(hashes.pieceHashes.subarray(piece * 20, piece * 20 + 20), new Uint8Array(expected));
      }
      assert.equal(createMetainfo("file", hashes).info.geometry.contentLength, length);
    }),
    { seed: 11, numRuns: 12 },
  );
});

Deno.test("hashing can be cancelled, and fails with a sentence when the file is shorter or gone", async () => {
  await using folder = new Folder();
  await using pool = new HashPool();
  await Deno.writeFile(folder.at("file"), new Uint8Array(20 * MIB));
  const file = { path: folder.at("file"), length: 20 * MIB, pieceLength: MIB };
  const abort = new AbortController();
  const onProgress = () => abort.abort(new Error("enough"));
  await assert.rejects(pool.hashFile(file, { signal: abort.signal, onProgress }), /enough/);
  await assert.rejects(pool.hashFile({ ...file, length: 30 * MIB }), (error) => {
    return error instanceof StorageError && error.code === "changed";
  });
  await assert.rejects(pool.hashFile({ ...file, path: folder.at("none") }), (error) => {
    return error instanceof StorageError && error.code === "missing";
  });
});

Deno.test("small pieces are judged and written without a worker", async () => {
  await using folder = new Folder();
  await using pool = new HashPool({ workerCount: 1 });
  const bytes = testBytes(1000, 5);
  const job = pieceJob(folder.at("a"), bytes);
  const result = await pool.judge(job);
  assert.equal(result.type, "true");
  assert.equal(result.buffer, job.buffer, "it went nowhere");
  assert.deepEqual(await Deno.readFile(folder.at("a")), bytes);
  await pool.close([folder.at("a")]);
});

Deno.test("downloaded pieces overtake a long hashing", async () => {
  await using folder = new Folder();
  await using pool = new HashPool({ workerCount: 1 });
  await Deno.writeFile(folder.at("file"), new Uint8Array(80 * MIB));
  let isHashed = false;
  const hashing = pool.hashFile({ path: folder.at("file"), length: 80 * MIB, pieceLength: MIB }).then(() => {
    isHashed = true;
  });
  const result = await pool.judge(pieceJob(folder.at("piece"), testBytes(50_000, 4)));
  assert.equal(result.type, "true");
  assert.ok(!isHashed);
  await hashing;
});

Deno.test("closing rejects what was asked, and starts no worker again", async () => {
  const pool = new HashPool({ workerCount: 1 });
  const jobs = [1, 2, 3, 4].map((seed) => pool.judge(pieceJob("/nowhere", testBytes(50_000, seed))));
  await pool[Symbol.asyncDispose]();
  for (const job of jobs) await assert.rejects(job, { name: "AbortError" });
  await assert.rejects(pool.judge(pieceJob("/nowhere", testBytes(100, 5))), { name: "AbortError" });
  assert.throws(() => new HashPool({ workerCount: 0 }), RangeError);
});
