import assert from "node:assert/strict";
import type { Block } from "../../shared/geometry.ts";
import type { SwarmEffect } from "./swarm_effect.ts";
import { messagesTo, requestsTo, testInfo, TestSwarm } from "./test_swarm.ts";

function unchoked(swarm: TestSwarm): number[] {
  return swarm.machine.view().peers.filter(({ isChokedByUs }) => !isChokedByUs).map(({ peer }) => peer);
}

function seeding(peerCount: number, uploadSlots: number): TestSwarm {
  const swarm = new TestSwarm({ info: testInfo(1), verified: [0], settings: { uploadSlots } });
  for (let peer = 1; peer <= peerCount; peer++) {
    swarm.connect(peer);
    swarm.say(peer, { type: "interested" });
  }
  return swarm;
}

Deno.test("while slots are free, interest is answered at once; more than the slots are never served", () => {
  const swarm = new TestSwarm({ settings: { uploadSlots: 2 } });
  for (const peer of [1, 2, 3]) swarm.connect(peer);
  assert.deepEqual(messagesTo(1, swarm.say(1, { type: "interested" })), [{ type: "unchoke" }]);
  swarm.say(2, { type: "interested" });
  swarm.say(3, { type: "interested" });
  assert.deepEqual(unchoked(swarm), [1, 2]);
  swarm.handle({ type: "peer-disconnected", peer: 1, reason: "closed" });
  assert.deepEqual(unchoked(swarm), [2, 3]);
});

/** Every peer that is served has something queued, else its slot would be lent. */
function askAll(swarm: TestSwarm): void {
  for (const peer of unchoked(swarm)) swarm.say(peer, { type: "request", ...swarm.block(0, 0) });
}

Deno.test("who gives gets: the slots but one go to those who send most", () => {
  const swarm = new TestSwarm({ info: testInfo(64), verified: [0], settings: { uploadSlots: 3 } });
  for (const peer of [1, 2, 3, 4, 5, 6]) {
    swarm.connect(peer);
    swarm.say(peer, { type: "interested" });
  }
  for (const peer of [5, 6]) {
    for (let piece = 0; piece < 64; piece++) swarm.say(peer, { type: "have", piece });
    for (const block of requestsTo(peer, swarm.say(peer, { type: "unchoke" }))) {
      askAll(swarm);
      swarm.pass(100);
      swarm.send(peer, block);
    }
  }
  for (let step = 0; step < 100; step++) {
    askAll(swarm);
    swarm.pass(100);
  }
  const served = unchoked(swarm);
  assert.equal(served.length, 3);
  assert(served.includes(5) && served.includes(6), `served ${served}`);
});

Deno.test("while seeding everybody has a turn", () => {
  const swarm = seeding(9, 3);
  const served = new Set<number>();
  for (let step = 0; step < 1_500; step++) {
    askAll(swarm);
    swarm.pass(100);
    assert(unchoked(swarm).length <= 3);
    for (const peer of unchoked(swarm)) served.add(peer);
  }
  assert.equal(served.size, 9);
});

Deno.test("the slot of a peer that asks for nothing is lent to one that waits, and taken back in the next round", () => {
  const swarm = seeding(4, 2);
  swarm.pass(100);
  const [asking, silent] = unchoked(swarm);
  assert(asking !== undefined && silent !== undefined);
  swarm.say(asking, { type: "request", ...swarm.block(0, 0) });
  assert.equal(unchoked(swarm).length, 2);
  swarm.pass(600);
  const served = unchoked(swarm);
  assert.equal(served.length, 3);
  assert(served.includes(silent), "a peer that gives no reason is not choked");
  for (const peer of served) swarm.say(peer, { type: "request", ...swarm.block(0, 1) });
  swarm.pass(9_500);
  assert.equal(unchoked(swarm).length, 2);
});

Deno.test("a choke takes back what is queued, after it was said", () => {
  const swarm = seeding(1, 1);
  const block = swarm.block(0, 1);
  assert.deepEqual(swarm.say(1, { type: "request", ...block }), [{ type: "upload-block", peer: 1, block }]);
  swarm.say(1, { type: "not-interested" });
  const effects = swarm.pass(10_100);
  assert.deepEqual(effects, [
    { type: "send", peer: 1, message: { type: "choke" } },
    { type: "cancel-upload", peer: 1, block },
  ]);
});

/** Peers that want something, connected and unchoked in the order of their numbers as far as there are slots. */
function interested(swarm: TestSwarm, count: number): void {
  for (let peer = 1; peer <= count; peer++) {
    swarm.connect(peer);
    swarm.say(peer, { type: "interested" });
  }
}

/** Lets time pass while peers take at these rates, in bytes a second; each asks for something all the while. */
function serve(swarm: TestSwarm, rates: Readonly<Record<number, number>>, durationMs: number): void {
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += 100) {
    for (const peer of unchoked(swarm)) {
      const block = swarm.block(0, 0);
      swarm.say(peer, { type: "request", ...block });
      const length = (rates[peer] ?? 0) / 10;
      // What is counted is what was sent, whatever it was cut into.
      if (length > 0) swarm.handle({ type: "block-uploaded", peer, block: { ...block, length } });
    }
    swarm.pass(100);
  }
}

Deno.test("while seeding, those who take fastest keep their slots within their turn", () => {
  const info = testInfo(1);
  const swarm = new TestSwarm({ info, verified: [0], settings: { uploadSlots: 3 }, random: () => 0.99 });
  swarm.pass(100);
  interested(swarm, 4);
  assert.deepEqual(unchoked(swarm), [1, 2, 3]);
  serve(swarm, { 1: 20_000, 2: 200_000, 3: 200_000 }, 10_000);
  assert.deepEqual(unchoked(swarm), [2, 3, 4], "the slowest made room for the one that waits");
});

Deno.test("a peer that had its turn of half a minute makes room for the one that waits longest", () => {
  const swarm = new TestSwarm({ info: testInfo(1), verified: [0], settings: { uploadSlots: 2 }, random: () => 0.99 });
  swarm.pass(100);
  interested(swarm, 3);
  serve(swarm, { 1: 200_000, 2: 100_000, 3: 100_000 }, 29_000);
  assert(unchoked(swarm).includes(1), "it is the fastest");
  serve(swarm, { 1: 200_000, 2: 100_000, 3: 100_000 }, 12_000);
  assert(!unchoked(swarm).includes(1), `${unchoked(swarm)} are served`);
});

/** Peer 1 gives, so that the first slot is its own; the second slot is the optimistic one. */
function trading(random: () => number, peerCount: number): { swarm: TestSwarm; give: (durationMs: number) => void } {
  const swarm = new TestSwarm({ info: testInfo(400), verified: [0], settings: { uploadSlots: 2 }, random });
  swarm.pass(100);
  interested(swarm, peerCount);
  for (let piece = 1; piece < 400; piece++) swarm.say(1, { type: "have", piece });
  let asked = [...requestsTo(1, swarm.say(1, { type: "unchoke" }))];
  const give = (durationMs: number) => {
    for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += 100) {
      const block = asked.shift();
      if (block !== undefined) asked.push(...requestsTo(1, swarm.send(1, block)));
      askAll(swarm);
      asked = [...asked, ...requestsTo(1, swarm.pass(100))];
    }
  };
  return { swarm, give };
}

Deno.test("one slot is optimistic: it goes to another every 30 seconds, not sooner (BEP 3)", () => {
  const chances = [0.05, 0.95, 0.45, 0.7, 0.2];
  let count = 0;
  const { swarm, give } = trading(() => chances[count++ % chances.length] ?? 0, 7);
  give(30_000);
  const holders: number[] = [];
  for (let second = 0; second < 120; second++) {
    give(1_000);
    const served = unchoked(swarm);
    assert(served.includes(1) && served.length <= 3, `${served} are served`);
    const other = served.find((peer) => peer !== 1);
    if (other !== undefined) holders.push(other);
  }
  const changes = holders.filter((peer, index) => index > 0 && peer !== holders[index - 1]).length;
  assert(new Set(holders).size >= 3, `only ${[...new Set(holders)]} had their turn`);
  assert(changes <= 5, `${changes} changes in two minutes: ${holders}`);
});

Deno.test("a newcomer is three times as likely to be the optimistic one (BEP 3)", () => {
  let chance = 0.1;
  const { swarm, give } = trading(() => chance, 2);
  give(62_000);
  swarm.connect(3);
  swarm.say(3, { type: "interested" });
  // Of the two that may be chosen the old one has a quarter: the first of four tickets.
  chance = 0.3;
  give(31_000);
  assert(unchoked(swarm).includes(3), `${unchoked(swarm)} are served`);
  chance = 0.2;
  give(31_000);
  assert(unchoked(swarm).includes(2), `${unchoked(swarm)} are served`);
});

/** Peers that have all but the first piece, and send what they are asked for, a block every so many milliseconds. */
function exchange(swarm: TestSwarm, blockMs: ReadonlyMap<number, number>, durationMs: number): void {
  const asked = new Map([...blockMs.keys()].map((peer) => [peer, [] as Block[]]));
  const note = (effects: readonly SwarmEffect[]) => {
    for (const [peer, blocks] of asked) blocks.push(...requestsTo(peer, effects));
  };
  for (const peer of blockMs.keys()) {
    for (let piece = 1; piece < swarm.info.geometry.pieceCount; piece++) swarm.say(peer, { type: "have", piece });
    note(swarm.say(peer, { type: "unchoke" }));
  }
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs += 100) {
    for (const [peer, interval] of blockMs) {
      const block = elapsedMs % interval === 0 ? asked.get(peer)?.shift() : undefined;
      if (block !== undefined) note(swarm.send(peer, block));
    }
    askAll(swarm);
    note(swarm.pass(100));
  }
}

Deno.test("of those who give, those who give most have the slots (tit for tat)", () => {
  const settings = { uploadSlots: 3 };
  const swarm = new TestSwarm({ info: testInfo(400), verified: [0], settings, random: () => 0.99 });
  swarm.pass(100);
  interested(swarm, 5);
  exchange(swarm, new Map([[1, 1_000], [2, 200], [3, 100]]), 20_100);
  assert.deepEqual(unchoked(swarm), [2, 3, 5], "the third slot is the optimistic one");
});

Deno.test("who gave much and lets requests time out is taken for snubbing, and gets no slot for it (BEP 3)", () => {
  const settings = { uploadSlots: 2 };
  const swarm = new TestSwarm({ info: testInfo(400), verified: [0], settings, random: () => 0.99 });
  swarm.pass(100);
  interested(swarm, 3);
  exchange(swarm, new Map([[1, 100]]), 19_900);
  // Its rate fades by a factor of e in four seconds: when its requests are over it would still be above peer 2's.
  exchange(swarm, new Map([[2, 2_000]]), 10_000);
  assert.ok((swarm.machine.peerView(1)?.downloadRate ?? 0) > (swarm.machine.peerView(2)?.downloadRate ?? Infinity));
  exchange(swarm, new Map([[2, 2_000]]), 300);
  assert.deepEqual(unchoked(swarm), [2, 3]);
});
