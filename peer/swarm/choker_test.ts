import assert from "node:assert/strict";
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
