import assert from "node:assert/strict";
import fc from "fast-check";
import { infoHash, peerId } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { UNKNOWN_LEFT } from "./announce.ts";
import type { AddressFamily } from "./compact_peers.ts";
import { byteCount, idBytes, ipv4, ipv6, u32 } from "./test_values.ts";
import {
  decodeUdpRequest,
  decodeUdpResponse,
  encodeUdpRequest,
  encodeUdpResponse,
  MAX_SCRAPED_SWARMS,
  type UdpAnnounceRequest,
  type UdpRequest,
  type UdpResponse,
} from "./udp_tracker.ts";

const SEED = 3;
const transactionId = u32;
const connectionId = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const announce: fc.Arbitrary<UdpRequest> = fc.record({
  type: fc.constant("announce" as const),
  connectionId,
  transactionId,
  infoHash: idBytes.map(infoHash),
  peerId: idBytes.map(peerId),
  port: fc.integer({ min: 0, max: 0xffff }),
  uploaded: byteCount,
  downloaded: byteCount,
  left: byteCount,
  event: fc.constantFrom("started" as const, "stopped" as const, "completed" as const, "paused" as const),
  numWant: fc.integer({ min: 0, max: 0x7fff_ffff }),
  key: fc.integer({ min: 1, max: 0xffff_ffff }),
  ip: ipv4.filter((host) => host !== "0.0.0.0"),
  path: fc.string({ unit: "grapheme-ascii", maxLength: 600 }),
}, {
  requiredKeys: [
    ...["type", "connectionId", "transactionId", "infoHash"] as const,
    ...["peerId", "port", "uploaded", "downloaded", "left"] as const,
  ],
});
const request: fc.Arbitrary<UdpRequest> = fc.oneof(
  fc.record({ type: fc.constant("connect" as const), transactionId }),
  announce,
  fc.record({
    type: fc.constant("scrape" as const),
    connectionId,
    transactionId,
    infoHashes: fc.array(idBytes.map(infoHash), { maxLength: MAX_SCRAPED_SWARMS }),
  }),
).map((value) => ({ ...value }));

function response(family: AddressFamily): fc.Arbitrary<UdpResponse> {
  const host = family === 4 ? ipv4 : ipv6;
  const peer = fc.record({ host, port: fc.integer({ min: 1, max: 0xffff }) }, { noNullPrototype: true });
  const counts = fc.record({ seederCount: u32, completedCount: u32, leecherCount: u32 }, { noNullPrototype: true });
  return fc.oneof(
    fc.record({ type: fc.constant("connect" as const), transactionId, connectionId }),
    fc.record({
      type: fc.constant("announce" as const),
      transactionId,
      intervalSeconds: u32,
      seederCount: u32,
      leecherCount: u32,
      peers: fc.array(peer, { maxLength: 60 }),
    }),
    fc.record({ type: fc.constant("scrape" as const), transactionId, swarms: fc.array(counts, { maxLength: 74 }) }),
    fc.record({ type: fc.constant("error" as const), transactionId, message: fc.string({ unit: "grapheme" }) }),
  ).map((value) => ({ ...value }));
}

const plain: UdpAnnounceRequest = {
  type: "announce",
  connectionId: 0x0102_0304_0506_0708n,
  transactionId: 0x1122_3344,
  infoHash: infoHash(new Uint8Array(20).fill(0xaa)),
  peerId: peerId(new Uint8Array(20).fill(0xbb)),
  port: 6881,
  uploaded: 3,
  downloaded: 1,
  left: 2,
};

Deno.test("UDP tracker: connect request and response of BEP 15", () => {
  const bytes = [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44];
  assert.deepEqual([...encodeUdpRequest({ type: "connect", transactionId: 0x1122_3344 })], bytes);
  assert.deepEqual(
    [...encodeUdpResponse({ type: "connect", transactionId: 5, connectionId: 2n ** 64n - 1n }, { family: 4 })],
    [0, 0, 0, 0, 0, 0, 0, 5, ...new Array(8).fill(0xff)],
  );
});

Deno.test("UDP tracker: announce request of BEP 15", () => {
  const bytes = encodeUdpRequest({ ...plain, event: "started", ip: "1.2.3.4", key: 7, numWant: 50 });
  assert.deepEqual([...bytes], [
    ...[1, 2, 3, 4, 5, 6, 7, 8],
    ...[0, 0, 0, 1],
    ...[0x11, 0x22, 0x33, 0x44],
    ...new Array(20).fill(0xaa),
    ...new Array(20).fill(0xbb),
    ...[0, 0, 0, 0, 0, 0, 0, 1],
    ...[0, 0, 0, 0, 0, 0, 0, 2],
    ...[0, 0, 0, 0, 0, 0, 0, 3],
    ...[0, 0, 0, 2],
    ...[1, 2, 3, 4],
    ...[0, 0, 0, 7],
    ...[0, 0, 0, 50],
    ...[0x1a, 0xe1],
  ]);
  const bare = encodeUdpRequest(plain);
  assert.equal(bare.length, 98);
  assert.deepEqual([...bare.subarray(80, 96)], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
  assert.deepEqual(decodeUdpRequest(bare), plain);
  assert.deepEqual(encodeUdpRequest({ ...plain, ip: "2001:db8::1" }), bare);
});

Deno.test("UDP tracker: events by their numbers, later ones count as none", () => {
  const numbers = { completed: 1, started: 2, stopped: 3, paused: 4 } as const;
  for (const event of ["completed", "started", "stopped", "paused"] as const) {
    assert.equal(encodeUdpRequest({ ...plain, event })[83], numbers[event]);
  }
  const bytes = encodeUdpRequest(plain);
  bytes[83] = 5;
  assert.deepEqual(decodeUdpRequest(bytes), plain);
});

Deno.test("UDP tracker: byte counts beyond 2^53 - 1 are read as that", () => {
  const bytes = encodeUdpRequest(plain);
  bytes.fill(0xff, 64, 72);
  assert.deepEqual(decodeUdpRequest(bytes), { ...plain, left: UNKNOWN_LEFT });
});

Deno.test("UDP tracker: options of BEP 41", () => {
  const withOptions = (options: readonly number[]) => {
    const decoded = decodeUdpRequest(Uint8Array.of(...encodeUdpRequest(plain), ...options));
    return decoded.type === "announce" ? decoded.path : assert.fail();
  };
  const text = "/dir?a=b&c=d";
  const urlData = [0x2, 0xc, ...new TextEncoder().encode(text)];
  assert.deepEqual([...encodeUdpRequest({ ...plain, path: text }).subarray(98)], urlData);
  assert.deepEqual([...encodeUdpRequest({ ...plain, path: "" }).subarray(98)], [0x2, 0x0]);
  assert.equal(withOptions(urlData), text);
  assert.equal(withOptions([...urlData, 0x1, 0x1, 0x0]), text);
  assert.equal(withOptions([0x2, 0x0]), "");
  assert.equal(withOptions([0x1, 0x9, 0x1, 0x2, 0x2, 0x1, 0x61, 0x2, 0x1, 0x62, 0x0, 0x2, 0x1, 0x63]), "ab");
  assert.equal(withOptions([0x9, 0x0, 0x2, 0x1, 0x61]), "a");
  assert.equal(withOptions([]), undefined);
  assert.equal(withOptions([0x0, 0x0]), undefined);
  assert.equal(withOptions([0x2]), undefined);
  assert.equal(withOptions([0x2, 0x5, 0x61]), undefined);
  const long = `/${"x".repeat(600)}`;
  assert.deepEqual(decodeUdpRequest(encodeUdpRequest({ ...plain, path: long })), { ...plain, path: long });
});

Deno.test("UDP tracker: announce response of BEP 15 over IPv4 and IPv6", () => {
  const peers = [{ host: "1.2.3.4", port: 5 }, { host: "2001:db8::1", port: 6 }];
  const value: UdpResponse = {
    type: "announce",
    transactionId: 9,
    intervalSeconds: 60,
    leecherCount: 2,
    seederCount: 1,
    peers,
  };
  const head = [0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 60, 0, 0, 0, 2, 0, 0, 0, 1];
  assert.deepEqual([...encodeUdpResponse(value, { family: 4 })], [...head, 1, 2, 3, 4, 0, 5]);
  const v6 = [0x20, 1, 0x0d, 0xb8, ...new Array(11).fill(0), 1, 0, 6];
  assert.deepEqual([...encodeUdpResponse(value, { family: 6 })], [...head, ...v6]);
  const packed = encodeUdpResponse(value, { family: 4, compactPeers: Uint8Array.of(9, 9, 9, 9, 0, 9) });
  assert.deepEqual([...packed], [...head, 9, 9, 9, 9, 0, 9]);
  assert.deepEqual(
    decodeUdpResponse(Uint8Array.of(...head, 1, 2, 3, 4, 0, 5, 1, 1, 1, 1, 0, 0, 7, 7), { family: 4 }),
    { ...value, peers: [peers[0]] },
  );
});

Deno.test("UDP tracker: scrape and error of BEP 15", () => {
  const hashes = [0xaa, 0xbb].map((byte) => infoHash(new Uint8Array(20).fill(byte)));
  const bytes = encodeUdpRequest({ type: "scrape", connectionId: 1n, transactionId: 2, infoHashes: hashes });
  const hashBytes = [...new Array(20).fill(0xaa), ...new Array(20).fill(0xbb)];
  assert.deepEqual([...bytes], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, ...hashBytes]);
  const swarms = [{ seederCount: 1, completedCount: 2, leecherCount: 3 }];
  assert.deepEqual(
    [...encodeUdpResponse({ type: "scrape", transactionId: 2, swarms }, { family: 4 })],
    [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],
  );
  assert.deepEqual(
    [...encodeUdpResponse({ type: "error", transactionId: 2, message: "no" }, { family: 4 })],
    [0, 0, 0, 3, 0, 0, 0, 2, 0x6e, 0x6f],
  );
});

Deno.test("UDP tracker: requests round trip", () => {
  fc.assert(
    fc.property(request, (value) => assert.deepEqual(decodeUdpRequest(encodeUdpRequest(value)), value)),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("UDP tracker: responses round trip", () => {
  for (const family of [4, 6] as const) {
    fc.assert(
      fc.property(response(family), (value) => {
        assert.deepEqual(decodeUdpResponse(encodeUdpResponse(value, { family }), { family }), value);
      }),
      { seed: SEED, numRuns: 200 },
    );
  }
});

Deno.test("UDP tracker: datagrams that are none of ours", () => {
  const requestError = (bytes: Uint8Array, code: string) =>
    assert.throws(() => decodeUdpRequest(bytes), { name: "ProtocolError", code });
  requestError(new Uint8Array(15), "malformed");
  requestError(new Uint8Array(16), "malformed"); // connect without the protocol id
  requestError(encodeUdpRequest(plain).subarray(0, 97), "malformed");
  requestError(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0), "unexpected");
  const tooMany = new Uint8Array(16 + 75 * 20);
  tooMany[11] = 2;
  requestError(tooMany, "limit");
  const infoHashes = Array.from({ length: MAX_SCRAPED_SWARMS + 1 }, () => plain.infoHash);
  assert.throws(
    () => encodeUdpRequest({ type: "scrape", connectionId: 1n, transactionId: 1, infoHashes }),
    RangeError,
  );
  const responseError = (bytes: Uint8Array, code: string) =>
    assert.throws(() => decodeUdpResponse(bytes, { family: 4 }), { name: "ProtocolError", code });
  responseError(new Uint8Array(7), "malformed");
  responseError(new Uint8Array(15), "malformed");
  responseError(Uint8Array.of(0, 0, 0, 1, ...new Array(15).fill(0)), "malformed");
  responseError(Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0), "unexpected");
});

Deno.test("UDP tracker: a caller's wrong number is a RangeError", () => {
  for (const wrong of [{ port: -1 }, { uploaded: -1 }, { left: 0.5 }, { numWant: 2 ** 31 }, { key: 2 ** 32 }]) {
    assert.throws(() => encodeUdpRequest({ ...plain, ...wrong }), RangeError);
  }
  assert.throws(() => encodeUdpRequest({ type: "connect", transactionId: 2 ** 32 }), RangeError);
});

Deno.test("UDP tracker: arbitrary bytes give a datagram or a ProtocolError", () => {
  const actions = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), actions, actions, (bytes, first, second) => {
      if (bytes.length > 3) bytes.set([0, 0, 0, first], 0);
      for (const decode of [() => decodeUdpResponse(bytes, { family: 6 }), () => decodeUdpRequest(bytes)]) {
        try {
          decode();
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
        if (bytes.length > 11) bytes.set([0, 0, 0, second], 8);
      }
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
