import assert from "node:assert/strict";
import { BencodeSyntaxError } from "../bencode.ts";
import { bytesItem, decodeMessageDictionary, dictionaryOf, integerItem, readBencode } from "./bencode_message.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("bencoded message: a dictionary, its keys in any order", () => {
  const items = decodeMessageDictionary(bytes("d1:bi2e1:ai1ee"), "a test");
  assert.equal(items.get("a"), 1);
  assert.equal(items.get("b"), 2);
});

Deno.test("bencoded message: anything else is malformed, with its cause", () => {
  for (const text of ["", "i1e", "le", "d", "d1:ai1eex", "d1:ai01ee", "x"]) {
    assert.throws(() => decodeMessageDictionary(bytes(text), "a test"), { name: "ProtocolError", code: "malformed" });
  }
  assert.throws(() => decodeMessageDictionary(bytes("d"), "a test"), (error) => {
    return error instanceof Error && error.cause instanceof BencodeSyntaxError;
  });
  assert.throws(() => dictionaryOf(undefined, "a test"), { name: "ProtocolError" });
});

Deno.test("bencoded message: an error that is not the sender's fault passes through", () => {
  assert.throws(() =>
    readBencode("a test", () => {
      throw new TypeError("ours");
    }), TypeError);
});

Deno.test("bencoded message: items of a wrong type or out of range count as absent", () => {
  assert.equal(integerItem(5, { min: 5, max: 5 }), 5);
  assert.equal(integerItem(4, { min: 5 }), undefined);
  assert.equal(integerItem(6, { min: 5, max: 5 }), undefined);
  assert.equal(integerItem(2n ** 60n, { min: 0 }), undefined);
  assert.equal(integerItem(bytes("5"), { min: 0 }), undefined);
  assert.deepEqual(bytesItem(bytes("ab"), { maxLength: 2 }), bytes("ab"));
  assert.equal(bytesItem(bytes("abc"), { maxLength: 2 }), undefined);
  assert.equal(bytesItem(7, { maxLength: 2 }), undefined);
});
