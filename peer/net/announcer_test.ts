import assert from "node:assert/strict";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash } from "../../shared/ids.ts";
import { type Announce, type AnnounceResponse, TrackerRefusal } from "../../shared/wire/announce.ts";
import type { AnnouncedTorrent } from "./announce_group.ts";
import { Announcer, type AnnouncerOptions } from "./announcer.ts";
import { ourPeerId, theirPeerId } from "./connected_pair.ts";
import { ManualClock } from "./manual_clock.ts";
import { HttpTestTracker, infoHashOf, someResponse, UdpTestTracker } from "./test_tracker.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { UdpTrackerClient } from "./udp_tracker_client.ts";

interface Asked {
  readonly url: string;
  readonly announce: Announce;
  readonly atMs: number;
}

type Answer = (asked: Asked, signal: AbortSignal) => AnnounceResponse | Promise<AnnounceResponse>;

/** An announcer in virtual time, whose trackers are a function. */
class Rig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly asked: Asked[] = [];
  readonly announcer: Announcer;
  readonly udp: UdpTrackerClient;
  mostAtOnce = 0;
  #atOnce = 0;

  constructor(answer: Answer = () => someResponse, options: Partial<AnnouncerOptions> = {}) {
    const random = seededRandom(7);
    this.udp = new UdpTrackerClient({ random });
    this.announcer = new Announcer({
      peerId: ourPeerId,
      port: 6881,
      random,
      udp: this.udp,
      clock: this.clock,
      ask: async (url, announce, { signal }) => {
        const asked = { url, announce, atMs: this.clock.now() };
        this.asked.push(asked);
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
        try {
          return await answer(asked, signal);
        } finally {
          this.#atOnce -= 1;
        }
      },
      ...options,
    });
  }

  add(number: number, torrent: Partial<AnnouncedTorrent> = {}): InfoHash {
    const infoHash = infoHashOf(number);
    this.announcer.add(infoHash, {
      trackers: [["udp://a:1/announce"]],
      state: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
      onPeers: () => {},
      ...torrent,
    });
    return infoHash;
  }

  /** Lets everything happen that is due within this time. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.now() + ms;
    await turn();
    while (this.clock.now() < endMs) {
      this.clock.advance(Math.min(endMs - this.clock.now(), 250));
      await turn();
    }
  }

  /** What was asked since the last call: `event url`. */
  take(): string[] {
    return this.asked.splice(0).map(({ url, announce }) => `${announce.event ?? "regular"} ${url}`);
  }

  async [Symbol.asyncDispose]() {
    const stopped = this.announcer.stop();
    await turn();
    this.clock.advance(2000);
    await stopped;
    await this.udp[Symbol.asyncDispose]();
    assert.equal(this.clock.timerCount, 0);
  }
}

/** Until all promises that can settle have settled. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A number sequence of its own for each seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

function down(url: string): never {
  throw new TrackerFailure(url, "it is down");
}

Deno.test("announces started, then every interval, then completed, then stopped", async () => {
  await using rig = new Rig();
  const peers: Endpoint[] = [];
  let left = 5;
  const infoHash = rig.add(1, {
    state: () => ({ uploaded: 1, downloaded: 2, left }),
    onPeers: (found) => peers.push(...found),
  });
  await rig.pass(0);
  const { announce } = rig.asked[0] ?? {};
  assert.deepEqual({ ...announce, key: 0 }, {
    infoHash,
    peerId: ourPeerId,
    port: 6881,
    uploaded: 1,
    downloaded: 2,
    left: 5,
    key: 0,
    event: "started",
  });
  assert.deepEqual(peers, [{ host: "127.0.0.1", port: 7000 }]);
  await rig.pass(56_000);
  assert.equal(rig.asked.length, 1);
  await rig.pass(4000);
  assert.deepEqual(rig.take(), ["started udp://a:1/announce", "regular udp://a:1/announce"]);
  left = 0;
  rig.announcer.completed(infoHash);
  await rig.pass(0);
  assert.equal(rig.asked[0]?.announce.left, 0);
  assert.deepEqual(rig.take(), ["completed udp://a:1/announce"]);
  await rig.pass(60_000);
  assert.deepEqual(rig.take(), ["regular udp://a:1/announce"]);
  rig.announcer.remove(infoHash);
  await rig.pass(0);
  assert.equal(rig.asked[0]?.announce.numWant, 0);
  assert.deepEqual(rig.take(), ["stopped udp://a:1/announce"]);
  await rig.pass(600_000);
  assert.deepEqual(rig.take(), []);
  assert.deepEqual(rig.announcer.status(infoHash), []);
});

Deno.test("one that completes while started is under way says both, in order", async () => {
  const answers = [Promise.withResolvers<AnnounceResponse>()];
  await using rig = new Rig(() => answers.pop()?.promise ?? someResponse);
  const [first] = answers;
  const infoHash = rig.add(1);
  rig.announcer.completed(infoHash);
  first?.resolve(someResponse);
  await rig.pass(1000);
  assert.deepEqual(rig.take(), ["started udp://a:1/announce", "completed udp://a:1/announce"]);
});

Deno.test("addresses of one tracker keep their order, others are shuffled", async () => {
  const orders = new Set<string>();
  await using rig = new Rig(({ url }) => down(url));
  for (let number = 0; number < 40; number++) {
    const first = rig.add(number, { trackers: [["udp://x:1/a", "http://x:1/a", "udp://y:2/a", "udp://z:3/a"]] });
    const order = rig.announcer.status(first).map(({ url }) => url);
    assert.equal(order.indexOf("http://x:1/a"), order.indexOf("udp://x:1/a") + 1);
    orders.add(order.join(" "));
  }
  assert.equal(orders.size, 6);
  await rig.pass(0);
});

Deno.test("in a tier the next is tried at once, and the one that answers is asked first from then on (BEP 12)", async () => {
  let isUdpDown = true;
  await using rig = new Rig(({ url }) => isUdpDown && url.startsWith("udp") ? down(url) : someResponse);
  const infoHash = rig.add(1, { trackers: [["udp://a:1/announce", "http://a:1/announce"]] });
  await rig.pass(0);
  assert.deepEqual(rig.take(), ["started udp://a:1/announce", "started http://a:1/announce"]);
  const views = rig.announcer.status(infoHash);
  assert.deepEqual(views.map(({ url, state }) => [url, state]), [
    ["http://a:1/announce", "working"],
    ["udp://a:1/announce", "failed"],
  ]);
  assert.equal(views[0]?.seederCount, 1);
  assert.match(views[1]?.message ?? "", /it is down/);
  isUdpDown = false;
  await rig.pass(60_000);
  assert.deepEqual(rig.take(), ["regular http://a:1/announce"]);
});

Deno.test("every tier has one tracker that works; to the letter of BEP 12 only the first that does", async () => {
  const trackers = [["udp://a:1"], ["udp://b:2", "udp://c:3"]];
  let isADown = false;
  await using rig = new Rig(({ url }) => isADown && url === "udp://a:1" ? down(url) : someResponse);
  rig.add(1, { trackers });
  await rig.pass(0);
  const asked = rig.take();
  assert.equal(asked.length, 2);
  assert.ok(asked.includes("started udp://a:1"));
  const strict = rig.add(2, { trackers, announceTo: "first-tier" });
  await rig.pass(0);
  assert.deepEqual(rig.take(), ["started udp://a:1"]);
  rig.announcer.remove(infoHashOf(1));
  isADown = true;
  rig.announcer.reannounceAll();
  await rig.pass(0);
  assert.equal(rig.announcer.status(strict).filter(({ state }) => state === "working").length, 1);
  assert.equal(rig.announcer.status(strict)[0]?.state, "failed");
});

Deno.test("a tracker that is down is asked after 5, 10, 20 … 300 s, by one torrent for all", async () => {
  let isDown = true;
  await using rig = new Rig(({ url }) => isDown ? down(url) : someResponse, { maxConcurrent: 1 });
  for (let number = 0; number < 50; number++) rig.add(number);
  await rig.pass(0);
  assert.equal(rig.asked.length, 1);
  await rig.pass(3_600_000);
  const times = rig.asked.map(({ atMs }) => atMs);
  const pauses = times.slice(1).map((atMs, index) => (atMs - (times[index] ?? 0)) / 1000);
  for (const [index, pause] of pauses.entries()) {
    const most = Math.min(300, 5 * 2 ** index);
    assert.ok(pause >= most * 0.74 && pause <= most + 0.3, `pause ${index} was ${pause} s of ${most}`);
  }
  assert.ok(rig.asked.length < 30);
  assert.equal(rig.announcer.status(infoHashOf(49))[0]?.state, "failed");
  isDown = false;
  rig.take();
  await rig.pass(301_000);
  const found = rig.asked.filter(({ announce }) => announce.event === "started");
  assert.equal(new Set(found.map(({ announce }) => announce.infoHash)).size, 50);
});

Deno.test("a refusal concerns one torrent, and retry in (BEP 31) is honoured", async () => {
  await using rig = new Rig(({ announce }) => {
    if (announce.infoHash === infoHashOf(1)) throw new TrackerRefusal("not registered", { retryInSeconds: 600 });
    if (announce.infoHash === infoHashOf(2)) throw new TrackerRefusal("never", { retryInSeconds: Infinity });
    return someResponse;
  });
  const refused = rig.add(1);
  const never = rig.add(2);
  const welcome = rig.add(3);
  await rig.pass(599_000);
  const of = (infoHash: InfoHash) => rig.asked.filter(({ announce }) => announce.infoHash === infoHash).length;
  assert.equal(of(refused), 1);
  assert.ok(of(welcome) >= 10 && of(welcome) <= 11);
  assert.equal(rig.announcer.status(refused)[0]?.message, "not registered");
  await rig.pass(2000);
  assert.equal(of(refused), 2);
  await rig.pass(3_600_000);
  assert.equal(of(never), 1);
});

Deno.test("peers sooner: not before the tracker bears it", async () => {
  await using rig = new Rig(({ url }) =>
    url.includes("min") ? { ...someResponse, minIntervalSeconds: 30 } : someResponse
  );
  const infoHash = rig.add(1, { trackers: [["udp://min:1"], ["udp://b:1"]] });
  await rig.pass(0);
  rig.take();
  rig.announcer.announceSoon(infoHash);
  await rig.pass(14_000);
  assert.deepEqual(rig.take(), []);
  await rig.pass(1000);
  assert.deepEqual(rig.take(), ["regular udp://b:1"]);
  await rig.pass(15_000);
  assert.deepEqual(rig.take(), ["regular udp://min:1"]);
});

Deno.test("we are not among the peers, and the tracker's id is sent back", async () => {
  const peers = [{ host: "1.2.3.4", port: 1, peerId: ourPeerId }, { host: "1.2.3.4", port: 2, peerId: theirPeerId }];
  await using rig = new Rig(() => ({ ...someResponse, peers, trackerId: "abc" }));
  const found: Endpoint[] = [];
  rig.add(1, { onPeers: (given) => found.push(...given) });
  await rig.pass(0);
  assert.deepEqual(found, [{ host: "1.2.3.4", port: 2 }]);
  await rig.pass(60_000);
  assert.deepEqual(rig.asked.map(({ announce }) => announce.trackerId), [undefined, "abc"]);
});

Deno.test("ten thousand torrents that nobody waits for cost one announce an interval", async () => {
  await using rig = new Rig();
  for (let number = 0; number < 10_000; number++) {
    rig.add(number, { leaseShared: true, trackers: [["udp://a:1", "http://a:1"]] });
  }
  await rig.pass(0);
  while (rig.asked.length < 10_000) await turn();
  await rig.pass(0);
  assert.ok(rig.mostAtOnce <= 16);
  assert.ok(rig.asked.every(({ announce }) => announce.event === "started" && announce.numWant === 0));
  assert.equal(rig.clock.timerCount, 1);
  rig.take();
  await rig.pass(600_000);
  assert.ok(rig.asked.length >= 9 && rig.asked.length <= 10, `${rig.asked.length} announces in ten intervals`);
  assert.equal(new Set(rig.asked.map(({ announce }) => announce.infoHash)).size, rig.asked.length);
  assert.ok((rig.announcer.status(infoHashOf(1))[0]?.nextAnnounceAtMs ?? 0) > 0);
});

Deno.test("the announces of a busy torrent keep the quiet ones", async () => {
  await using rig = new Rig();
  const quiet = rig.add(1, { leaseShared: true });
  const busy = rig.add(2);
  await rig.pass(600_000);
  const count = (infoHash: InfoHash) => rig.asked.filter(({ announce }) => announce.infoHash === infoHash).length;
  assert.equal(count(quiet), 1);
  assert.ok(count(busy) >= 10);
  // When the busy one has gone, the quiet one keeps itself.
  rig.announcer.remove(busy);
  await rig.pass(120_000);
  assert.ok(count(quiet) >= 2);
  // A quiet one that finishes, or whose owner wants peers, speaks for itself.
  rig.take();
  rig.announcer.completed(quiet);
  await rig.pass(0);
  assert.deepEqual(rig.take(), ["completed udp://a:1/announce"]);
});

Deno.test("a torrent may become quiet, or wake up, at any time", async () => {
  await using rig = new Rig();
  let leaseShared = false;
  rig.announcer.add(infoHashOf(1), {
    trackers: [["udp://a:1/announce"]],
    state: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
    onPeers: () => {},
    get leaseShared() {
      return leaseShared;
    },
  });
  const other = rig.add(2);
  await rig.pass(0);
  leaseShared = true;
  await rig.pass(600_000);
  const count = () => rig.take().length;
  const quietCount = count();
  assert.ok(quietCount <= 2 + 1 + 11, `${quietCount}`);
  leaseShared = false;
  rig.announcer.announceSoon(infoHashOf(1));
  rig.announcer.remove(other);
  await rig.pass(300_000);
  const awakeCount = count();
  assert.ok(awakeCount >= 6, `${awakeCount}`);
});

Deno.test("when the tracker was away for longer than a lease, all that it kept are announced anew", async () => {
  let isDown = false;
  await using rig = new Rig(({ url }) => isDown ? down(url) : someResponse);
  for (let number = 0; number < 20; number++) rig.add(number, { leaseShared: true });
  await rig.pass(60_000);
  isDown = true;
  await rig.pass(300_000);
  isDown = false;
  rig.take();
  await rig.pass(310_000);
  assert.equal(new Set(rig.asked.map(({ announce }) => announce.infoHash)).size, 20);
  // Those that asked and failed meanwhile were known there, so theirs is a regular announce, which does as well.
  const started = rig.asked.filter(({ announce }) => announce.event === "started");
  assert.ok(started.length >= 10, `${started.length} of 20`);
});

Deno.test("a tracker that has lost its memory hears of everything at once", async () => {
  let isDown = false;
  await using rig = new Rig(({ url }) => isDown ? down(url) : someResponse);
  for (let number = 0; number < 20; number++) rig.add(number, { leaseShared: number % 2 === 0 });
  rig.add(30, { trackers: [["udp://other:1"]] });
  await rig.pass(1000);
  isDown = true;
  await rig.pass(120_000);
  isDown = false;
  rig.take();
  rig.announcer.reannounceAll({ authority: "a:1" });
  await rig.pass(0);
  assert.deepEqual(rig.take(), new Array(20).fill("started udp://a:1/announce"));
  rig.announcer.reannounceAll();
  await rig.pass(0);
  assert.equal(rig.take().length, 21);
});

Deno.test("stopping tells every tracker that knows of a torrent, within two seconds", async () => {
  const clockedOut: string[] = [];
  const rig = new Rig(({ url, announce }, signal) => {
    if (url === "udp://never:1") down(url);
    if (announce.event !== "stopped" || url !== "udp://slow:1") return someResponse;
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => {
        clockedOut.push(url);
        reject(signal.reason);
      })
    );
  });
  for (let number = 0; number < 100; number++) rig.add(number);
  rig.add(200, { trackers: [["udp://slow:1"]] });
  rig.add(201, { trackers: [["udp://never:1"]] });
  await rig.pass(1000);
  rig.take();
  const stopped = rig.announcer.stop();
  assert.equal(rig.announcer.stop(), stopped);
  await turn();
  assert.equal(
    rig.asked.filter(({ announce, url }) => announce.event === "stopped" && url !== "udp://slow:1").length,
    100,
  );
  assert.ok(!rig.asked.some(({ url }) => url === "udp://never:1"));
  assert.deepEqual(clockedOut, []);
  rig.clock.advance(2000);
  await stopped;
  assert.deepEqual(clockedOut, ["udp://slow:1"]);
  assert.throws(() => rig.add(300), TypeError);
  await rig[Symbol.asyncDispose]();
});

Deno.test("what is being announced when we stop, or when it is removed, is told too", async () => {
  let held = Promise.withResolvers<AnnounceResponse>();
  const rig = new Rig(({ announce }, signal) => {
    if (announce.event !== "started") return someResponse;
    signal.addEventListener("abort", () => held.reject(signal.reason));
    return held.promise;
  });
  const first = rig.add(1);
  rig.announcer.remove(first);
  held.resolve(someResponse);
  await turn();
  assert.deepEqual(rig.take(), ["started udp://a:1/announce", "stopped udp://a:1/announce"]);
  held = Promise.withResolvers();
  rig.add(2);
  const third = rig.add(3);
  rig.announcer.remove(third);
  await rig.announcer.stop();
  assert.deepEqual(rig.take().sort(), [
    "started udp://a:1/announce",
    "started udp://a:1/announce",
    "stopped udp://a:1/announce",
    "stopped udp://a:1/announce",
  ]);
  await rig[Symbol.asyncDispose]();
});

Deno.test("an unspeakable address is said so, and not asked again", async () => {
  await using rig = new Rig(({ url }) => {
    throw new TrackerFailure(url, "only udp, http and https are spoken here", { retryInSeconds: Infinity });
  });
  const infoHash = rig.add(1, { trackers: [["wss://a:1"], []] });
  await rig.pass(3_600_000);
  assert.equal(rig.asked.length, 1);
  assert.equal(rig.announcer.status(infoHash)[0]?.state, "failed");
  assert.throws(() => rig.add(1), TypeError);
});

Deno.test("with real trackers: UDP first, HTTP of the same port when UDP is silent", async () => {
  await using http = new HttpTestTracker();
  await using silent = new UdpTestTracker(() => undefined, { port: Number(http.authority.split(":")[1]) });
  await using udp = new UdpTrackerClient({ random: Math.random, firstTimeoutMs: 10 });
  const found = Promise.withResolvers<readonly Endpoint[]>();
  await using announcer = new Announcer({ peerId: ourPeerId, port: 6881, random: Math.random, udp });
  announcer.add(infoHashOf(1), {
    trackers: [[silent.url, http.url]],
    state: () => ({ uploaded: 0, downloaded: 0, left: 0 }),
    onPeers: found.resolve,
  });
  assert.deepEqual(await found.promise, someResponse.peers);
  assert.ok(silent.requests.length > 0);
  await announcer.stop();
  assert.deepEqual(http.announces.map(({ event }) => event), ["started", "stopped"]);
});

Deno.test("with a real tracker: a thousand torrents over UDP, started and stopped", async () => {
  await using tracker = new UdpTestTracker();
  await using udp = new UdpTrackerClient({ random: Math.random });
  await using announcer = new Announcer({ peerId: ourPeerId, port: 6881, random: Math.random, udp });
  for (let number = 0; number < 1000; number++) {
    announcer.add(infoHashOf(number), {
      trackers: [[tracker.url]],
      state: () => ({ uploaded: 0, downloaded: 0, left: 0 }),
      onPeers: () => {},
      leaseShared: true,
    });
  }
  await tracker.until(() => tracker.announces.length >= 1000);
  await announcer.stop();
  const stopped = tracker.announces.filter(({ event }) => event === "stopped");
  assert.equal(new Set(stopped.map(({ infoHash }) => infoHash)).size, 1000);
});
