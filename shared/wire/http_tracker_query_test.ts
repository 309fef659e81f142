import assert from "node:assert/strict";
import fc from "fast-check";
import { infoHash, peerId } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { type Announce, UNKNOWN_LEFT } from "./announce.ts";
import {
  decodeAnnounceQuery,
  decodeScrapeQuery,
  encodeAnnounceQuery,
  encodeScrapeQuery,
  MAX_QUERY_LENGTH,
} from "./http_tracker_query.ts";
import { byteCount, byteString, idBytes, ipv4, ipv6, u32 } from "./test_values.ts";

const SEED = 3;
const text = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));

const announce: fc.Arbitrary<Announce> = fc.record({
  infoHash: idBytes.map(infoHash),
  peerId: idBytes.map(peerId),
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

Deno.test("HTTP tracker: the scrape of BEP 48", () => {
  const hashes = ["x", "y"].map((letter) => infoHash(new TextEncoder().encode(letter.repeat(20))));
  const query = "info_hash=xxxxxxxxxxxxxxxxxxxx&info_hash=yyyyyyyyyyyyyyyyyyyy";
  assert.equal(encodeScrapeQuery(hashes), query);
  assert.deepEqual(decodeScrapeQuery(query), hashes);
  assert.deepEqual(decodeScrapeQuery(""), []);
  assert.throws(() => decodeScrapeQuery("info_hash=x"), { name: "ProtocolError", code: "malformed" });
});

Deno.test("HTTP tracker: scrape queries round trip", () => {
  fc.assert(
    fc.property(fc.uniqueArray(idBytes.map(infoHash), { maxLength: 30 }), (hashes) => {
      assert.deepEqual(decodeScrapeQuery(encodeScrapeQuery(hashes)), hashes);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("HTTP tracker: any text is a query or a ProtocolError", () => {
  const survives = (decode: () => unknown) => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  };
  const query = fc.tuple(fc.constantFrom("", "info_hash=", "port="), text);
  fc.assert(
    fc.property(query, ([head, tail]) => {
      survives(() => decodeAnnounceQuery(head + tail));
      survives(() => decodeScrapeQuery(head + tail));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
