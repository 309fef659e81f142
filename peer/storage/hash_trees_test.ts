import assert from "node:assert/strict";
import { buildHashes, type HashRange, verifyHashes } from "../../shared/hash_proof.ts";
import { FileTree } from "../../shared/merkle.ts";
import { leavesOf } from "./piece_check.ts";
import { download, StorageBench, type TestTorrent, testTorrent } from "./test_torrent.ts";

/** What a peer that has the whole file would send. */
function hashesOf(torrent: TestTorrent, range: HashRange): HashRange & { readonly hashes: Uint8Array } {
  const index = torrent.info.files.findIndex(({ piecesRoot }) => piecesRoot?.toHex() === range.piecesRoot.toHex());
  const content = torrent.files[index];
  assert.ok(content);
  const tree = FileTree.fromLeaves(leavesOf(content), { pieceLength: torrent.info.pieceLength });
  const hashes = buildHashes(range, tree);
  assert.ok(hashes);
  return { ...range, hashes };
}

function rootOf(torrent: TestTorrent, file = 0): Uint8Array {
  const root = torrent.info.files[file]?.piecesRoot;
  assert.ok(root);
  return root;
}

Deno.test("missing layers are requested, judged and assembled, and pieces that waited are judged then", async () => {
  const torrent = testTorrent({ version: "v2", lengths: [700_000, 30_000, 200_000] });
  await using bench = new StorageBench();
  const storage = await bench.open({ ...torrent, pieceLayers: new Map() });
  assert.ok(!storage.hashes.hasLayers);
  await download(storage, torrent);
  assert.deepEqual([...storage.verified.indices()], [11], "only the file of one piece has its hash in the info");
  const ranges = storage.hashes.needsLayers();
  assert.deepEqual(ranges.map(({ index, length, baseLayer }) => [index, length, baseLayer]), [[0, 16, 2], [0, 4, 2]]);
  for (const range of ranges) {
    const message = hashesOf(torrent, range);
    const lie = { ...message, hashes: message.hashes.map((byte, index) => index === 5 ? byte ^ 1 : byte) };
    assert.ok(!storage.hashes.accept(lie), "a wrong hash is found out");
    assert.ok(storage.hashes.accept(message));
  }
  assert.ok(storage.hashes.hasLayers);
  assert.deepEqual(storage.hashes.pieceLayers, torrent.pieceLayers);
  await bench.until("layers-complete");
  await storage.flush();
  assert.ok(storage.verified.isComplete);
});

Deno.test("a layer is assembled from parts in any order", async () => {
  const torrent = testTorrent({ version: "v2", lengths: [700_000] });
  await using bench = new StorageBench();
  const storage = await bench.open({ ...torrent, pieceLayers: new Map() });
  const piecesRoot = rootOf(torrent);
  for (const index of [8, 0, 4]) {
    assert.ok(!storage.hashes.hasLayers);
    assert.ok(storage.hashes.accept(hashesOf(torrent, { piecesRoot, baseLayer: 2, index, length: 4, proofLayers: 3 })));
  }
  assert.ok(storage.hashes.hasLayers);
  assert.deepEqual(storage.hashes.needsLayers(), []);
});

Deno.test("a hybrid without its layers is judged by SHA-1", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [300_000] });
  await using bench = new StorageBench();
  const storage = await bench.open({ ...torrent, pieceLayers: new Map() });
  await download(storage, torrent);
  assert.ok(storage.verified.isComplete);
});

Deno.test("blocks with known leaves are judged one by one, and readable before their piece is complete", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [300_000] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  const [first, second, third, fourth] = torrent.blocks;
  assert.ok(first && second && third && fourth);
  const bad = torrent.bytes(second).slice();
  bad[77] = 255 - (bad[77] ?? 0);
  storage.writeBlock(first, torrent.bytes(first));
  storage.writeBlock(second, bad);
  assert.equal(storage.availableFrom(0), 0);
  const range = { piecesRoot: rootOf(torrent), baseLayer: 0, index: 0, length: 4, proofLayers: 4 };
  assert.ok(storage.hashes.accept(hashesOf(torrent, range)));
  assert.ok(storage.hashes.hasLeaves(0) && !storage.hashes.hasLeaves(1));
  assert.deepEqual((await bench.until("blocks-verified")).blockIndices, [0], "judged though it came before its leaf");
  assert.deepEqual((await bench.until("blocks-failed")).blockIndices, [1]);
  assert.equal(storage.availableFrom(100), first.length - 100);

  storage.writeBlock(second, bad);
  assert.equal(storage.availableFrom(0), first.length, "a wrong block is dropped when it comes");
  storage.writeBlock(second, torrent.bytes(second));
  await bench.until("blocks-verified", ({ blockIndices }) => blockIndices.includes(1));
  const into = new Uint8Array(40_000);
  assert.equal(storage.readInto(10_000, into), 2 * first.length - 10_000);
  assert.deepEqual(into.subarray(0, 22_768), torrent.files[0]?.subarray(10_000, 32_768));
  assert.throws(
    () => storage.readBlock(first, new Uint8Array(first.length)),
    RangeError,
    "peers get whole pieces only",
  );

  storage.writeBlock(third, torrent.bytes(third));
  storage.writeBlock(fourth, torrent.bytes(fourth));
  assert.equal(storage.availableFrom(0), 0, "a worker has it: its reader waits for the event");
  await bench.until("piece-verified");
  assert.equal(storage.availableFrom(0), 65_536);
  assert.ok(!storage.hashes.hasLeaves(0), "its leaves are forgotten");
});

Deno.test("without its layers a hybrid whose leaves and SHA-1 cannot both be right says so", async () => {
  const torrent = testTorrent({ version: "hybrid", lengths: [131_072] });
  await using bench = new StorageBench();
  const info = { ...torrent.info, pieceHashes: new Uint8Array(40) };
  const storage = await bench.open({ info, pieceLayers: new Map() });
  const range = { piecesRoot: rootOf(torrent), baseLayer: 0, index: 0, length: 4, proofLayers: 2 };
  assert.ok(storage.hashes.accept(hashesOf(torrent, range)));
  await download(storage, torrent);
  assert.equal((await bench.until("failed")).error.code, "inconsistent");
});

Deno.test("hash requests are answered from layers and from verified pieces, and rejected otherwise", async () => {
  for (const lengths of [[700_000, 200_000], [40_000], [5]]) {
    const torrent = testTorrent({ version: "v2", lengths });
    await using bench = new StorageBench();
    const storage = await bench.open(torrent);
    const content = torrent.files[0];
    assert.ok(content);
    const tree = FileTree.fromLeaves(leavesOf(content), { pieceLength: 65_536 });
    const { blockCount, piecesRoot } = tree;
    const height = Math.ceil(Math.log2(blockCount));
    const ranges: HashRange[] = [];
    for (let baseLayer = 0; baseLayer < height; baseLayer++) {
      for (let length = 2; length <= 2 ** (height - baseLayer); length *= 2) {
        for (let index = 0; index + length <= 2 ** (height - baseLayer); index += length) {
          const proofLayers = height - baseLayer - 1;
          ranges.push({ piecesRoot, baseLayer, index, length, proofLayers });
        }
      }
    }
    const leafRange = ranges.find(({ baseLayer }) => baseLayer === 0);
    if (leafRange) assert.equal(storage.hashes.answer(leafRange), undefined, "nothing to hash yet");
    await download(storage, torrent);
    for (const range of ranges) {
      const hashes = storage.hashes.answer(range);
      assert.deepEqual(hashes, hashesOf(torrent, range).hashes, JSON.stringify({ ...range, piecesRoot: "" }));
      assert.ok(hashes && verifyHashes({ ...range, hashes }, { piecesRoot, blockCount }));
    }
    const stranger = { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 2, proofLayers: 0 };
    assert.equal(storage.hashes.answer(stranger), undefined);
    assert.ok(!storage.hashes.accept({ ...stranger, hashes: new Uint8Array(64) }));
  }
});

Deno.test("a request for more leaves than are hashed at once is rejected", async () => {
  const torrent = testTorrent({ version: "v2", lengths: [64 * 16_384 * 16], pieceLength: 64 * 16_384 });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  await download(storage, torrent);
  const range = { piecesRoot: rootOf(torrent), baseLayer: 0, index: 0, proofLayers: 0 };
  assert.ok(storage.hashes.answer({ ...range, length: 512 }));
  assert.equal(storage.hashes.answer({ ...range, length: 1024 }), undefined);
});

Deno.test("in a v1 torrent nothing is missing", async () => {
  const torrent = testTorrent({ version: "v1", lengths: [200_000] });
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  assert.ok(storage.hashes.hasLayers);
  assert.deepEqual(storage.hashes.needsLayers(), []);
});
