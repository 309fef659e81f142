import assert from "node:assert/strict";
import { isLoopback, isPrivate } from "../shared/endpoint.ts";
import { addressText, addressWords, familyOf, isSameAddress, isSameUnderMask, reachOf } from "./address_words.ts";

const hosts = [
  ...["127.0.0.1", "127.255.0.9", "10.0.0.1", "11.0.0.1", "172.15.0.1", "172.16.0.1", "172.31.9.9", "172.32.0.1"],
  ...["192.168.0.1", "192.169.0.1", "169.254.1.1", "169.253.1.1", "198.51.100.1", "0.0.0.0", "255.255.255.255"],
  ...["::1", "::2", "::", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fdff::1", "fe00::1", "2001:db8::1"],
];

Deno.test("words and text are one address, with the reach that the shared rules give", () => {
  for (const host of hosts) {
    const words = addressWords(host);
    assert.equal(addressText(words), host);
    assert.equal(familyOf(words), host.includes(":") ? 6 : 4);
    assert.equal(reachOf(words), isLoopback(host) ? "loopback" : isPrivate(host) ? "private" : "public", host);
  }
  assert.throws(() => addressWords("media.home"), RangeError);
});

Deno.test("equal, and equal under a mask", () => {
  assert.ok(isSameAddress(addressWords("10.0.0.1"), addressWords("::ffff:10.0.0.1")));
  assert.ok(!isSameAddress(addressWords("10.0.0.1"), addressWords("10.0.0.2")));
  const mask = addressWords("255.255.255.0");
  assert.ok(isSameUnderMask(addressWords("10.0.0.1"), addressWords("10.0.0.200"), mask));
  assert.ok(!isSameUnderMask(addressWords("10.0.0.1"), addressWords("10.0.1.1"), mask));
});
