import assert from "node:assert/strict";
import fc from "fast-check";
import { BLOCK_LENGTH, Geometry, type GeometryFile } from "./geometry.ts";

const KIB = 1024;

function touching(...lengths: readonly number[]): readonly GeometryFile[] {
  let offset = 0;
  return lengths.map((length) => {
    const file = { length, offset, isPad: false };
    offset += length;
    return file;
  });
}

Deno.test("a single file: all pieces full but the last, all blocks full but the last", () => {
  const geometry = new Geometry({ pieceLength: 64 * KIB, files: touching(150_000) });
  assert.equal(geometry.pieceCount, 3);
  assert.equal(geometry.length, 150_000);
  assert.deepEqual([0, 1, 2].map((piece) => geometry.pieceSize(piece)), [65_536, 65_536, 18_928]);
  assert.deepEqual([0, 1, 2].map((piece) => geometry.blockCount(piece)), [4, 4, 2]);
  assert.deepEqual(geometry.block(2, 1), { piece: 2, begin: 16_384, length: 2_544 });
  assert.equal(geometry.blockIndex({ piece: 2, begin: 16_384, length: 2_544 }), 1);
  assert.equal(geometry.pieceOffset(2), 131_072);
  assert.equal(geometry.pieceAt(131_071), 1);
  assert.deepEqual(geometry.filePieces(0), { first: 0, count: 3 });
});

Deno.test("a length that fills its last piece has no empty one behind it", () => {
  const geometry = new Geometry({ pieceLength: 32 * KIB, files: touching(64 * KIB) });
  assert.equal(geometry.pieceCount, 2);
  assert.equal(geometry.pieceSize(1), 32 * KIB);
});

Deno.test("v1: files touch, pieces cross them, empty files take no room", () => {
  const geometry = new Geometry({ pieceLength: 16 * KIB, files: touching(10_000, 0, 20_000, 0) });
  assert.equal(geometry.pieceCount, 2);
  assert.deepEqual(geometry.spans(9_000, 2_000), [
    { file: 0, offset: 9_000, length: 1_000 },
    { file: 2, offset: 0, length: 1_000 },
  ]);
  assert.deepEqual(geometry.filePieces(2), { first: 0, count: 2 });
  assert.deepEqual(geometry.filePieces(1), { first: 0, count: 0 });
  assert.deepEqual(geometry.spans(30_000, 0), []);
});

Deno.test("hybrid: the pad fills the piece, and is no content", () => {
  const files = [
    { length: 20_000, offset: 0, isPad: false },
    { length: 12_768, offset: 20_000, isPad: true },
    { length: 5, offset: 32_768, isPad: false },
  ];
  const geometry = new Geometry({ pieceLength: 16 * KIB, files });
  assert.deepEqual([0, 1, 2].map((piece) => geometry.pieceSize(piece)), [16_384, 16_384, 5]);
  assert.equal(geometry.contentLength, 20_005);
  assert.deepEqual(geometry.spans(16_384, 16_384), [
    { file: 0, offset: 16_384, length: 3_616 },
    { file: 1, offset: 0, length: 12_768 },
  ]);
});

Deno.test("v2: the last piece of each file is short, and the gap behind it belongs to none", () => {
  const files = [{ length: 20_000, offset: 0, isPad: false }, { length: 5, offset: 32_768, isPad: false }];
  const geometry = new Geometry({ pieceLength: 16 * KIB, files });
  assert.deepEqual([0, 1, 2].map((piece) => geometry.pieceSize(piece)), [16_384, 3_616, 5]);
  assert.deepEqual(geometry.spans(16_384, 16_384), [{ file: 0, offset: 16_384, length: 3_616 }]);
  assert.equal(geometry.isBlock({ piece: 1, begin: 0, length: 3_616 }), true);
  assert.equal(geometry.isRange({ piece: 1, begin: 0, length: 3_617 }), false);
});

Deno.test("our blocks are exact, a peer's ranges only have to fit", () => {
  const geometry = new Geometry({ pieceLength: 64 * KIB, files: touching(70_000) });
  const at = (piece: number, begin: number, length: number) => ({ piece, begin, length });
  assert.equal(geometry.isBlock(at(0, 0, BLOCK_LENGTH)), true);
  assert.equal(geometry.isBlock(at(1, 0, 4_464)), true);
  assert.equal(geometry.isRange(at(0, 100, 50)), true);
  assert.equal(geometry.isBlock(at(0, 100, 50)), false);
  const neither = [
    at(0, 0, BLOCK_LENGTH + 1),
    at(0, 60_000, 16_384),
    at(1, 0, 4_465),
    at(1, 16_384, 1),
    at(2, 0, 1),
    at(-1, 0, 1),
    at(0, -1, 2),
    at(0, 0, 0),
    at(0, 0, -5),
    at(0.5, 0, 1),
    at(0, 0, NaN),
    at(NaN, NaN, NaN),
  ];
  for (const block of neither) {
    assert.equal(geometry.isBlock(block), false, JSON.stringify(block));
    assert.equal(geometry.isRange(block), false, JSON.stringify(block));
  }
});

Deno.test("v2-only: a peer may ask for the last block as a whole one, zeros behind the file", () => {
  const files = [
    { length: 70_000, offset: 0, isPad: false },
    { length: 1, offset: 128 * KIB, isPad: false },
  ];
  const geometry = new Geometry({ pieceLength: 64 * KIB, files, padsBlocks: true });
  assert.deepEqual([0, 1, 2].map((piece) => geometry.requestableSize(piece)), [64 * KIB, BLOCK_LENGTH, BLOCK_LENGTH]);
  assert.deepEqual([0, 1, 2].map((piece) => geometry.pieceSize(piece)), [64 * KIB, 4_464, 1]);
  assert.equal(geometry.isRange({ piece: 1, begin: 0, length: BLOCK_LENGTH }), true);
  assert.equal(geometry.isRange({ piece: 2, begin: 0, length: BLOCK_LENGTH }), true);
  assert.equal(geometry.isRange({ piece: 2, begin: 0, length: 1 }), true);
  assert.equal(geometry.isRange({ piece: 1, begin: BLOCK_LENGTH, length: 1 }), false);
  assert.equal(geometry.isRange({ piece: 2, begin: 1, length: 1 }), false);
  assert.equal(geometry.isBlock({ piece: 1, begin: 0, length: BLOCK_LENGTH }), false);
  assert.deepEqual(geometry.block(1, 0), { piece: 1, begin: 0, length: 4_464 });
});

Deno.test("nothing at all: no pieces, no spans", () => {
  const geometry = new Geometry({ pieceLength: 16 * KIB, files: touching(0) });
  assert.equal(geometry.pieceCount, 0);
  assert.deepEqual(geometry.filePieces(0), { first: 0, count: 0 });
  assert.deepEqual(geometry.spans(0, 0), []);
  assert.throws(() => geometry.pieceSize(0), RangeError);
  assert.throws(() => geometry.pieceAt(0), RangeError);
});

Deno.test("what does not exist is the caller's fault", () => {
  const geometry = new Geometry({ pieceLength: 16 * KIB, files: touching(20_000) });
  assert.throws(() => geometry.pieceSize(2), RangeError);
  assert.throws(() => geometry.block(1, 1), RangeError);
  assert.throws(() => geometry.block(0, -1), RangeError);
  assert.throws(() => geometry.pieceAt(20_000), RangeError);
  assert.throws(() => geometry.spans(0, 20_001), RangeError);
  assert.throws(() => geometry.filePieces(1), RangeError);
  assert.throws(() => new Geometry({ pieceLength: 0, files: [] }), RangeError);
  const at = (offset: number) => ({ length: 10, offset, isPad: false });
  assert.throws(() => new Geometry({ pieceLength: 16, files: [at(0), at(5)] }), RangeError, "overlapping");
  assert.throws(() => new Geometry({ pieceLength: 16, files: [at(0), at(12)] }), RangeError, "a gap inside a piece");
  assert.throws(() => new Geometry({ pieceLength: 16, files: [at(0), at(32)] }), RangeError, "a piece of nothing");
});

Deno.test("property: blocks and spans cover every byte of every file once, whatever the alignment", () => {
  const layout = fc.record({
    lengths: fc.array(fc.nat(90_000), { minLength: 1, maxLength: 6 }),
    pieceLength: fc.constantFrom(16 * KIB, 32 * KIB, 20_000),
    isAligned: fc.boolean(),
  });
  fc.assert(
    fc.property(layout, ({ lengths, pieceLength, isAligned }) => {
      let end = 0;
      const files = lengths.map((length) => {
        const offset = isAligned && length > 0 ? Math.ceil(end / pieceLength) * pieceLength : end;
        end = offset + length;
        return { length, offset, isPad: false };
      });
      const geometry = new Geometry({ pieceLength, files });
      const reached = files.map(() => 0);
      for (let piece = 0; piece < geometry.pieceCount; piece++) {
        for (let index = 0; index < geometry.blockCount(piece); index++) {
          const block = geometry.block(piece, index);
          assert.ok(geometry.isBlock(block) && geometry.isRange(block));
          assert.equal(geometry.blockIndex(block), index);
          const offset = geometry.pieceOffset(piece) + block.begin;
          assert.equal(geometry.pieceAt(offset), piece);
          const spans = geometry.spans(offset, block.length);
          assert.equal(spans.reduce((sum, span) => sum + span.length, 0), block.length);
          for (const span of spans) {
            assert.equal(span.offset, reached[span.file]);
            reached[span.file] = span.offset + span.length;
            const { first, count } = geometry.filePieces(span.file);
            assert.ok(piece >= first && piece < first + count);
          }
        }
      }
      assert.deepEqual(reached, lengths);
    }),
    { seed: 20_267, numRuns: 200 },
  );
});
