import assert from "node:assert/strict";
import { SIP_KEY_LENGTH, SipHash } from "./sip_hash.ts";

/** Key and inputs of the paper's test: 00, 01, 02 and so on. */
const key = Uint8Array.from({ length: SIP_KEY_LENGTH }, (_, index) => index);
const input = Uint8Array.from({ length: 64 }, (_, index) => index);

function hexOf(sip: SipHash): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setInt32(0, sip.low, true);
  new DataView(bytes.buffer).setInt32(4, sip.high, true);
  return bytes.toHex();
}

Deno.test("digests of so many bytes are those of the reference, with many rounds and with few", () => {
  const strong = new SipHash(key);
  const quick = new SipHash(key, { compression: 1, finalization: 3 });
  const table = [
    [0, "310e0edd47db6f72", "dcc40f055801acab"],
    [4, "b7877127e09427cf", "2883d388605775cf"],
    [8, "6224939a79f5f593", "8e9a298d11959036"],
    [12, "fbe50e86bc8f1e75", "a2d9b457b184a378"],
    [20, "98eea21af25cd6be", "40e0cca6462fdcc0"],
    [40, "d0a704536ba93e0e", "3115e4993236d2c1"],
    [60, "e1915f5cb1eca46c", "ee44a6f7bce6f4f6"],
  ] as const;
  for (const [length, expected, expectedQuick] of table) {
    const words = new Uint32Array(input.buffer, 0, length / 4);
    assert.equal(strong.digest(words), strong.low);
    assert.equal(hexOf(strong), expected, `${length} bytes`);
    quick.digest(words);
    assert.equal(hexOf(quick), expectedQuick, `${length} bytes, few rounds`);
  }
});

Deno.test("a key of another length is refused", () => {
  assert.throws(() => new SipHash(new Uint8Array(8)), RangeError);
});
