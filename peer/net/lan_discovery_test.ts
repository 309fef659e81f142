import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import { encodeLanAnnounce, LAN_GROUPS, type LanAnnounce } from "../../shared/wire/lan_announce.ts";
import { LanDiscovery } from "./lan_discovery.ts";
import { ManualClock } from "./manual_clock.ts";

const MINUTE_MS = 60_000;
const hash = (index: number): InfoHash => parseInfoHash(index.toString(16).padStart(40, "0"));

/** A discovery on a clock moved by hand, with all that it sent (and when) and heard. */
function bench(isHere: (infoHash: InfoHash) => boolean = () => true) {
  const clock = new ManualClock();
  const sent: { readonly atMs: number; readonly announce: LanAnnounce }[] = [];
  const heard: string[] = [];
  const discovery = new LanDiscovery({
    port: 6881,
    cookie: "mine",
    clock,
    transport: { send: (announce) => void sent.push({ atMs: clock.now(), announce }) },
    onPeer(infoHash, { endpoint, isUrgent }) {
      heard.push(`${parseInt(infoHash, 16)} at ${formatEndpoint(endpoint)}${isUrgent ? "!" : ""}`);
      return isHere(infoHash);
    },
  });
  const hear = (infoHashes: readonly InfoHash[], cookie = "theirs") =>
    discovery.receive(
      encodeLanAnnounce({ port: 7000, infoHashes, cookie }, { group: LAN_GROUPS[4] }),
      "192.168.1.9",
    );
  const times = (infoHash: InfoHash) =>
    sent.filter(({ announce }) => announce.infoHashes.includes(infoHash)).map(({ atMs }) => atMs);
  return { clock, sent, heard, discovery, hear, times };
}

Deno.test("lan discovery: a torrent is announced at once, after a minute, and then every five", () => {
  const { clock, sent, discovery, times } = bench();
  discovery.add(hash(1));
  discovery.add(hash(2));
  clock.advance(20 * MINUTE_MS);
  assert.deepEqual(times(hash(1)), [0, 1, 6, 11, 16].map((minute) => minute * MINUTE_MS));
  assert.deepEqual(sent[0]?.announce, { port: 6881, cookie: "mine", infoHashes: [hash(1), hash(2)] });
  discovery[Symbol.dispose]();
  assert.equal(clock.timerCount, 0);
});

Deno.test("lan discovery: a thousand torrents go out one message a second, each at most once a minute", () => {
  const { clock, sent, discovery, times } = bench();
  for (let index = 0; index < 1_000; index++) discovery.add(hash(index));
  clock.advance(10 * MINUTE_MS);
  for (const [index, { atMs }] of sent.entries()) {
    assert.ok(index === 0 || atMs - (sent[index - 1]?.atMs ?? 0) >= 1_000);
  }
  for (let index = 0; index < 1_000; index++) {
    const at = times(hash(index));
    assert.ok(at.length >= 2);
    for (const [turn, atMs] of at.entries()) assert.ok(turn === 0 || atMs - (at[turn - 1] ?? 0) >= MINUTE_MS);
  }
});

Deno.test("lan discovery: who is removed is silent, and added again it waits for its minute", () => {
  const { clock, discovery, times } = bench();
  discovery.add(hash(1));
  clock.advance(10_000);
  discovery.remove(hash(1));
  discovery.add(hash(1));
  discovery.remove(hash(1));
  clock.advance(10_000);
  discovery.add(hash(1));
  clock.advance(MINUTE_MS);
  assert.deepEqual(times(hash(1)), [0, MINUTE_MS]);
  discovery.remove(hash(1));
  clock.advance(100 * MINUTE_MS);
  assert.equal(times(hash(1)).length, 2);
  assert.equal(clock.timerCount, 0);
});

Deno.test("lan discovery: what others have is handed on, our own messages are not", () => {
  const { heard, discovery, hear } = bench();
  hear([hash(1), hash(2)]);
  hear([hash(3)], "mine");
  discovery.receive(new TextEncoder().encode("M-SEARCH * HTTP/1.1\r\n\r\n"), "192.168.1.9");
  assert.deepEqual(heard, ["1 at 192.168.1.9:7000", "2 at 192.168.1.9:7000"]);
});

Deno.test("lan discovery: a torrent that is here is announced to who asks, at most once a minute", () => {
  const { clock, discovery, hear, times } = bench((infoHash) => infoHash !== hash(9));
  discovery.add(hash(1));
  clock.advance(0);
  hear([hash(1)]);
  clock.advance(MINUTE_MS + 30_000);
  hear([hash(1)]);
  assert.deepEqual(times(hash(1)), [0, MINUTE_MS]);
  clock.advance(60_000);
  hear([hash(1), hash(9)]);
  clock.advance(0);
  assert.deepEqual(times(hash(1)), [0, MINUTE_MS, 150_000]);
  assert.deepEqual(times(hash(9)), []);
  // The next regular one is five minutes after the answer.
  clock.advance(5 * MINUTE_MS);
  assert.deepEqual(times(hash(1)), [0, MINUTE_MS, 150_000, 450_000]);
  // Asked for by another of its info-hashes, which is not announced regularly.
  for (const turn of [0, 1]) {
    hear([hash(5)]);
    clock.advance(30_000 * turn);
  }
  clock.advance(20 * MINUTE_MS);
  assert.equal(times(hash(5)).length, 1);
});

Deno.test("lan discovery: a newcomer that cannot be answered is dialled, once, and not too many of them", () => {
  const { clock, heard, discovery, hear } = bench();
  discovery.add(hash(1));
  clock.advance(1_000);
  hear([hash(1)]);
  hear([hash(1)]);
  clock.advance(2 * MINUTE_MS);
  hear([hash(1)]);
  assert.deepEqual(heard, ["1 at 192.168.1.9:7000!", "1 at 192.168.1.9:7000", "1 at 192.168.1.9:7000"]);
  for (let index = 10; index < 30; index++) discovery.add(hash(index));
  clock.advance(1_000);
  hear(Array.from({ length: 20 }, (_, index) => hash(index + 10)));
  assert.equal(heard.filter((text) => text.endsWith("!")).length, 1 + 5);
});

Deno.test("lan discovery: two who hold the same do not keep each other talking", () => {
  const clock = new ManualClock();
  let messages = 0;
  const ends: LanDiscovery[] = [];
  for (const [index, cookie] of ["one", "two"].entries()) {
    const transport = {
      send(announce: LanAnnounce) {
        messages++;
        ends[1 - index]?.receive(encodeLanAnnounce(announce, { group: LAN_GROUPS[4] }), "192.168.1.9");
      },
    };
    ends.push(new LanDiscovery({ port: 1, cookie, clock, transport, onPeer: () => true }));
  }
  for (const end of ends) {
    end.add(hash(1));
    clock.advance(100_000);
  }
  const before = messages;
  clock.advance(60 * MINUTE_MS);
  assert.ok(messages - before <= 2 * 13, `${messages - before} messages in an hour`);
});

Deno.test("lan discovery: a flood is not read", () => {
  const { heard, clock, hear } = bench(() => false);
  for (let turn = 0; turn < 1_000; turn++) hear([hash(1)]);
  assert.equal(heard.length, 100);
  clock.advance(1_000);
  hear([hash(1)]);
  assert.equal(heard.length, 101);
});
