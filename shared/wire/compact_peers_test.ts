import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeAddress, type Endpoint } from "../endpoint.ts";
import { type AddressFamily, compactPeerLength, decodeCompactPeers, encodeCompactPeers } from "./compact_peers.ts";

const SEED = 3;
const port = fc.integer({ min: 0, max: 0xffff });

function endpoints(family: AddressFamily): fc.Arbitrary<Endpoint[]> {
  const length = family === 4 ? 4 : 16;
  const host = fc.uint8Array({ minLength: length, maxLength: length }).map(decodeAddress)
    .filter((text) => text.includes(":") === (family === 6));
  return fc.array(fc.record({ host, port }, { noNullPrototype: true }));
}

Deno.test("compact peers: the layout of BEP 23 and BEP 7", () => {
  const peers = [{ host: "10.1.2.3", port: 6881 }, { host: "2001:db8::1", port: 80 }, { host: "example.org", port: 1 }];
  assert.deepEqual([...encodeCompactPeers(peers, 4)], [10, 1, 2, 3, 0x1a, 0xe1]);
  assert.deepEqual([...encodeCompactPeers(peers, 6)], [0x20, 1, 0x0d, 0xb8, ...new Array(11).fill(0), 1, 0, 80]);
  assert.deepEqual(encodeCompactPeers([{ host: "::ffff:10.1.2.3", port: 6881 }], 4).length, 6);
});

Deno.test("compact peers: round trip", () => {
  for (const family of [4, 6] as const) {
    fc.assert(
      fc.property(endpoints(family), (peers) => {
        const bytes = encodeCompactPeers(peers, family);
        assert.equal(bytes.length, peers.length * compactPeerLength(family));
        assert.deepEqual(decodeCompactPeers(bytes, family), peers);
        assert.equal(encodeCompactPeers(peers, family === 4 ? 6 : 4).length, 0);
      }),
      { seed: SEED },
    );
  }
});

Deno.test("compact peers: any bytes of the right length are peers, any others malformed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom<AddressFamily>(4, 6), (bytes, family) => {
      const stride = compactPeerLength(family);
      if (bytes.length % stride === 0) {
        assert.equal(decodeCompactPeers(bytes, family).length, bytes.length / stride);
      } else {
        assert.throws(() => decodeCompactPeers(bytes, family), { name: "ProtocolError", code: "malformed" });
      }
    }),
    { seed: SEED },
  );
});

Deno.test("compact peers: a port that is none is the caller's mistake", () => {
  for (const wrong of [-1, 65_536, 1.5]) {
    assert.throws(() => encodeCompactPeers([{ host: "1.2.3.4", port: wrong }], 4), RangeError);
  }
});
