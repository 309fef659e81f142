import assert from "node:assert/strict";
import fc from "fast-check";
import { bencodeSpan, BencodeSyntaxError, type BencodeValue, decodeBencode, decodeBencodePrefix } from "./bencode.ts";
import { bytesToKey, bytesToText } from "./bencode_text.ts";
import { type BencodeEncodable, encodeBencode } from "./bencode_writer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const decode = (text: string) => decodeBencode(bytes(text));
const encode = (value: BencodeEncodable) => bytesToText(encodeBencode(value));

function failsAt(text: string, offset: number): void {
  assert.throws(() => decode(text), (error: unknown) => {
    assert.ok(error instanceof BencodeSyntaxError, `${text}: ${error}`);
    assert.equal(error.offset, offset, `${text}: ${error.message}`);
    return true;
  });
}

Deno.test("the examples of BEP 3 decode and encode", () => {
  assert.deepEqual(decode("4:spam"), bytes("spam"));
  assert.equal(decode("i3e"), 3);
  assert.equal(decode("i-3e"), -3);
  assert.equal(decode("i0e"), 0);
  assert.deepEqual(decode("l4:spam4:eggse"), [bytes("spam"), bytes("eggs")]);
  assert.deepEqual(decode("d3:cow3:moo4:spam4:eggse"), new Map([["cow", bytes("moo")], ["spam", bytes("eggs")]]));
  assert.deepEqual(decode("d4:spaml1:a1:bee"), new Map([["spam", [bytes("a"), bytes("b")]]]));
  assert.equal(encode({ spam: "eggs", cow: "moo" }), "d3:cow3:moo4:spam4:eggse");
  assert.equal(encode({ spam: ["a", "b"] }), "d4:spaml1:a1:bee");
  assert.equal(encode(-3), "i-3e");
});

Deno.test("what BEP 3 and BEP 52 call invalid is refused with its offset", () => {
  failsAt("", 0);
  failsAt("i-0e", 1);
  failsAt("i03e", 1);
  failsAt("ie", 1);
  failsAt("i-e", 2);
  failsAt("i3", 2);
  failsAt("i3.5e", 2);
  failsAt("04:spam", 0);
  failsAt("5:spam", 2);
  failsAt("4spam", 1);
  failsAt("-1:", 0);
  failsAt("i1ei2e", 3);
  failsAt("l", 1);
  failsAt("d", 1);
  failsAt("di1ei2ee", 1);
  failsAt("d1:a", 4);
  failsAt("d1:bi1e1:ai2ee", 7);
  failsAt("d1:ai1e1:ai2ee", 7);
  failsAt("x", 0);
});

Deno.test("limits: depth, digits, number of values", () => {
  assert.doesNotThrow(() => decode("l".repeat(64) + "e".repeat(64)));
  failsAt("l".repeat(100_000), 65);
  failsAt(`i${"1".repeat(21)}e`, 21);
  failsAt("99999999999:", 10);
  failsAt(`l${"le".repeat(2_000_000)}e`, 2 * 1_999_999 + 1);
});

Deno.test("integers keep all of their 64 bits", () => {
  assert.equal(decode("i9007199254740991e"), Number.MAX_SAFE_INTEGER);
  assert.equal(decode("i9007199254740993e"), 9007199254740993n);
  assert.equal(decode("i-9223372036854775808e"), -(2n ** 63n));
  assert.equal(encode(2n ** 64n - 1n), "i18446744073709551615e");
  assert.equal(encode(-0), "i0e");
});

Deno.test("unsorted keys pass only where they are allowed, double keys nowhere", () => {
  const value = decodeBencode(bytes("d1:bi1e1:ai2ee"), { allowUnsortedKeys: true });
  assert.deepEqual(value, new Map([["b", 1], ["a", 2]]));
  assert.throws(() => decodeBencode(bytes("d1:bi1e1:ai2e1:bi3ee"), { allowUnsortedKeys: true }), BencodeSyntaxError);
});

Deno.test("a prefix tells where the data behind it starts", () => {
  const { value, length } = decodeBencodePrefix(bytes("d8:msg_typei1e5:piecei0eexxxx"));
  assert.deepEqual(value, new Map([["msg_type", 1], ["piece", 0]]));
  assert.equal(length, 25);
});

Deno.test("a span is the raw bytes, even where they are not canonical", () => {
  const input = bytes("d4:infod1:bi1e1:ai2ee4:nextl1:xee");
  assert.equal(bytesToText(bencodeSpan(input, "info") ?? bytes("")), "d1:bi1e1:ai2ee");
  assert.equal(bytesToText(bencodeSpan(input, "next") ?? bytes("")), "l1:xe");
  assert.equal(bencodeSpan(input, "other"), undefined);
  assert.equal(bencodeSpan(input, "info")?.buffer, input.buffer);
  assert.throws(() => bencodeSpan(bytes("le"), "info"), BencodeSyntaxError);
  assert.throws(() => bencodeSpan(bytes("d4:inf"), "info"), BencodeSyntaxError);
});

const { value: anyValue } = fc.letrec<{ value: BencodeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 20 }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(fc.uint8Array({ maxLength: 6 }).map(bytesToKey), tie("value")), { maxLength: 5 })
      .map((entries) => new Map(entries.sort(([left], [right]) => (left < right ? -1 : 1)))),
  ),
}));

Deno.test("property: every value comes back from its bytes, and no shorter input is a value", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const encoded = encodeBencode(value);
      assert.deepEqual(decodeBencode(encoded), value);
      for (let end = 0; end < encoded.length; end++) {
        assert.throws(() => decodeBencode(encoded.subarray(0, end)), BencodeSyntaxError);
      }
    }),
    { seed: 20_261, numRuns: 200 },
  );
});

Deno.test("property: any bytes are refused as bencode, or are the canonical bytes of what they decode to", () => {
  const likely = fc.array(fc.constantFrom(..."dlei0123456789-:ab"), { maxLength: 24 }).map((all) =>
    bytes(all.join(""))
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), likely), (input) => {
      let value: BencodeValue;
      try {
        value = decodeBencode(input);
      } catch (error) {
        if (error instanceof BencodeSyntaxError) return;
        throw error;
      }
      assert.deepEqual(encodeBencode(value), input);
    }),
    { seed: 20_262, numRuns: 20_000 },
  );
});
