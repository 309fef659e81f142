import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import { peerPriority } from "../../shared/peer_priority.ts";
import type { SwarmEffect } from "./swarm_effect.ts";
import type { CandidateSource } from "./swarm_event.ts";
import { testHandshake, testInfo, TestSwarm } from "./test_swarm.ts";

function dialled(effects: readonly SwarmEffect[]): string[] {
  return effects.flatMap((effect) => effect.type === "dial" ? [effect.endpoint.host] : []);
}

function found(swarm: TestSwarm, hosts: readonly string[]): readonly SwarmEffect[] {
  const candidates = hosts.map((host) => ({ host, port: 6_881 }));
  return swarm.handle({ type: "candidates-found", candidates, source: "tracker" });
}

Deno.test("the nearest are dialled first, never more at a time than allowed", () => {
  const swarm = new TestSwarm({ settings: { maxHalfOpen: 2 } });
  assert.deepEqual(dialled(found(swarm, ["8.8.8.8", "192.168.1.4", "127.0.0.1"])), ["127.0.0.1", "192.168.1.4"]);
  assert.deepEqual(dialled(swarm.handle({ type: "dial-failed", endpoint: { host: "127.0.0.1", port: 6_881 } })), [
    "8.8.8.8",
  ]);
});

Deno.test("each failure doubles the wait", () => {
  const swarm = new TestSwarm();
  const endpoint = { host: "10.0.0.1", port: 6_881 };
  found(swarm, ["10.0.0.1"]);
  const waits = [1, 2, 3].map(() => {
    swarm.handle({ type: "dial-failed", endpoint });
    const startMs = swarm.nowMs;
    while (dialled(swarm.pass(100)).length === 0) assert(swarm.nowMs - startMs < 60_000);
    return swarm.nowMs - startMs;
  });
  assert.deepEqual(waits, [3_000, 6_000, 12_000]);
});

Deno.test("a dial that nobody reports on does not hold its place for ever", () => {
  const swarm = new TestSwarm({ settings: { maxHalfOpen: 1 } });
  found(swarm, ["10.0.0.1", "10.0.0.2"]);
  assert.equal(swarm.machine.view().halfOpenCount, 1);
  assert.equal(dialled(swarm.pass(60_100)).length, 1);
});

Deno.test("who is connected is not dialled, and is again some time after it left", () => {
  const swarm = new TestSwarm();
  swarm.connect(1, { isOutgoing: false });
  const listenEndpoint = { host: "10.0.0.1", port: 7_000 };
  swarm.handle({ type: "extension-handshake", peer: 1, isUploadOnly: false, listenEndpoint });
  const again = { type: "candidates-found", candidates: [listenEndpoint], source: "tracker" } as const;
  assert.deepEqual(dialled(swarm.handle(again)), []);
  swarm.handle({ type: "peer-disconnected", peer: 1, reason: "closed" });
  assert.deepEqual(dialled(swarm.pass(3_200)), ["10.0.0.1"]);
});

Deno.test("we are not our own peer", () => {
  const swarm = new TestSwarm();
  found(swarm, ["10.0.0.200"]);
  assert.deepEqual(swarm.connect(200), [{ type: "disconnect", peer: 200, reason: "self" }]);
  assert.deepEqual(dialled(swarm.pass(60_000)), []);
});

Deno.test("of two connections with one program both ends keep the same", () => {
  // The greater id, ours, opened the one that stays, in whichever order they come.
  for (const outgoingFirst of [true, false]) {
    const swarm = new TestSwarm();
    const connect = (peer: number, isOutgoing: boolean) =>
      swarm.handle({
        type: "peer-connected",
        peer,
        endpoint: { host: "10.0.0.5", port: isOutgoing ? 6_881 : 50_000 },
        isOutgoing,
        handshake: testHandshake(5),
      });
    connect(1, outgoingFirst);
    const effects = connect(2, !outgoingFirst);
    const dropped = outgoingFirst ? 2 : 1;
    assert.deepEqual(effects[0], { type: "disconnect", peer: dropped, reason: "duplicate" });
    assert.deepEqual(swarm.machine.view().peers.map(({ isOutgoing }) => isOutgoing), [true]);
  }
});

Deno.test("there are never more peers than allowed, and few peers ask for more", () => {
  const swarm = new TestSwarm({ settings: { maxPeers: 2 } });
  assert(swarm.pass(100).some(({ type }) => type === "want-candidates"));
  assert(!swarm.pass(14_000).some(({ type }) => type === "want-candidates"), "not all the time");
  swarm.connect(1);
  swarm.connect(2);
  assert.deepEqual(swarm.connect(3), [{ type: "disconnect", peer: 3, reason: "too-many-peers" }]);
  assert.deepEqual(dialled(found(swarm, ["10.0.0.9"])), []);
});

Deno.test("complete peers are not dialled again by one that is complete", () => {
  const swarm = new TestSwarm({ info: testInfo(1), verified: [0] });
  found(swarm, ["10.0.0.1"]);
  swarm.connect(1);
  const effects = swarm.say(1, { type: "have-all" });
  assert.deepEqual(effects, [{ type: "disconnect", peer: 1, reason: "both-complete" }]);
  assert.deepEqual(dialled(swarm.pass(60_000)), []);
});

Deno.test("who comes for the metadata of an empty file is let go when it says that it has all", () => {
  const swarm = new TestSwarm({ info: testInfo(0) });
  const effects = [...swarm.connect(1), ...swarm.say(1, { type: "have-none" }), ...swarm.pass(1_000)];
  assert(!effects.some((effect) => effect.type === "disconnect"), "it has no pieces to be complete with");
  const said = swarm.handle({ type: "extension-handshake", peer: 1, isUploadOnly: true });
  assert.deepEqual(said, [{ type: "disconnect", peer: 1, reason: "both-complete" }]);
});

Deno.test("once our address is known, those that both ends prefer are dialled first (BEP 40)", () => {
  const swarm = new TestSwarm({ settings: { maxHalfOpen: 2 } });
  swarm.connect(1);
  const ownEndpoint = { host: "123.213.32.10", port: 6_881 };
  swarm.handle({ type: "extension-handshake", peer: 1, isUploadOnly: false, ownEndpoint });
  // Their priorities are 0xec2d7224 (BEP 40's example), and by the same rule lower and lower.
  const candidates = ["98.76.54.32", "98.76.54.33", "98.77.54.32", "99.76.54.32"].map((host) => ({
    host,
    port: 6_881,
  }));
  const dialled = (effects: readonly SwarmEffect[]) =>
    effects.flatMap((effect) => effect.type === "dial" ? [effect.endpoint] : []);
  const order = candidates.toSorted((one, other) =>
    (peerPriority(ownEndpoint, other) ?? 0) - (peerPriority(ownEndpoint, one) ?? 0)
  );
  assert.deepEqual(
    dialled(swarm.handle({ type: "candidates-found", candidates: order.toReversed(), source: "tracker" })),
    order.slice(0, 2),
  );
});

Deno.test("when all places are taken, a newcomer that both ends prefer takes that of an idle peer (BEP 40)", () => {
  const swarm = new TestSwarm({ settings: { maxPeers: 3 } });
  const own = { host: "123.213.32.10", port: 6_881 };
  const hosts = ["98.76.54.32", "98.76.54.33", "98.77.54.32", "99.76.54.32", "12.13.14.15"];
  const [best = "", good = "", fair = "", low = ""] = hosts.toSorted((one, other) =>
    (peerPriority(own, { host: other, port: 1 }) ?? 0) - (peerPriority(own, { host: one, port: 1 }) ?? 0)
  );
  const arrive = (peer: number, host: string) =>
    swarm.handle({
      type: "peer-connected",
      peer,
      endpoint: { host, port: 50_000 },
      isOutgoing: false,
      handshake: testHandshake(peer),
    });
  arrive(1, low);
  swarm.pass(29_000);
  swarm.handle({ type: "extension-handshake", peer: 1, ownEndpoint: own });
  arrive(2, good);
  arrive(3, fair);
  assert.deepEqual(arrive(4, best), [{ type: "disconnect", peer: 4, reason: "too-many-peers" }], "all are settling");
  swarm.pass(1_100);
  assert.deepEqual(arrive(5, best)[0], { type: "disconnect", peer: 1, reason: "too-many-peers" });
  swarm.pass(30_000);
  assert.deepEqual(
    arrive(6, low),
    [{ type: "disconnect", peer: 6, reason: "too-many-peers" }],
    "it would be the worst",
  );
  assert.deepEqual(arrive(7, "192.168.1.7")[0], { type: "disconnect", peer: 3, reason: "too-many-peers" }, "nearer");
});

Deno.test("without our own address, or while it is in use, no place is taken away", () => {
  const swarm = new TestSwarm({ settings: { maxPeers: 1 }, verified: [0] });
  swarm.connect(1);
  swarm.pass(40_000);
  assert.deepEqual(swarm.connect(2), [{ type: "disconnect", peer: 2, reason: "too-many-peers" }]);
  swarm.handle({ type: "extension-handshake", peer: 1, ownEndpoint: { host: "10.0.0.200", port: 6_881 } });
  swarm.say(1, { type: "interested" });
  swarm.say(1, { type: "request", ...swarm.block(0, 0) });
  for (const peer of [3, 4, 5, 6]) {
    assert.deepEqual(swarm.connect(peer), [{ type: "disconnect", peer, reason: "too-many-peers" }]);
  }
});

Deno.test("of a private torrent only those are dialled whom the tracker gave, or the user (BEP 27)", () => {
  const info = { ...testInfo(8), isPrivate: true };
  const swarm = new TestSwarm({ info, hasMetadata: false, settings: { maxHalfOpen: 1 } });
  const hear = (source: CandidateSource, host: string) =>
    dialled(swarm.handle({ type: "candidates-found", candidates: [{ host, port: 6_881 }], source }));
  // While nobody knows that it is private, everybody is asked for the metadata.
  assert.deepEqual(hear("magnet", "10.0.0.1"), ["10.0.0.1"]);
  hear("exchange", "10.0.0.2");
  hear("lan", "10.0.0.3");
  hear("tracker", "10.0.0.3");
  hear("tracker", "10.0.0.4");
  swarm.handle({ type: "metadata-known", info, verified: new Bitfield(8), hasLayers: true });
  swarm.handle({ type: "dial-failed", endpoint: { host: "10.0.0.1", port: 6_881 } });
  for (const source of ["exchange", "lan", "magnet"] as const) hear(source, "10.0.0.5");
  assert.deepEqual(dialled(swarm.log), ["10.0.0.1", "10.0.0.3"], "heard of twice, once from the tracker");
  hear("manual", "10.0.0.6");
  for (let round = 0; round < 100; round++) {
    const host = dialled(swarm.log).at(-1) ?? "";
    swarm.handle({ type: "dial-failed", endpoint: { host, port: 6_881 } });
    swarm.pass(1_000);
  }
  assert.deepEqual(new Set(dialled(swarm.log).slice(1)), new Set(["10.0.0.3", "10.0.0.4", "10.0.0.6"]));
});

Deno.test("when a private torrent goes over to another tracker, everybody is let go and forgotten (BEP 27)", () => {
  const swarm = new TestSwarm({ settings: { maxHalfOpen: 1 } });
  found(swarm, ["10.0.0.1", "10.0.0.2"]);
  swarm.connect(1);
  swarm.connect(7, { isOutgoing: false });
  const effects = swarm.handle({ type: "tracker-switched" });
  assert.deepEqual(effects.map((effect) => effect.type === "disconnect" && effect.reason), [
    "tracker-switched",
    "tracker-switched",
  ]);
  const { candidateCount, halfOpenCount } = swarm.machine.view();
  assert.deepEqual([candidateCount, halfOpenCount], [0, 0]);
  assert.deepEqual(dialled(swarm.pass(60_000)), []);
  assert.deepEqual(dialled(found(swarm, ["10.0.0.3"])), ["10.0.0.3"]);
});

Deno.test("when too many are known, the one that failed most makes room, and only one that failed", () => {
  const swarm = new TestSwarm({ settings: { maxCandidates: 3, maxHalfOpen: 1, maxPeers: 1 } });
  found(swarm, ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]);
  assert.equal(swarm.machine.view().candidateCount, 3, "none of them failed yet");
  const [failing = ""] = dialled(swarm.log);
  swarm.handle({ type: "dial-failed", endpoint: { host: failing, port: 6_881 } });
  found(swarm, ["10.0.0.4"]);
  assert.equal(swarm.machine.view().candidateCount, 3);
  for (let round = 0; round < 10; round++) {
    const host = dialled(swarm.log).at(-1) ?? "";
    swarm.handle({ type: "dial-failed", endpoint: { host, port: 6_881 } });
    swarm.pass(100);
  }
  assert(dialled(swarm.log).includes("10.0.0.4"));
});

Deno.test("what fails again and again is forgotten; a good connection begins anew", () => {
  const swarm = new TestSwarm({ settings: { maxHalfOpen: 1 } });
  const endpoint = { host: "10.0.0.1", port: 6_881 };
  found(swarm, [endpoint.host]);
  const untilDialled = () => {
    for (let step = 0; step < 200; step++) {
      swarm.nowMs += 5_000;
      if (dialled(swarm.handle({ type: "tick" })).length > 0) return;
    }
  };
  const fail = (times: number) => {
    for (let count = 0; count < times; count++) {
      swarm.handle({ type: "dial-failed", endpoint });
      untilDialled();
    }
  };
  fail(5);
  swarm.connect(1);
  swarm.pass(31_000);
  swarm.handle({ type: "peer-disconnected", peer: 1, reason: "closed" });
  untilDialled();
  fail(9);
  assert.equal(swarm.machine.view().candidateCount, 1, "fourteen failures, but not in a row");
  fail(1);
  assert.equal(swarm.machine.view().candidateCount, 0);
});

Deno.test("with all places taken, one that was of no use for two minutes makes room", () => {
  const swarm = new TestSwarm({ info: testInfo(2), verified: [0], settings: { maxPeers: 2 } });
  swarm.connect(1);
  swarm.say(1, { type: "have", piece: 1 });
  swarm.connect(2);
  swarm.say(2, { type: "have-none" });
  assert.deepEqual(swarm.pass(119_900).filter(({ type }) => type === "disconnect"), []);
  const effects = swarm.pass(500).filter(({ type }) => type === "disconnect");
  assert.deepEqual(effects, [{ type: "disconnect", peer: 2, reason: "useless" }]);
});
