import assert from "node:assert/strict";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash } from "../../shared/ids.ts";
import { type AnnounceResponse, TrackerRefusal } from "../../shared/wire/announce.ts";
import { Announcer } from "./announcer.ts";
import { ourPeerId, theirPeerId } from "./connected_pair.ts";
import { AnnouncerRig, down } from "./test_announcer.ts";
import { HttpTestTracker, infoHashOf, someResponse, UdpTestTracker } from "./test_tracker.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { UdpTrackerClient } from "./udp_tracker_client.ts";

Deno.test("announces started, then every interval, then completed, then stopped", async () => {
  await using rig = new AnnouncerRig();
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
  await using rig = new AnnouncerRig(() => answers.pop()?.promise ?? someResponse);
  const [first] = answers;
  const infoHash = rig.add(1);
  rig.announcer.completed(infoHash);
  first?.resolve(someResponse);
  await rig.pass(1000);
  assert.deepEqual(rig.take(), ["started udp://a:1/announce", "completed udp://a:1/announce"]);
});

Deno.test("addresses of one tracker keep their order, others are shuffled", async () => {
  const orders = new Set<string>();
  await using rig = new AnnouncerRig(({ url }) => down(url));
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
  await using rig = new AnnouncerRig(({ url }) => isUdpDown && url.startsWith("udp") ? down(url) : someResponse);
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
  await using rig = new AnnouncerRig(({ url }) => isADown && url === "udp://a:1" ? down(url) : someResponse);
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

Deno.test("a torrent that went over to another tracker hears of it before that one's peers (BEP 27)", async () => {
  let isDown = (_url: string) => false;
  await using rig = new AnnouncerRig(({ url }) => isDown(url) ? down(url) : someResponse);
  const heard: string[] = [];
  rig.add(1, {
    trackers: [["udp://a:1", "http://a:1"], ["udp://b:2"]],
    announceTo: "first-tier",
    onPeers: () => heard.push("peers"),
    onTrackerSwitched: () => heard.push("switched"),
  });
  await rig.pass(0);
  isDown = (url) => url === "udp://a:1";
  await rig.pass(60_000);
  assert.deepEqual(heard.splice(0), ["peers", "peers"], "by HTTP it is the same tracker");
  isDown = (url) => url !== "udp://b:2";
  await rig.pass(60_000);
  assert.deepEqual(heard.splice(0), ["switched", "peers"]);
  isDown = () => false;
  await rig.pass(60_000);
  assert.deepEqual(heard, ["switched", "peers"], "and back, as the first tier comes first");
});

Deno.test("a partial seed says so with every announce, until it wants more (BEP 21)", async () => {
  await using rig = new AnnouncerRig();
  let isPartialSeed = true;
  rig.add(1, { state: () => ({ uploaded: 0, downloaded: 0, left: 9, isPartialSeed }) });
  await rig.pass(0);
  await rig.pass(60_000);
  isPartialSeed = false;
  await rig.pass(60_000);
  const url = "udp://a:1/announce";
  assert.deepEqual(rig.take(), [`paused ${url}`, `paused ${url}`, `regular ${url}`]);
});

Deno.test("a tracker that is down is asked after 5, 10, 20 … 300 s, by one torrent for all", async () => {
  let isDown = true;
  await using rig = new AnnouncerRig(({ url }) => isDown ? down(url) : someResponse, { maxConcurrent: 1 });
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
  await using rig = new AnnouncerRig(({ announce }) => {
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
  await using rig = new AnnouncerRig(({ url }) =>
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
  await using rig = new AnnouncerRig(() => ({ ...someResponse, peers, trackerId: "abc" }));
  const found: Endpoint[] = [];
  rig.add(1, { onPeers: (given) => found.push(...given) });
  await rig.pass(0);
  assert.deepEqual(found, [{ host: "1.2.3.4", port: 2 }]);
  await rig.pass(60_000);
  assert.deepEqual(rig.asked.map(({ announce }) => announce.trackerId), [undefined, "abc"]);
});

Deno.test("a tracker that has lost its memory hears of everything at once", async () => {
  let isDown = false;
  await using rig = new AnnouncerRig(({ url }) => isDown ? down(url) : someResponse);
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

Deno.test("an unspeakable address is said so, and not asked again", async () => {
  await using rig = new AnnouncerRig(({ url }) => {
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
