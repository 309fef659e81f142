import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeAddress } from "../endpoint.ts";
import { ProtocolError } from "../protocol_error.ts";
import { decodeExtensionHandshake, encodeExtensionHandshake, type ExtensionHandshake } from "./extension.ts";

const SEED = 3;
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
).map(decodeAddress);
const name = fc.string({ unit: "binary-ascii", maxLength: 64 });
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const handshake: fc.Arbitrary<ExtensionHandshake> = fc.record({
  extensions: fc.array(fc.tuple(name, fc.integer({ min: 0, max: 255 })), { maxLength: 20 }).map((list) =>
    new Map(list.toSorted(([a], [b]) => a < b ? -1 : 1))
  ),
  clientVersion: fc.string({ unit: "grapheme", maxLength: 20 }).filter((text) => text.length <= 40),
  listenPort: fc.integer({ min: 1, max: 0xffff }),
  requestQueueLength: positive,
  metadataLength: positive,
  yourAddress: address,
  isUploadOnly: fc.boolean(),
}, { requiredKeys: ["extensions"], noNullPrototype: true });

Deno.test("extension handshake: the example of BEP 10", () => {
  const payload = latin1("d1:md11:LT_metadatai1e7:\xc2\xb5T_PEXi2ee1:pi6881e1:v13:\xc2\xb5Torrent 1.2e");
  const decoded = decodeExtensionHandshake(payload);
  assert.deepEqual(decoded, {
    extensions: new Map([["LT_metadata", 1], ["\xc2\xb5T_PEX", 2]]),
    listenPort: 6881,
    clientVersion: "µTorrent 1.2",
  });
  assert.deepEqual(encodeExtensionHandshake(decoded), payload);
});

Deno.test("extension handshake: metadata_size of BEP 9, upload_only of BEP 21, yourip", () => {
  const payload = latin1(
    "d1:md11:ut_metadatai3ee13:metadata_sizei31235e4:reqqi250e11:upload_onlyi1e6:yourip4:\x7f\x00\x00\x01e",
  );
  const decoded = decodeExtensionHandshake(payload);
  assert.deepEqual(decoded, {
    extensions: new Map([["ut_metadata", 3]]),
    metadataLength: 31235,
    requestQueueLength: 250,
    isUploadOnly: true,
    yourAddress: "127.0.0.1",
  });
  assert.deepEqual(encodeExtensionHandshake(decoded), payload);
});

Deno.test("extension handshake: round trip", () => {
  fc.assert(
    fc.property(handshake, (value) => {
      assert.deepEqual(decodeExtensionHandshake(encodeExtensionHandshake(value)), value);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("extension handshake: what is wrong counts as absent", () => {
  const nothing = { extensions: new Map() };
  for (
    const text of [
      "de",
      "d1:mi5ee",
      "d1:md1:ai256e1:bi-1e1:c1:xee",
      "d1:pi0ee",
      "d1:pi65536ee",
      "d4:reqqi0e1:vi7ee",
      "d13:metadata_sizei-1ee",
      "d13:metadata_sizei99999999999999999999ee",
      "d6:yourip3:abce",
      "d6:yourip17:abcdefghijklmnopqe",
      `d1:v129:${"x".repeat(129)}e`,
    ]
  ) assert.deepEqual(decodeExtensionHandshake(latin1(text)), nothing, text);
});

Deno.test("extension handshake: names are few and short", () => {
  const items = Array.from({ length: 400 }, (_, index) => `4:${String(index).padStart(4, "0")}i1e`).join("");
  assert.equal(decodeExtensionHandshake(latin1(`d1:md${items}ee`)).extensions.size, 255);
  const long = `65:${"x".repeat(65)}i1e`;
  assert.equal(decodeExtensionHandshake(latin1(`d1:md${long}ee`)).extensions.size, 0);
});

Deno.test("extension handshake: arbitrary bytes give a value or a ProtocolError", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (payload) => {
      try {
        decodeExtensionHandshake(payload);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

Deno.test("extension handshake: a caller's mistakes", () => {
  assert.throws(() => encodeExtensionHandshake({ extensions: new Map([["ut_pex", 256]]) }), RangeError);
  assert.throws(() => encodeExtensionHandshake({ extensions: new Map(), yourAddress: "example.org" }), TypeError);
});
