import assert from "node:assert/strict";
import fc from "fast-check";
import { percentDecode, percentEncode } from "./percent_encoding.ts";

const SEED = 3;

Deno.test("percent encoding: unreserved bytes stand for themselves, all others are %XX", () => {
  const bytes = Uint8Array.of(0x12, 0x34, 0x78, 0xab, 0x20, 0x2b, 0x25, 0x7e, 0x2d, 0x2e, 0x5f, 0x26, 0x3d);
  assert.equal(percentEncode(bytes), "%124x%AB%20%2B%25~-._%26%3D");
  assert.deepEqual(percentDecode("%124x%ab%20+%25~"), Uint8Array.of(0x12, 0x34, 0x78, 0xab, 0x20, 0x2b, 0x25, 0x7e));
});

Deno.test("percent encoding: round trip of any bytes, in a text that a URL leaves alone", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = percentEncode(bytes);
      assert.deepEqual(percentDecode(text), bytes);
      assert.equal(new URL(`http://localhost/announce?info_hash=${text}`).search.slice("?info_hash=".length), text);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("percent encoding: decoding survives any text", () => {
  assert.deepEqual(percentDecode("%"), Uint8Array.of(0x25));
  assert.deepEqual(percentDecode("%4"), Uint8Array.of(0x25, 0x34));
  assert.deepEqual(percentDecode("%zz%4g%%41"), new TextEncoder().encode("%zz%4g%A"));
  assert.deepEqual(percentDecode("é"), Uint8Array.of(0xe9));
  assert.deepEqual(percentDecode("€😀"), new TextEncoder().encode("€😀"));
  assert.deepEqual(percentDecode("\ud800"), Uint8Array.of(0xef, 0xbf, 0xbd));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
      percentDecode(String.fromCharCode(...units));
    }),
    { seed: SEED, numRuns: 500 },
  );
});
