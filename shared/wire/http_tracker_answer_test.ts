import assert from "node:assert/strict";
import fc from "fast-check";
import { infoHash, peerId } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { type AnnounceResponse, TrackerRefusal } from "./announce.ts";
import {
  decodeAnnounceResponse,
  decodeScrapeResponse,
  encodeAnnounceResponse,
  encodeFailure,
  encodeScrapeResponse,
} from "./http_tracker_answer.ts";
import { byteString, idBytes, ipv4, ipv6, u32 } from "./test_values.ts";

const SEED = 3;
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const toLatin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);

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
    fc.record({ host, port, peerId: idBytes.map(peerId) }, { requiredKeys: ["host", "port"], noNullPrototype: true }),
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

Deno.test("HTTP tracker: the answer to a scrape of BEP 48", () => {
  const [first, second] = ["x", "y"].map((letter) => infoHash(latin1(letter.repeat(20))));
  assert(first !== undefined && second !== undefined);
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
  const withPartialSeeders = latin1(
    "d5:filesd20:xxxxxxxxxxxxxxxxxxxxd8:completei11e10:downloadedi13772e11:downloadersi15e10:incompletei19eeee",
  );
  const partial = [{
    infoHash: first,
    seederCount: 11,
    completedCount: 13_772,
    leecherCount: 19,
    partialSeederCount: 4,
  }];
  assert.deepEqual(decodeScrapeResponse(withPartialSeeders), partial, "BEP 21");
  assert.deepEqual(encodeScrapeResponse(partial), withPartialSeeders);
  for (const wrong of ["de", "d5:filesle", "d5:filesd1:xdeee", "d5:filesd20:xxxxxxxxxxxxxxxxxxxxi1eee"]) {
    assert.throws(() => decodeScrapeResponse(latin1(wrong)), { name: "ProtocolError", code: "malformed" }, wrong);
  }
});

Deno.test("HTTP tracker: answers to scrapes round trip", () => {
  const entry = fc.record({
    infoHash: idBytes.map(infoHash),
    seederCount: u32,
    completedCount: u32,
    leecherCount: u32,
  }, { noNullPrototype: true });
  const entries = fc.uniqueArray(entry, { selector: (value) => value.infoHash, maxLength: 30 })
    .map((list) => list.toSorted((a, b) => a.infoHash < b.infoHash ? -1 : 1));
  fc.assert(
    fc.property(entries, (list) => {
      assert.deepEqual(decodeScrapeResponse(encodeScrapeResponse(list)), list);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("HTTP tracker: any bytes are an answer, a ProtocolError or a refusal", () => {
  const survives = (decode: () => unknown) => {
    try {
      decode();
    } catch (error) {
      if (!(error instanceof ProtocolError) && !(error instanceof TrackerRefusal)) throw error;
    }
  };
  const body = fc.tuple(fc.constantFrom("", "d5:peers", "d14:failure reason", "d5:filesd"), fc.uint8Array())
    .map(([head, rest]) => Uint8Array.of(...latin1(head), ...rest));
  fc.assert(
    fc.property(body, (bytes) => {
      survives(() => decodeAnnounceResponse(bytes));
      survives(() => decodeScrapeResponse(bytes));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});
