import assert from "node:assert/strict";
import fc from "fast-check";
import { infoHash, peerId } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { decodeHandshake, encodeHandshake, type Handshake, HANDSHAKE_LENGTH } from "./handshake.ts";
import { idBytes } from "./test_values.ts";

const SEED = 3;
const handshake: fc.Arbitrary<Handshake> = fc.record({
  infoHash: idBytes.map(infoHash),
  peerId: idBytes.map(peerId),
  supportsFast: fc.boolean(),
  supportsExtensions: fc.boolean(),
  supportsDht: fc.boolean(),
  supportsV2: fc.boolean(),
}, { noNullPrototype: true });

Deno.test("handshake: layout of BEP 3 and bits of BEP 5, 6, 10, 52", () => {
  const plain = {
    infoHash: infoHash(new Uint8Array(20).fill(0xaa)),
    peerId: peerId(new TextEncoder().encode("-PS0100-abcdefghijkl")),
    supportsFast: false,
    supportsExtensions: false,
    supportsDht: false,
    supportsV2: false,
  };
  const bytes = encodeHandshake(plain);
  assert.equal(bytes.length, 68);
  assert.equal(bytes[0], 19);
  assert.equal(new TextDecoder().decode(bytes.subarray(1, 20)), "BitTorrent protocol");
  assert.deepEqual(bytes.slice(20, 28), new Uint8Array(8));
  assert.deepEqual(bytes.slice(28, 48), new Uint8Array(20).fill(0xaa));
  assert.equal(new TextDecoder().decode(bytes.subarray(48)), "-PS0100-abcdefghijkl");
  const reserved = (more: Partial<Handshake>) => [...encodeHandshake({ ...plain, ...more }).subarray(20, 28)];
  assert.deepEqual(reserved({ supportsDht: true }), [0, 0, 0, 0, 0, 0, 0, 0x01]);
  assert.deepEqual(reserved({ supportsFast: true }), [0, 0, 0, 0, 0, 0, 0, 0x04]);
  assert.deepEqual(reserved({ supportsExtensions: true }), [0, 0, 0, 0, 0, 0x10, 0, 0]);
  assert.deepEqual(reserved({ supportsV2: true }), [0, 0, 0, 0, 0, 0, 0, 0x10]);
});

Deno.test("handshake: round trip", () => {
  fc.assert(
    fc.property(handshake, (value) => assert.deepEqual(decodeHandshake(encodeHandshake(value)), value)),
    { seed: SEED },
  );
});

Deno.test("handshake: reserved bits that nobody defined are ignored", () => {
  fc.assert(
    fc.property(handshake, fc.uint8Array({ minLength: 8, maxLength: 8 }), (value, reserved) => {
      const bytes = encodeHandshake(value);
      reserved.forEach((byte, index) => {
        const defined = index === 5 ? 0x10 : index === 7 ? 0x15 : 0;
        bytes[20 + index] = (bytes[20 + index] ?? 0) | (byte & ~defined);
      });
      assert.deepEqual(decodeHandshake(bytes), value);
    }),
    { seed: SEED },
  );
});

Deno.test("handshake: another protocol or length is malformed", () => {
  for (const length of [0, 67, 69]) {
    assert.throws(() => decodeHandshake(new Uint8Array(length)), { name: "ProtocolError", code: "malformed" });
  }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: HANDSHAKE_LENGTH, maxLength: HANDSHAKE_LENGTH }), (bytes) => {
      assert.throws(() => decodeHandshake(bytes), ProtocolError);
    }),
    { seed: SEED },
  );
});
