import assert from "node:assert/strict";
import { Rc4 } from "./rc4.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

Deno.test("the key stream is that of the published vectors", () => {
  assert.equal(new Rc4(ascii("Key")).apply(ascii("Plaintext")).toHex(), "bbf316e8d940af0ad3");
  // RFC 6229: 128 bits, at the offsets 0 and 1024.
  const key = Uint8Array.fromHex("0102030405060708090a0b0c0d0e0f10");
  assert.equal(new Rc4(key).apply(new Uint8Array(16)).toHex(), "9ac7cc9a609d1ef7b2932899cde41b97");
  assert.equal(new Rc4(key, { skip: 1024 }).apply(new Uint8Array(16)).toHex(), "bdf0324e6083dcc6d3cedd3ca8c53c16");
});

Deno.test("the stream is the same however it is cut", () => {
  const whole = new Rc4(ascii("k")).apply(new Uint8Array(1000));
  const cut = new Uint8Array(1000);
  const cipher = new Rc4(ascii("k"));
  for (const [start, end] of [[0, 1], [1, 1], [1, 700], [700, 1000]]) cipher.apply(cut.subarray(start, end));
  assert.deepEqual(cut, whole);
});

Deno.test("a key that is none is refused", () => {
  assert.throws(() => new Rc4(new Uint8Array()), RangeError);
  assert.throws(() => new Rc4(new Uint8Array(257)), RangeError);
});
