import assert from "node:assert/strict";
import { bytesToText } from "./bencode_text.ts";
import { type BencodeEncodable, encodeBencode } from "./bencode_writer.ts";

const encode = (value: BencodeEncodable) => bytesToText(encodeBencode(value));

Deno.test("keys are sorted by their bytes", () => {
  const bytes = [...new TextEncoder().encode("d1:ai2e1:"), 255, ...new TextEncoder().encode("i1ee")];
  assert.deepEqual(encodeBencode(new Map([["\u00ff", 1], ["a", 2]])), Uint8Array.from(bytes));
});

Deno.test("plain objects: text as UTF-8, members that are undefined left out", () => {
  assert.equal(encode({ "é": "ü", none: undefined }), "d2:é2:üe");
  assert.equal(encode({}), "de");
});

Deno.test("numbers that are no integers are refused", () => {
  assert.throws(() => encodeBencode(0.5), TypeError);
  assert.throws(() => encodeBencode({ a: NaN }), TypeError);
});
