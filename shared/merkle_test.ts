import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  buildHashes,
  FileTree,
  HASH_LENGTH,
  hashLeaf,
  hashPair,
  type HashRange,
  MAX_HASHES,
  merkleRoot,
  pieceRootFromLeaves,
  treeHeight,
  verifyHashes,
  zeroHash,
} from "./merkle.ts";

const KIB = 1024;

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
}

/** Leaves that differ from each other: leaf `i` is the hash of its index. */
function leavesOf(count: number): Uint8Array {
  const leaves = new Uint8Array(count * HASH_LENGTH);
  for (let index = 0; index < count; index++) leaves.set(sha256(Uint8Array.of(index, index >> 8)), index * HASH_LENGTH);
  return leaves;
}

/** The definition, word by word: pad with zero leaves to a power of two, then hash pairs. */
function plainRoot(leaves: Uint8Array, width: number): Uint8Array {
  let layer: Uint8Array[] = Array.from({ length: width }, (_, index) => {
    const leaf = leaves.slice(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
    return leaf.length === 0 ? new Uint8Array(HASH_LENGTH) : leaf;
  });
  while (layer.length > 1) {
    layer = layer.flatMap((node, index) => (index % 2 === 0 ? [sha256(node, layer[index + 1] ?? node)] : []));
  }
  return layer[0] ?? new Uint8Array(0);
}

Deno.test("leaf and pair are plain SHA-256 and own their bytes", () => {
  const block = new TextEncoder().encode("abc");
  assert.equal(hashLeaf(block).toHex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.deepEqual(hashPair(zeroHash(0), hashLeaf(block)), sha256(new Uint8Array(32), sha256(block)));
});

Deno.test("zero hashes are the roots of all-zero trees", () => {
  for (let height = 0; height < 6; height++) {
    assert.deepEqual(zeroHash(height), plainRoot(new Uint8Array(0), 2 ** height));
  }
});

Deno.test("a root pads with zero leaves, or with the hash it is told", () => {
  for (const count of [1, 2, 3, 5, 8, 13]) {
    const width = 2 ** Math.ceil(Math.log2(count));
    assert.deepEqual(merkleRoot(leavesOf(count)), plainRoot(leavesOf(count), width), `${count} leaves`);
  }
  assert.deepEqual(merkleRoot(leavesOf(3), { padTo: 16 }), plainRoot(leavesOf(3), 16));
  const padHash = zeroHash(3);
  assert.deepEqual(merkleRoot(leavesOf(1), { padTo: 2, padHash }), sha256(leavesOf(1), padHash));
  assert.throws(() => merkleRoot(new Uint8Array(0)), RangeError);
  assert.throws(() => merkleRoot(new Uint8Array(33)), RangeError);
  assert.throws(() => merkleRoot(leavesOf(3), { padTo: 2 }), RangeError);
  assert.throws(() => merkleRoot(leavesOf(3), { padTo: 6 }), RangeError);
});

Deno.test("a file of a single piece is as high as its own leaves, others as high as the piece", () => {
  const leaves = leavesOf(3);
  assert.deepEqual(pieceRootFromLeaves(leaves, { blocksPerPiece: 32, isOnlyPiece: true }), plainRoot(leaves, 4));
  assert.deepEqual(pieceRootFromLeaves(leaves, { blocksPerPiece: 32, isOnlyPiece: false }), plainRoot(leaves, 32));
  const tree = FileTree.fromLeaves(leaves, { pieceLength: 512 * KIB });
  assert.deepEqual(tree.piecesRoot, plainRoot(leaves, 4));
  assert.deepEqual(tree.pieceLayer, tree.piecesRoot);
  const single = FileTree.fromLeaves(leavesOf(1), { pieceLength: 512 * KIB });
  assert.deepEqual(single.piecesRoot, leavesOf(1));
});

Deno.test("the piece layer has one hash a piece and leads to the same root", () => {
  const leaves = leavesOf(11);
  const tree = FileTree.fromLeaves(leaves, { pieceLength: 64 * KIB });
  assert.equal(tree.pieceLayer.length, 3 * HASH_LENGTH);
  for (let piece = 0; piece < 3; piece++) {
    const own = leaves.subarray(piece * 4 * HASH_LENGTH, (piece + 1) * 4 * HASH_LENGTH);
    const expected = pieceRootFromLeaves(own, { blocksPerPiece: 4, isOnlyPiece: false });
    assert.deepEqual(tree.pieceLayer.slice(piece * HASH_LENGTH, (piece + 1) * HASH_LENGTH), expected);
  }
  const upper = FileTree.fromPieceLayer(tree.pieceLayer, { pieceLength: 64 * KIB, blockCount: 11 });
  assert.deepEqual(upper.piecesRoot, tree.piecesRoot);
  assert.equal(upper.node(0, 0), undefined);
  assert.deepEqual(upper.node(2, 3), zeroHash(2));
  assert.equal(upper.node(2, 4), undefined);
  assert.deepEqual(tree.node(4, 0), tree.piecesRoot);
  assert.equal(tree.node(5, 0), undefined);
  assert.throws(() => FileTree.fromPieceLayer(tree.pieceLayer, { pieceLength: 64 * KIB, blockCount: 13 }), RangeError);
  assert.throws(() => FileTree.fromLeaves(new Uint8Array(0), { pieceLength: 64 * KIB }), RangeError);
  assert.throws(() => FileTree.fromLeaves(leaves, { pieceLength: 48 * KIB }), RangeError);
});

Deno.test("leaves of one piece are proven to the piece layer, or to the root", () => {
  const tree = FileTree.fromLeaves(leavesOf(11), { pieceLength: 64 * KIB });
  const { piecesRoot, blockCount } = tree;
  const trusted = FileTree.fromPieceLayer(tree.pieceLayer, { pieceLength: 64 * KIB, blockCount });
  // The last piece: three real leaves and a zero one.
  const short: HashRange = { piecesRoot, baseLayer: 0, index: 8, length: 4, proofLayers: 1 };
  const hashes = buildHashes(short, tree) ?? new Uint8Array(0);
  assert.equal(hashes.length, 4 * HASH_LENGTH, "the first log2(length) - 1 proof layers are left out");
  assert.equal(verifyHashes({ ...short, hashes }, { piecesRoot, blockCount, trusted }), true);
  assert.equal(verifyHashes({ ...short, hashes }, { piecesRoot, blockCount }), false, "ends nowhere known");
  const full = { ...short, proofLayers: 3 };
  const proven = buildHashes(full, tree) ?? new Uint8Array(0);
  assert.equal(proven.length, 6 * HASH_LENGTH);
  assert.deepEqual(
    proven.slice(4 * HASH_LENGTH, 5 * HASH_LENGTH),
    zeroHash(2),
    "the uncle of the last piece is padding",
  );
  assert.equal(verifyHashes({ ...full, hashes: proven }, { piecesRoot, blockCount }), true);
  assert.equal(buildHashes(short, trusted), undefined, "a tree without leaves gives none");
});

Deno.test("illegal ranges are rejected and never verify", () => {
  const tree = FileTree.fromLeaves(leavesOf(11), { pieceLength: 64 * KIB });
  const { piecesRoot, blockCount } = tree;
  const legal: HashRange = { piecesRoot, baseLayer: 0, index: 0, length: 4, proofLayers: 3 };
  const wrong: readonly Partial<HashRange>[] = [
    { length: 1 },
    { length: 3 },
    { length: 0 },
    { length: 2 * MAX_HASHES },
    { length: 32 },
    { index: 2 },
    { index: 16 },
    { index: -4 },
    { baseLayer: 4 },
    { baseLayer: -1 },
    { baseLayer: 3, length: 4 },
    { proofLayers: 4 },
    { proofLayers: -1 },
    { index: NaN },
  ];
  for (const change of wrong) {
    const range = { ...legal, ...change };
    assert.equal(buildHashes(range, tree), undefined, JSON.stringify(change));
    assert.equal(
      verifyHashes({ ...range, hashes: new Uint8Array(6 * HASH_LENGTH) }, { piecesRoot, blockCount }),
      false,
    );
  }
  const one = FileTree.fromLeaves(leavesOf(1), { pieceLength: 16 * KIB });
  assert.equal(buildHashes({ ...legal, length: 2, proofLayers: 0 }, one), undefined);
});

Deno.test("property: every legal range is answered and verifies, and no flipped bit does", () => {
  const shape = fc.record({
    blockCount: fc.integer({ min: 2, max: 70 }),
    base: fc.nat(),
    lengthLog: fc.nat(),
    place: fc.nat(),
    flip: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ blockCount, base, lengthLog, place, flip }) => {
      const tree = FileTree.fromLeaves(leavesOf(blockCount), { pieceLength: 32 * KIB });
      const height = treeHeight(blockCount);
      const baseLayer = base % height;
      const length = 2 ** (1 + lengthLog % (height - baseLayer));
      const index = length * (place % (2 ** (height - baseLayer) / length));
      const range = { piecesRoot: tree.piecesRoot, baseLayer, index, length, proofLayers: height - baseLayer - 1 };
      const hashes = buildHashes(range, tree);
      assert.ok(hashes);
      assert.equal(verifyHashes({ ...range, hashes }, tree), true);
      hashes[flip % hashes.length] = (hashes[flip % hashes.length] ?? 0) ^ 1;
      assert.equal(verifyHashes({ ...range, hashes }, tree), false);
      assert.equal(verifyHashes({ ...range, hashes: hashes.subarray(1) }, tree), false);
    }),
    { seed: 20_263, numRuns: 150 },
  );
});
