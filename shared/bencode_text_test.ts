import assert from "node:assert/strict";
import { bytesToKey, bytesToText, keyToBytes } from "./bencode_text.ts";

Deno.test("keys are bytes, both ways", () => {
  const key = "\u0000\u00ff";
  assert.deepEqual(keyToBytes(key), Uint8Array.of(0, 255));
  assert.equal(bytesToKey(Uint8Array.of(0, 255)), key);
  assert.throws(() => keyToBytes("Ā"), TypeError);
});

Deno.test("text is UTF-8, whatever the bytes are", () => {
  assert.equal(bytesToText(new TextEncoder().encode("\ufeffNordlicht – film")), "\ufeffNordlicht – film");
  assert.equal(bytesToText(Uint8Array.of(0x61, 0xff)), "a\ufffd");
});
