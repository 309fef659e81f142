import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeAddress } from "../endpoint.ts";
import { infoHash, peerId } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { type Announce, type AnnounceResponse, TrackerRefusal, UNKNOWN_LEFT } from "./announce.ts";
import {
  decodeAnnounceQuery,
  decodeAnnounceResponse,
  decodeScrapeQuery,
  decodeScrapeResponse,
  encodeAnnounceQuery,
  encodeAnnounceResponse,
  encodeFailure,
  encodeScrapeQuery,
  encodeScrapeResponse,
  MAX_QUERY_LENGTH,
} from "./http_tracker.ts";

const SEED = 3;
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const toLatin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const byteCount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(decodeAddress);
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(decodeAddress).filter((host) => host.includes(":"));
const text = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));
const byteString = fc.uint8Array({ maxLength: 30 }).map(toLatin1);

const announce: fc.Arbitrary<Announce> = fc.record({
  infoHash: id.map(infoHash),
  peerId: id.map(peerId),
  port: fc.integer({ min: 0, max: 0xffff }),
  uploaded: byteCount,
  downloaded: byteCount,
  left: byteCount,
  event: fc.constantFrom("started" as const, "stopped" as const, "completed" as const, "paused" as const),
  numWant: u32,
  key: u32,
  ip: fc.oneof(ipv4, ipv6),
  trackerId: byteString,
}, { requiredKeys: ["infoHash", "peerId", "port", "uploaded", "downloaded", "left"], noNullPrototype: true });

function response(peers: fc.Arbitrary<AnnounceResponse["peers"]>): fc.Arbitrary<AnnounceResponse> {
  return fc.record({
    intervalSeconds: u32,
    minIntervalSeconds: u32,
    seederCount: u32,
    leecherCount: u32,
    peers,
    trackerId: byteString,
    warning: fc.string({ unit: "grapheme", maxLength: 50 }),
    externalAddress: fc.oneof(ipv4, ipv6),
  }, { requiredKeys: ["intervalSeconds", "seederCount", "leecherCount", "peers"], noNullPrototype: true });
}

const port = fc.integer({ min: 1, max: 0xffff });
const peersOf = (host: fc.Arbitrary<string>) =>
  fc.array(fc.record({ host, port }, { noNullPrototype: true }), { maxLength: 30 });

Deno.test("HTTP tracker: the announce of BEP 23", () => {
  const query = "?peer_id=aaaaaaaaaaaaaaaaaaaa&info_hash=aaaaaaaaaaaaaaaaaaaa" +
    "&port=6881&left=0&downloaded=100&uploaded=0&compact=1";
  const bytes = new Uint8Array(20).fill(0x61);
  const expected = {
    announce: {
      infoHash: infoHash(bytes),
      peerId: peerId(bytes),
      port: 6881,
      left: 0,
      downloaded: 100,
      uploaded: 0,
    },
    isCompact: true,
    noPeerId: false,
  };
  assert.deepEqual(decodeAnnounceQuery(query), expected);
  assert.equal(
    encodeAnnounceQuery(expected.announce, { isCompact: true }),
    "info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=aaaaaaaaaaaaaaaaaaaa&port=6881&uploaded=0&downloaded=100&left=0&compact=1",
  );
});

Deno.test("HTTP tracker: announce queries round trip, through a URL too", () => {
  fc.assert(
    fc.property(announce, fc.boolean(), fc.boolean(), (value, isCompact, noPeerId) => {
      const query = encodeAnnounceQuery(value, { isCompact, noPeerId });
      const { search } = new URL(`http://localhost/announce?${query}`);
      assert.deepEqual(decodeAnnounceQuery(search), { announce: value, isCompact, noPeerId });
    }),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("HTTP tracker: what an announce query may leave out or do oddly", () => {
  const start = "info_hash=%61aaaaaaaaaaaaaaaaaaa&peer_id=-PS0100-aaaaaaaaaaaa&port=1";
  const of = (more: string) => decodeAnnounceQuery(`${start}${more}`).announce;
  const bare = of("");
  assert.equal(bare.left, UNKNOWN_LEFT);
  assert.equal(bare.uploaded, 0);
  assert.equal(of("&left=9223372036854775807").left, UNKNOWN_LEFT);
  assert.equal(of("&left=-1").left, UNKNOWN_LEFT);
  assert.equal(of("&downloaded=-1").downloaded, 0);
  assert.deepEqual(of("&numwant=-1&event=&event=started&key=&ip=example.org&ip=1.2.3.4"), bare);
  assert.deepEqual(of("&event=empty&supportcrypto=1&&=&x"), bare);
  assert.equal(of("&ip=%3A%3AFFFF%3A1.2.3.4").ip, "1.2.3.4");
  assert.equal(of("&key=1A2B3C4D").key, 0x1a2b_3c4d);
  const folded = of("&key=QwErTyUi").key;
  assert(folded !== undefined && Number.isInteger(folded) && folded >= 0 && folded <= 0xffff_ffff);
  assert.equal(of("&key=QwErTyUi").key, folded);
  assert.notEqual(of("&key=QwErTyUj").key, folded);
  assert.equal(decodeAnnounceQuery(start).isCompact, true);
  assert.equal(decodeAnnounceQuery(`${start}&compact=0&no_peer_id=1`).isCompact, false);
});

Deno.test("HTTP tracker: queries that are no announce", () => {
  const hash = "info_hash=aaaaaaaaaaaaaaaaaaaa";
  const peer = "peer_id=-PS0100-aaaaaaaaaaaa";
  for (
    const query of [
      "",
      `${hash}&${peer}`,
      `${hash}&port=1`,
      `${peer}&port=1`,
      `${hash}a&${peer}&port=1`,
      `${hash}&${peer}&port=65536`,
      `${hash}&${peer}&port=-1`,
      `${hash}&${peer}&port=0x1`,
      `${hash}&${peer}&port=1&left=many`,
    ]
  ) assert.throws(() => decodeAnnounceQuery(query), { name: "ProtocolError", code: "malformed" }, query);
  assert.throws(() => decodeAnnounceQuery("x".repeat(MAX_QUERY_LENGTH + 1)), { code: "too-long" });
  const wrong = { ...decodeAnnounceQuery(`${hash}&${peer}&port=1`).announce, left: -1 };
  assert.throws(() => encodeAnnounceQuery(wrong, { isCompact: true }), RangeError);
});

Deno.test("HTTP tracker: the answer of BEP 7", () => {
  const body = latin1("d8:intervali1800e5:peers6:iiiipp6:peers618:iiiiiiiiiiiiiiiippe");
  const decoded = decodeAnnounceResponse(body);
  assert.equal(decoded.intervalSeconds, 1800);
  assert.deepEqual(decoded.peers, [
    { host: "105.105.105.105", port: 0x7070 },
    { host: "6969:6969:6969:6969:6969:6969:6969:6969", port: 0x7070 },
  ]);
  assert.equal(
    toLatin1(encodeAnnounceResponse(decoded, { isCompact: true })),
    "d8:completei0e10:incompletei0e8:intervali1800e5:peers6:iiiipp6:peers618:iiiiiiiiiiiiiiiippe",
  );
});

Deno.test("HTTP tracker: compact answers round trip", () => {
  const peers = fc.tuple(peersOf(ipv4), peersOf(ipv6)).map((families) => families.flat());
  fc.assert(
    fc.property(response(peers), (value) => {
      assert.deepEqual(decodeAnnounceResponse(encodeAnnounceResponse(value, { isCompact: true })), value);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("HTTP tracker: dictionary answers round trip, with and without peer ids", () => {
  const host = fc.oneof(ipv4, ipv6, fc.constantFrom("example.org", "a-b.c"));
  const peers = fc.array(
    fc.record({ host, port, peerId: id.map(peerId) }, { requiredKeys: ["host", "port"], noNullPrototype: true }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(response(peers), (value) => {
      assert.deepEqual(decodeAnnounceResponse(encodeAnnounceResponse(value, { isCompact: false })), value);
      const anonymous = value.peers.map(({ host, port }) => ({ host, port }));
      const body = encodeAnnounceResponse(value, { isCompact: false, noPeerId: true });
      assert.deepEqual(decodeAnnounceResponse(body).peers, anonymous);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("HTTP tracker: packed peers go out as they are", () => {
  const compactPeers = { ipv4: Uint8Array.of(1, 2, 3, 4, 0, 5), ipv6: new Uint8Array() };
  const value = { intervalSeconds: 1, seederCount: 0, leecherCount: 0, peers: [] };
  const body = encodeAnnounceResponse(value, { isCompact: true, compactPeers });
  assert.deepEqual(decodeAnnounceResponse(body).peers, [{ host: "1.2.3.4", port: 5 }]);
});

Deno.test("HTTP tracker: answers in the wild, and answers that are none", () => {
  assert.deepEqual(decodeAnnounceResponse(latin1("de")), {
    intervalSeconds: 1800,
    seederCount: 0,
    leecherCount: 0,
    peers: [],
  });
  const odd = "d5:peers12:\x01\x02\x03\x04\0\0\x01\x02\x03\x04\0\x018:intervali60e11:external ip3:abce";
  assert.deepEqual(decodeAnnounceResponse(latin1(odd)), {
    intervalSeconds: 60,
    seederCount: 0,
    leecherCount: 0,
    peers: [{ host: "1.2.3.4", port: 1 }],
  });
  for (
    const body of [
      "",
      "<html>",
      "le",
      "d5:peers5:abcdee",
      "d5:peersi1ee",
      "d5:peersd1:ai1eee",
      "d5:peersli1eee",
      "d5:peersld2:ip1:aeee",
      "d5:peersld2:ip3:a b4:porti1eeee",
      "d6:peers66:abcdefe",
      "d14:failure reasoni1ee",
    ]
  ) assert.throws(() => decodeAnnounceResponse(latin1(body)), { name: "ProtocolError", code: "malformed" }, body);
});

Deno.test("HTTP tracker: failures of BEP 3 with the retry of BEP 31", () => {
  const refusal = (body: Uint8Array) => {
    try {
      decodeAnnounceResponse(body);
    } catch (error) {
      if (error instanceof TrackerRefusal) return { reason: error.reason, retryInSeconds: error.retryInSeconds };
      throw error;
    }
    return assert.fail("it was no refusal");
  };
  const bep31 = latin1("d14:failure reason10:Overloaded8:retry in1:5e");
  assert.deepEqual(refusal(bep31), { reason: "Overloaded", retryInSeconds: 300 });
  const never = latin1("d14:failure reason13:Not a tracker8:retry in5:nevere");
  assert.deepEqual(refusal(never), { reason: "Not a tracker", retryInSeconds: Infinity });
  assert.deepEqual(encodeFailure("Not a tracker", Infinity), never);
  assert.deepEqual(encodeFailure("Overloaded", 241), latin1("d14:failure reason10:Overloaded8:retry ini5ee"));
  assert.deepEqual(refusal(encodeFailure("Overloaded", 1)), { reason: "Overloaded", retryInSeconds: 60 });
  assert.deepEqual(refusal(encodeFailure("Nö")), { reason: "Nö", retryInSeconds: undefined });
  assert.deepEqual(refusal(latin1("d14:failure reason1:x8:retry in4:soone")), {
    reason: "x",
    retryInSeconds: undefined,
  });
  assert.throws(() => decodeScrapeResponse(encodeFailure("No")), TrackerRefusal);
});

Deno.test("HTTP tracker: scrape of BEP 48", () => {
  const [first, second] = ["x", "y"].map((letter) => infoHash(latin1(letter.repeat(20))));
  assert(first !== undefined && second !== undefined);
  const query = "info_hash=xxxxxxxxxxxxxxxxxxxx&info_hash=yyyyyyyyyyyyyyyyyyyy";
  assert.equal(encodeScrapeQuery([first, second]), query);
  assert.deepEqual(decodeScrapeQuery(query), [first, second]);
  assert.deepEqual(decodeScrapeQuery(""), []);
  assert.throws(() => decodeScrapeQuery("info_hash=x"), { name: "ProtocolError", code: "malformed" });
  const body = latin1(
    "d5:filesd20:xxxxxxxxxxxxxxxxxxxxd8:completei11e10:downloadedi13772e10:incompletei19ee" +
      "20:yyyyyyyyyyyyyyyyyyyyd8:completei21e10:downloadedi206e10:incompletei20eeee",
  );
  const entries = [
    { infoHash: first, seederCount: 11, completedCount: 13_772, leecherCount: 19 },
    { infoHash: second, seederCount: 21, completedCount: 206, leecherCount: 20 },
  ];
  assert.deepEqual(decodeScrapeResponse(body), entries);
  assert.deepEqual(encodeScrapeResponse(entries), body);
  for (const wrong of ["de", "d5:filesle", "d5:filesd1:xdeee", "d5:filesd20:xxxxxxxxxxxxxxxxxxxxi1eee"]) {
    assert.throws(() => decodeScrapeResponse(latin1(wrong)), { name: "ProtocolError", code: "malformed" }, wrong);
  }
});

Deno.test("HTTP tracker: scrapes round trip", () => {
  const entry = fc.record({
    infoHash: id.map(infoHash),
    seederCount: u32,
    completedCount: u32,
    leecherCount: u32,
  }, { noNullPrototype: true });
  const entries = fc.uniqueArray(entry, { selector: (value) => value.infoHash, maxLength: 30 })
    .map((list) => list.toSorted((a, b) => a.infoHash < b.infoHash ? -1 : 1));
  fc.assert(
    fc.property(entries, (list) => {
      assert.deepEqual(decodeScrapeResponse(encodeScrapeResponse(list)), list);
      const hashes = list.map((value) => value.infoHash);
      assert.deepEqual(decodeScrapeQuery(encodeScrapeQuery(hashes)), hashes);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("HTTP tracker: arbitrary input gives a value, a ProtocolError or a refusal", () => {
  const survives = (decode: () => unknown) => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof ProtocolError) && !(error instanceof TrackerRefusal)) throw error;
    }
  };
  const body = fc.tuple(fc.constantFrom("", "d5:peers", "d14:failure reason", "d5:filesd"), fc.uint8Array())
    .map(([head, rest]) => Uint8Array.of(...latin1(head), ...rest));
  const query = fc.tuple(fc.constantFrom("", "info_hash=", "port="), text);
  fc.assert(
    fc.property(body, query, (bytes, [head, tail]) => {
      survives(() => decodeAnnounceResponse(bytes));
      survives(() => decodeScrapeResponse(bytes));
      survives(() => decodeAnnounceQuery(head + tail));
      survives(() => decodeScrapeQuery(head + tail));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
