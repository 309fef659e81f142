import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeAddress } from "../endpoint.ts";
import { ProtocolError } from "../protocol_error.ts";
import { decodePeerExchange, encodePeerExchange, MAX_EXCHANGED_PEERS } from "./peer_exchange.ts";

const SEED = 3;
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const noFlags = {
  prefersEncryption: false,
  isSeeder: false,
  supportsUtp: false,
  supportsHolepunch: false,
  isReachable: false,
};
const host = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
).map(decodeAddress);
const endpoint = { host, port: fc.integer({ min: 1, max: 0xffff }) };
const flags = {
  prefersEncryption: fc.boolean(),
  isSeeder: fc.boolean(),
  supportsUtp: fc.boolean(),
  supportsHolepunch: fc.boolean(),
  isReachable: fc.boolean(),
};
const isV6 = (peer: { host: string }) => peer.host.includes(":") ? 1 : 0;

/** In the order that a message has: IPv4 first. */
function list<Model extends { host: string }>(peer: fc.Arbitrary<Model>): fc.Arbitrary<Model[]> {
  return fc.array(peer, { maxLength: 60 }).map((peers) => peers.toSorted((a, b) => isV6(a) - isV6(b)));
}

Deno.test("peer exchange: the fields and flags of BEP 11", () => {
  const payload = latin1(
    "d5:added12:\x01\x02\x03\x04\x1a\xe1\x05\x06\x07\x08\x00\x507:added.f2:\x02\x1d" +
      "6:added618:\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x1a\xe18:added6.f1:\x00" +
      "7:dropped6:\x09\x09\x09\x09\x00\x01e",
  );
  const decoded = decodePeerExchange(payload);
  assert.deepEqual(decoded, {
    added: [
      { ...noFlags, host: "1.2.3.4", port: 6881, isSeeder: true },
      {
        host: "5.6.7.8",
        port: 80,
        prefersEncryption: true,
        isSeeder: false,
        supportsUtp: true,
        supportsHolepunch: true,
        isReachable: true,
      },
      { ...noFlags, host: "2001:db8::1", port: 6881 },
    ],
    dropped: [{ host: "9.9.9.9", port: 1 }],
  });
  assert.deepEqual(encodePeerExchange(decoded), payload);
});

Deno.test("peer exchange: round trip", () => {
  const added = list(fc.record({ ...endpoint, ...flags }, { noNullPrototype: true }));
  const dropped = list(fc.record(endpoint, { noNullPrototype: true }));
  fc.assert(
    fc.property(added, dropped, (plus, minus) => {
      const exchange = { added: plus, dropped: minus };
      assert.deepEqual(decodePeerExchange(encodePeerExchange(exchange)), exchange);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("peer exchange: nothing to say is still a message", () => {
  assert.deepEqual(encodePeerExchange({ added: [], dropped: [] }), latin1("d5:added0:e"));
  const named = { ...noFlags, host: "example.org", port: 1 };
  assert.deepEqual(encodePeerExchange({ added: [named], dropped: [named] }), latin1("d5:added0:e"));
});

Deno.test("peer exchange: missing flags, ports of 0 and floods", () => {
  assert.deepEqual(
    decodePeerExchange(latin1("d5:added12:\x01\x02\x03\x04\0\0\x01\x02\x03\x04\0\x017:added.f2:\x00\x02e")),
    {
      added: [{ ...noFlags, host: "1.2.3.4", port: 1, isSeeder: true }],
      dropped: [],
    },
  );
  assert.deepEqual(decodePeerExchange(latin1("d5:added6:\x01\x02\x03\x04\0\x01e")).added, [
    { ...noFlags, host: "1.2.3.4", port: 1 },
  ]);
  const flood = Array.from({ length: 1000 }, (_, index) => ({ host: "1.2.3.4", port: index + 1 }));
  const payload = encodePeerExchange({ added: flood.map((peer) => ({ ...peer, ...noFlags })), dropped: flood });
  const decoded = decodePeerExchange(payload);
  assert.equal(decoded.added.length, MAX_EXCHANGED_PEERS);
  assert.equal(decoded.dropped.length, MAX_EXCHANGED_PEERS);
});

Deno.test("peer exchange: arbitrary bytes give a value or a ProtocolError", () => {
  const payload = fc.tuple(fc.constantFrom("", "d5:added", "d5:added7:1234567e", "d6:added6"), fc.uint8Array())
    .map(([head, rest]) => Uint8Array.of(...latin1(head), ...rest));
  fc.assert(
    fc.property(payload, (value) => {
      try {
        decodePeerExchange(value);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
