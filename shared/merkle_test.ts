import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BLOCK_LENGTH } from "./geometry.ts";
import {
  FileTree,
  HASH_LENGTH,
  hashLeaf,
  hashLeafInto,
  hashPair,
  merkleRoot,
  pieceRootFromLeaves,
  zeroHash,
} from "./merkle.ts";
import { leavesOf } from "./test_leaves.ts";

const KIB = 1024;

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
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

Deno.test("a leaf is written into its 32 bytes and nowhere else, also of a short block and of none", () => {
  for (const length of [0, 1, 1_000, BLOCK_LENGTH]) {
    const block = new Uint8Array(length).fill(length % 251);
    const layer = new Uint8Array(3 * HASH_LENGTH).fill(0xee);
    hashLeafInto(block, layer.subarray(HASH_LENGTH, 2 * HASH_LENGTH));
    assert.deepEqual(layer.subarray(HASH_LENGTH, 2 * HASH_LENGTH), hashLeaf(block));
    assert.deepEqual(hashLeaf(block), new Uint8Array(createHash("sha256").update(block).digest()));
    const around = [...layer.subarray(0, HASH_LENGTH), ...layer.subarray(2 * HASH_LENGTH)];
    assert(around.every((byte) => byte === 0xee));
  }
});
