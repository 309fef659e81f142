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

Deno.test("who gives gets: the slots but one go to those who send most", () => {
  const swarm = new TestSwarm({ info: testInfo(64), settings: { uploadSlots: 3 } });
  for (const peer of [1, 2, 3, 4, 5, 6]) {
    swarm.connect(peer);
    swarm.say(peer, { type: "interested" });
  }
  for (const peer of [5, 6]) {
    for (let piece = 0; piece < 64; piece++) swarm.say(peer, { type: "have", piece });
    for (const block of requestsTo(peer, swarm.say(peer, { type: "unchoke" }))) {
      swarm.pass(100);
      swarm.send(peer, block);
    }
  }
  swarm.pass(10_000);
  const served = unchoked(swarm);
  assert.equal(served.length, 3);
  assert(served.includes(5) && served.includes(6), `served ${served}`);
});

Deno.test("while seeding everybody has a turn", () => {
  const swarm = seeding(9, 3);
  const served = new Set<number>();
  for (let round = 0; round < 15; round++) {
    swarm.pass(10_000);
    assert(unchoked(swarm).length <= 3);
    for (const peer of unchoked(swarm)) served.add(peer);
  }
  assert.equal(served.size, 9);
});

Deno.test("a choke takes back and rejects what is queued", () => {
  const swarm = seeding(1, 1);
  const block = swarm.block(0, 1);
  assert.deepEqual(swarm.say(1, { type: "request", ...block }), [{ type: "upload-block", peer: 1, block }]);
  swarm.say(1, { type: "not-interested" });
  const effects = swarm.pass(10_100);
  assert.deepEqual(effects.map(({ type }) => type), ["send", "cancel-upload", "send"]);
  assert.deepEqual(messagesTo(1, effects), [{ type: "choke" }, { type: "reject-request", ...block }]);
});
