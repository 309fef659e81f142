import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../protocol_error.ts";
import {
  decodeMetadataMessage,
  encodeMetadataMessage,
  METADATA_PIECE_LENGTH,
  type MetadataMessage,
  metadataPieceLength,
} from "./metadata_message.ts";

const SEED = 3;
const bytes = (text: string) => new TextEncoder().encode(text);
const piece = fc.integer({ min: 0, max: 2 ** 31 });
const data: fc.Arbitrary<MetadataMessage> = fc.tuple(
  fc.nat({ max: 5 }),
  fc.integer({ min: 1, max: METADATA_PIECE_LENGTH }),
)
  .map(([index, length]) => ({
    type: "data",
    piece: index,
    totalLength: index * METADATA_PIECE_LENGTH + length,
    data: new Uint8Array(length).fill(index),
  }));
const message: fc.Arbitrary<MetadataMessage> = fc.oneof(
  piece.map((index): MetadataMessage => ({ type: "request", piece: index })),
  piece.map((index): MetadataMessage => ({ type: "reject", piece: index })),
  fc.integer({ min: 3, max: 1000 }).map((messageType): MetadataMessage => ({ type: "unknown", messageType })),
  data,
);

Deno.test("metadata message: the examples of BEP 9", () => {
  assert.deepEqual(encodeMetadataMessage({ type: "request", piece: 0 }), bytes("d8:msg_typei0e5:piecei0ee"));
  assert.deepEqual(encodeMetadataMessage({ type: "reject", piece: 0 }), bytes("d8:msg_typei2e5:piecei0ee"));
  assert.deepEqual(decodeMetadataMessage(bytes("d8:msg_typei0e5:piecei0ee")), { type: "request", piece: 0 });
  const payload = bytes(`d8:msg_typei1e5:piecei0e10:total_sizei34256ee${"x".repeat(METADATA_PIECE_LENGTH)}`);
  const decoded = decodeMetadataMessage(payload);
  assert(decoded.type === "data");
  assert.equal(decoded.totalLength, 34_256);
  assert.equal(decoded.data.length, METADATA_PIECE_LENGTH);
  assert.equal(decoded.data.buffer, payload.buffer);
  assert.deepEqual(encodeMetadataMessage(decoded), payload);
});

Deno.test("metadata message: round trip", () => {
  fc.assert(
    fc.property(message, (value) => assert.deepEqual(decodeMetadataMessage(encodeMetadataMessage(value)), value)),
    { seed: SEED },
  );
});

Deno.test("metadata message: every piece is whole but the last", () => {
  assert.equal(metadataPieceLength(0, 34_256), METADATA_PIECE_LENGTH);
  assert.equal(metadataPieceLength(2, 34_256), 34_256 - 2 * METADATA_PIECE_LENGTH);
  assert.equal(metadataPieceLength(3, 34_256), 0);
  const wrong = (text: string, code: string) =>
    assert.throws(() => decodeMetadataMessage(bytes(text)), { name: "ProtocolError", code });
  wrong("d8:msg_typei1e5:piecei0e10:total_sizei3eexx", "malformed");
  wrong("d8:msg_typei1e5:piecei0e10:total_sizei3eexxxx", "malformed");
  wrong("d8:msg_typei1e5:piecei1e10:total_sizei3eexxx", "out-of-range");
  wrong("d8:msg_typei1e5:piecei0eexxx", "malformed");
  wrong("d8:msg_typei1e5:piecei0e10:total_sizei-1eexxx", "malformed");
  wrong("d8:msg_typei0e5:piecei-1ee", "malformed");
  wrong("d8:msg_typei0ee", "malformed");
  wrong("d5:piecei0ee", "malformed");
  wrong("le", "malformed");
  wrong("", "malformed");
  assert.throws(
    () => encodeMetadataMessage({ type: "data", piece: 0, totalLength: 5, data: new Uint8Array(4) }),
    RangeError,
  );
});

Deno.test("metadata message: arbitrary bytes give a value or a ProtocolError", () => {
  const payload = fc.tuple(fc.constantFrom("", "d8:msg_type", "d8:msg_typei1e5:piecei0e"), fc.uint8Array())
    .map(([head, rest]) => Uint8Array.of(...bytes(head), ...rest));
  fc.assert(
    fc.property(payload, (value) => {
      try {
        decodeMetadataMessage(value);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
