import assert from "node:assert/strict";
import { allowedFastSet } from "./allowed_fast_set.ts";
import { infoHash } from "./ids.ts";

const INFO_HASH = infoHash(new Uint8Array(20).fill(0xaa));

function setOf(host: string, count: number, pieceCount = 1_313): readonly number[] {
  return allowedFastSet(host, { infoHash: INFO_HASH, pieceCount, count });
}

Deno.test("the sets are those of the examples in BEP 6", () => {
  assert.deepEqual(setOf("80.4.4.200", 7), [1059, 431, 808, 1217, 287, 376, 1188]);
  assert.deepEqual(setOf("80.4.4.200", 9), [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]);
});

Deno.test("neighbours in a network have one set, other networks another", () => {
  assert.deepEqual(setOf("80.4.4.1", 9), setOf("80.4.4.200", 9));
  assert.notDeepEqual(setOf("80.4.5.200", 9), setOf("80.4.4.200", 9));
});

Deno.test("a torrent of few pieces has them all in its set, and IPv6 has none", () => {
  assert.deepEqual([...setOf("80.4.4.200", 10, 3)].sort(), [0, 1, 2]);
  assert.deepEqual(setOf("80.4.4.200", 10, 0), []);
  assert.deepEqual(setOf("2001:db8::1", 10), []);
  assert.deepEqual(setOf("peer.example", 10), []);
});
