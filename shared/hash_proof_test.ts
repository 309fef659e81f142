import assert from "node:assert/strict";
import fc from "fast-check";
import { buildHashes, type HashRange, MAX_HASHES, verifyHashes } from "./hash_proof.ts";
import { FileTree, HASH_LENGTH, treeHeight, zeroHash } from "./merkle.ts";
import { leavesOf } from "./test_leaves.ts";

const KIB = 1024;

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
