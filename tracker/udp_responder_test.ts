import assert from "node:assert/strict";
import fc from "fast-check";
import { type InfoHash, infoHash, peerId } from "../shared/ids.ts";
import {
  decodeUdpResponse,
  encodeUdpRequest,
  type UdpAnnounceRequest,
  type UdpRequest,
  type UdpResponse,
} from "../shared/wire/udp_tracker.ts";
import { AccessKey } from "./access_key.ts";
import { addressWords } from "./address_words.ts";
import type { AnnounceDesk } from "./announce_desk.ts";
import { CONNECTION_KEY_LENGTH, ConnectionIds } from "./connection_id.ts";
import { Swarms } from "./swarms.ts";
import { MAX_ANSWER_LENGTH, UdpResponder } from "./udp_responder.ts";

const HASH: InfoHash = infoHash(new Uint8Array(20).fill(1));
const connectionIds = new ConnectionIds(new Uint8Array(CONNECTION_KEY_LENGTH).fill(3));

/** A server without sockets, asked by hand, over a desk of real swarms. */
function serverOf(options: { key?: string; refusal?: string } = {}) {
  const swarms = new Swarms({ intervalSeconds: 60, random: () => 0 });
  const counts = { refused: 0 };
  const desk: AnnounceDesk = {
    announce: (request) => swarms.announce(request, 0),
    announceRecord(record, answer) {
      if (options.refusal === undefined) swarms.announceRecord(record, answer);
      else answer.refusal = { code: "denied", reason: options.refusal };
    },
    admit: () => undefined,
    scrape: (hashes) => swarms.scrape(hashes),
    scrapeAll: () => [],
    countRefused: () => counts.refused++,
  };
  const responder = new UdpResponder({ desk, key: new AccessKey(options.key), connectionIds });
  return { server: responder, counts };
}

function validId(host: string): bigint {
  const view = new DataView(new ArrayBuffer(8));
  connectionIds.write(view, { offset: 0, source: addressWords(host), nowMs: 0 });
  return view.getBigUint64(0);
}

/** The answer to a datagram that stands somewhere in a larger buffer, written somewhere in another. */
function answerTo(responder: UdpResponder, bytes: Uint8Array, hostname: string): Uint8Array | undefined {
  const request = new Uint8Array(bytes.length + 24).fill(0xaa);
  request.set(bytes, 8);
  const answer = new Uint8Array(MAX_ANSWER_LENGTH + 16).fill(0xbb);
  const view = new DataView(request.buffer);
  const from = { view, offset: 8, length: bytes.length, source: addressWords(hostname), nowMs: 0 };
  const length = responder.respond(from, { view: new DataView(answer.buffer), offset: 8 });
  assert.ok(answer.subarray(0, 8).every((byte) => byte === 0xbb));
  assert.ok(answer.subarray(8 + length).every((byte) => byte === 0xbb), "nothing is written behind the answer");
  return length === 0 ? undefined : answer.slice(8, 8 + length);
}

function announce(host: string, more: Partial<UdpAnnounceRequest> = {}): UdpAnnounceRequest {
  return {
    type: "announce",
    connectionId: validId(host),
    transactionId: 77,
    infoHash: HASH,
    peerId: peerId(new Uint8Array(20).fill(5)),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    ...more,
  };
}

function ask(server: UdpResponder, request: UdpRequest, hostname: string): UdpResponse | undefined {
  const bytes = answerTo(server, encodeUdpRequest(request), hostname);
  const family = hostname.includes(":") && !hostname.includes("ffff:") ? 6 : 4;
  return bytes === undefined ? undefined : decodeUdpResponse(bytes, { family });
}

Deno.test("connect, announce, scrape; a mapped address is the IPv4 one", () => {
  const { server } = serverOf();
  const connected = ask(server, { type: "connect", transactionId: 1 }, "::ffff:198.51.100.1");
  assert.ok(connected?.type === "connect");
  const { connectionId } = connected;
  ask(server, announce("0.0.0.0", { connectionId, left: 0 }), "198.51.100.1");
  const response = ask(server, announce("198.51.100.2", { peerId: peerId(new Uint8Array(20)) }), "198.51.100.2");
  assert.deepEqual(response, {
    type: "announce",
    transactionId: 77,
    intervalSeconds: 60,
    seederCount: 1,
    leecherCount: 1,
    peers: [{ host: "198.51.100.1", port: 6881 }],
  });
  const scraped = ask(server, { type: "scrape", connectionId, transactionId: 2, infoHashes: [HASH] }, "198.51.100.1");
  assert.deepEqual(scraped, {
    type: "scrape",
    transactionId: 2,
    swarms: [{ seederCount: 1, completedCount: 0, leecherCount: 1 }],
  });
});

Deno.test("IPv6 gets IPv6 peers, and no more than fit in a packet that it guarantees", () => {
  const { server } = serverOf();
  for (let number = 0; number < 100; number++) {
    const id = peerId(new Uint8Array(20).fill(number + 10));
    ask(server, announce("2001:db8::1", { peerId: id, port: 1000 + number }), "2001:db8::1");
    ask(server, announce("198.51.100.9", { peerId: id, port: 1000 + number }), "198.51.100.9");
  }
  const request = encodeUdpRequest(announce("2001:db8::2", { numWant: 200 }));
  const bytes = answerTo(server, request, "2001:db8::2");
  assert.ok(bytes !== undefined && bytes.length <= 1280 - 48);
  const response = decodeUdpResponse(bytes, { family: 6 });
  assert.ok(response.type === "announce" && response.peers.length === 67);
  assert.ok(response.peers.every(({ host }) => host === "2001:db8::1"));
});

Deno.test("an id that is over or another's is said to be, within the length of the question", () => {
  const { server, counts } = serverOf();
  const response = ask(server, announce("198.51.100.7"), "198.51.100.1");
  assert.ok(response?.type === "error");
  assert.equal(response.transactionId, 77);
  const scrape = { type: "scrape", connectionId: 1n, transactionId: 2, infoHashes: [] } as const;
  assert.equal(ask(server, scrape, "198.51.100.1"), undefined, "16 bytes have no room for a refusal");
  assert.equal(counts.refused, 2);
});

Deno.test("a private community wants its key in the announce's path, and answers no scrape", () => {
  const { server } = serverOf({ key: "s3cret" });
  const host = "198.51.100.1";
  assert.equal(ask(server, announce(host, { path: "/s3cret/announce" }), host)?.type, "announce");
  assert.equal(ask(server, announce(host, { path: "/s3cret/announce?x=y" }), host)?.type, "announce");
  for (const path of ["/announce", "/wrong/announce", "", "s3cret"]) {
    assert.equal(ask(server, announce(host, { path }), host)?.type, "error", path);
  }
  assert.equal(ask(server, announce(host), host)?.type, "error");
  const scrape = { type: "scrape", connectionId: validId(host), transactionId: 2, infoHashes: [HASH] } as const;
  assert.equal(ask(server, scrape, host)?.type, "error");
});

Deno.test("a refusal carries its reason", () => {
  const { server } = serverOf({ refusal: "This tracker is full" });
  const response = ask(server, announce("198.51.100.1"), "198.51.100.1");
  assert.deepEqual(response, { type: "error", transactionId: 77, message: "This tracker is full" });
});

Deno.test("property: whatever comes without a valid id, the answer is no longer", () => {
  const { server } = serverOf();
  const magic = [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80];
  const datagram = fc.tuple(
    fc.constantFrom<number[]>(magic, [1, 2, 3, 4, 5, 6, 7, 8]),
    fc.constantFrom(0, 1, 2, 3, 255),
    fc.uint8Array({ maxLength: 300 }),
  ).map(([head, action, rest]) => Uint8Array.from([...head, 0, 0, 0, action, ...rest]));
  fc.assert(
    fc.property(fc.oneof(datagram, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      const answer = answerTo(server, bytes, "198.51.100.1");
      assert.ok(answer === undefined || answer.length <= bytes.length);
    }),
    { seed: 20_260_105, numRuns: 2000 },
  );
});
