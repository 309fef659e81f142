import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../protocol_error.ts";
import {
  decodePeerMessage,
  encodedLength,
  encodePeerMessage,
  encodePeerMessageInto,
  encodePieceHeaderInto,
  MAX_FRAME_LENGTH,
  type PeerMessage,
  PIECE_HEADER_LENGTH,
} from "./peer_message.ts";

const SEED = 3;
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const blockFields = { piece: u32, begin: u32, length: u32 };
const range = {
  piecesRoot: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  baseLayer: u32,
  index: u32,
  length: u32,
  proofLayers: u32,
};
const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 20 })
  .map((list) => Uint8Array.from(list.flatMap((hash) => [...hash])));

/** Every message there is. */
const message: fc.Arbitrary<PeerMessage> = fc.oneof(
  ...(["keep-alive", "choke", "unchoke", "interested", "not-interested", "have-all", "have-none"] as const)
    .map((type) => fc.constant({ type })),
  ...(["have", "suggest-piece", "allowed-fast"] as const)
    .map((type) => fc.record({ type: fc.constant(type), piece: u32 })),
  ...(["request", "cancel", "reject-request"] as const)
    .map((type) => fc.record({ type: fc.constant(type), ...blockFields })),
  ...(["hash-request", "hash-reject"] as const).map((type) => fc.record({ type: fc.constant(type), ...range })),
  fc.record({ type: fc.constant("hashes" as const), ...range, hashes }),
  fc.record({ type: fc.constant("bitfield" as const), bytes: fc.uint8Array() }),
  fc.record({ type: fc.constant("piece" as const), piece: u32, begin: u32, data: fc.uint8Array({ minLength: 1 }) }),
  fc.record({ type: fc.constant("port" as const), port: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({
    type: fc.constant("extended" as const),
    id: fc.integer({ min: 0, max: 255 }),
    payload: fc.uint8Array(),
  }),
  fc.record({ type: fc.constant("unknown" as const), id: fc.constantFrom(10, 11, 12, 18, 19, 24, 255) }),
).map((value) => ({ ...value }));

Deno.test("peer message: the bytes of BEP 3, 5, 6, 10", () => {
  const bytesOf = (value: PeerMessage) => [...encodePeerMessage(value)];
  assert.deepEqual(bytesOf({ type: "keep-alive" }), [0, 0, 0, 0]);
  assert.deepEqual(bytesOf({ type: "choke" }), [0, 0, 0, 1, 0]);
  assert.deepEqual(bytesOf({ type: "unchoke" }), [0, 0, 0, 1, 1]);
  assert.deepEqual(bytesOf({ type: "interested" }), [0, 0, 0, 1, 2]);
  assert.deepEqual(bytesOf({ type: "not-interested" }), [0, 0, 0, 1, 3]);
  assert.deepEqual(bytesOf({ type: "have", piece: 258 }), [0, 0, 0, 5, 4, 0, 0, 1, 2]);
  assert.deepEqual(bytesOf({ type: "bitfield", bytes: Uint8Array.of(0x80, 1) }), [0, 0, 0, 3, 5, 0x80, 1]);
  const block = { piece: 1, begin: 0x4000, length: 0x4000 };
  const blockBytes = [0, 0, 0, 1, 0, 0, 0x40, 0, 0, 0, 0x40, 0];
  assert.deepEqual(bytesOf({ type: "request", ...block }), [0, 0, 0, 13, 6, ...blockBytes]);
  assert.deepEqual(bytesOf({ type: "cancel", ...block }), [0, 0, 0, 13, 8, ...blockBytes]);
  assert.deepEqual(bytesOf({ type: "reject-request", ...block }), [0, 0, 0, 13, 0x10, ...blockBytes]);
  const data = Uint8Array.of(7, 8, 9);
  const pieceBytes = [0, 0, 0, 12, 7, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8, 9];
  assert.deepEqual(bytesOf({ type: "piece", piece: 1, begin: 2, data }), pieceBytes);
  assert.deepEqual(bytesOf({ type: "port", port: 6881 }), [0, 0, 0, 3, 9, 0x1a, 0xe1]);
  assert.deepEqual(bytesOf({ type: "suggest-piece", piece: 1 }), [0, 0, 0, 5, 0x0d, 0, 0, 0, 1]);
  assert.deepEqual(bytesOf({ type: "have-all" }), [0, 0, 0, 1, 0x0e]);
  assert.deepEqual(bytesOf({ type: "have-none" }), [0, 0, 0, 1, 0x0f]);
  assert.deepEqual(bytesOf({ type: "allowed-fast", piece: 1 }), [0, 0, 0, 5, 0x11, 0, 0, 0, 1]);
  assert.deepEqual(bytesOf({ type: "extended", id: 3, payload: Uint8Array.of(4) }), [0, 0, 0, 3, 20, 3, 4]);
});

Deno.test("peer message: the hash messages of BEP 52", () => {
  const piecesRoot = new Uint8Array(32).fill(0xaa);
  const fields = { piecesRoot, baseLayer: 1, index: 2, length: 4, proofLayers: 8 };
  const tail = [...piecesRoot, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 8];
  assert.deepEqual([...encodePeerMessage({ type: "hash-request", ...fields })], [0, 0, 0, 49, 21, ...tail]);
  assert.deepEqual([...encodePeerMessage({ type: "hash-reject", ...fields })], [0, 0, 0, 49, 23, ...tail]);
  const found = new Uint8Array(64).fill(0xbb);
  assert.deepEqual(
    [...encodePeerMessage({ type: "hashes", ...fields, hashes: found })],
    [0, 0, 0, 113, 22, ...tail, ...found],
  );
});

Deno.test("peer message: round trip, wherever in a buffer the frame lies", () => {
  fc.assert(
    fc.property(message, fc.nat({ max: 40 }), (value, offset) => {
      const length = encodedLength(value);
      const target = new Uint8Array(offset + length + 3).fill(0xee);
      assert.equal(encodePeerMessageInto(value, target, offset), offset + length);
      assert.deepEqual([...target.subarray(offset + length)], [0xee, 0xee, 0xee]);
      assert.deepEqual(target.slice(offset, offset + length), encodePeerMessage(value));
      assert.deepEqual(decodePeerMessage(target.subarray(offset + 4, offset + length)), value);
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

Deno.test("peer message: only the data of a piece is a view", () => {
  const frameOf = (value: PeerMessage) => encodePeerMessage(value).subarray(4);
  const piece = frameOf({ type: "piece", piece: 1, begin: 2, data: Uint8Array.of(3) });
  const decoded = decodePeerMessage(piece);
  assert(decoded.type === "piece");
  piece[9] = 77;
  assert.deepEqual([...decoded.data], [77]);
  fc.assert(
    fc.property(message.filter(({ type }) => type !== "piece"), (value) => {
      const frame = frameOf(value);
      const kept = decodePeerMessage(frame);
      frame.fill(0xff);
      assert.deepEqual(kept, value);
    }),
    { seed: SEED },
  );
});

Deno.test("peer message: many frames in one buffer, block data behind its header", () => {
  const batch = new Uint8Array(64);
  let offset = encodePeerMessageInto({ type: "unchoke" }, batch, 0);
  offset = encodePieceHeaderInto({ piece: 5, begin: 6, length: 2 }, batch, offset);
  assert.equal(offset, 5 + PIECE_HEADER_LENGTH);
  batch.set([1, 2], offset);
  offset = encodePeerMessageInto({ type: "have", piece: 9 }, batch, offset + 2);
  assert.equal(offset, 5 + 15 + 9);
  assert.deepEqual(decodePeerMessage(batch.subarray(9, 20)), {
    type: "piece",
    piece: 5,
    begin: 6,
    data: Uint8Array.of(1, 2),
  });
});

Deno.test("peer message: a wrong length is malformed", () => {
  const cases: [id: number, lengths: number[]][] = [
    [0, [2]],
    [1, [2]],
    [2, [5]],
    [3, [2]],
    [4, [1, 4, 6]],
    [6, [1, 12, 14]],
    [7, [1, 8, 9]],
    [8, [12, 14]],
    [9, [2, 4]],
    [13, [4, 6]],
    [14, [2]],
    [15, [2]],
    [16, [12, 14]],
    [17, [4, 6]],
    [20, [1]],
    [21, [48, 50]],
    [22, [1, 48, 50, 80, 82]],
    [23, [48, 50]],
  ];
  for (const [id, lengths] of cases) {
    for (const length of lengths) {
      const frame = new Uint8Array(length);
      frame[0] = id;
      const label = `id ${id}, length ${length}`;
      assert.throws(() => decodePeerMessage(frame), { name: "ProtocolError", code: "malformed" }, label);
    }
  }
});

Deno.test("peer message: arbitrary bytes give a message or a ProtocolError", () => {
  const frame = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.uint8Array({ maxLength: 120 }))
    .map(([id, rest]) => Uint8Array.of(id, ...rest));
  fc.assert(
    fc.property(frame, (bytes) => {
      try {
        const value = decodePeerMessage(bytes);
        if (value.type !== "unknown") assert.deepEqual(encodePeerMessage(value).subarray(4), bytes);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

Deno.test("peer message: a caller's wrong number is a RangeError", () => {
  const piecesRoot = new Uint8Array(31);
  const wrong: PeerMessage[] = [
    { type: "have", piece: -1 },
    { type: "have", piece: 2 ** 32 },
    { type: "request", piece: 0, begin: 0.5, length: 1 },
    { type: "port", port: 65_536 },
    { type: "extended", id: 256, payload: new Uint8Array() },
    { type: "hash-request", piecesRoot, baseLayer: 0, index: 0, length: 2, proofLayers: 0 },
    { type: "unknown", id: 7 },
    { type: "unknown", id: 256 },
  ];
  for (const value of wrong) assert.throws(() => encodePeerMessage(value), RangeError);
  assert.throws(() => encodePeerMessageInto({ type: "choke" }, new Uint8Array(8), 4), RangeError);
  assert.throws(() => encodePieceHeaderInto({ piece: 0, begin: 0, length: 1 }, new Uint8Array(12), 0), RangeError);
});

Deno.test("peer message: every legal message is below the frame limit", () => {
  const range = { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 8192, proofLayers: 31 };
  const longest: PeerMessage[] = [
    { type: "piece", piece: 0, begin: 0, data: new Uint8Array(16_384) },
    { type: "hashes", ...range, hashes: new Uint8Array(32 * (8192 + 31)) },
    { type: "bitfield", bytes: new Uint8Array(2_097_152 / 8) },
  ];
  for (const value of longest) assert(encodedLength(value) - 4 <= MAX_FRAME_LENGTH);
});
