import assert from "node:assert/strict";
import { messagesTo, requestsTo, testInfo, TestSwarm } from "./test_swarm.ts";
import type { SwarmEffect } from "./swarm_effect.ts";

function suggested(peer: number, effects: readonly SwarmEffect[]): number[] {
  return messagesTo(peer, effects).flatMap((message) => message.type === "suggest-piece" ? [message.piece] : []);
}

function seeder(pieceCount: number): TestSwarm {
  return new TestSwarm({
    info: testInfo(pieceCount),
    verified: Array(pieceCount).keys(),
    settings: { startRequests: 8 },
  });
}

function arrive(swarm: TestSwarm, peer: number): readonly SwarmEffect[] {
  swarm.connect(peer);
  swarm.say(peer, { type: "have-none" });
  return swarm.say(peer, { type: "interested" });
}

Deno.test("a seeder suggests to each peer other pieces, before it unchokes it", () => {
  const swarm = seeder(16);
  const offers = [1, 2, 3].map((peer) => arrive(swarm, peer));
  assert.deepEqual(messagesTo(1, offers[0] ?? []).map(({ type }) => type), [
    "suggest-piece",
    "suggest-piece",
    "unchoke",
  ]);
  const pieces = offers.flatMap((effects, index) => suggested(index + 1, effects));
  assert.equal(new Set(pieces).size, 6);
});

Deno.test("a suggestion that is taken is followed by another; all pieces are given once before one is given twice", () => {
  const swarm = seeder(16);
  const queues = new Map([1, 2].map((peer) => [peer, suggested(peer, arrive(swarm, peer))]));
  const given: number[] = [];
  while (given.length < 16) {
    for (const [peer, queue] of queues) {
      const piece = queue.shift();
      assert(piece !== undefined, "the suggestions ran out");
      given.push(piece);
      queue.push(...suggested(peer, swarm.say(peer, { type: "request", ...swarm.block(piece, 0) })));
    }
  }
  assert.equal(new Set(given).size, 16);
});

Deno.test("what another peer has is not suggested, and what its taker leaves without is suggested again", () => {
  const swarm = seeder(3);
  const first = suggested(1, arrive(swarm, 1));
  assert.equal(first.length, 2);
  assert.equal(suggested(2, arrive(swarm, 2)).length, 1);
  swarm.handle({ type: "peer-disconnected", peer: 1, reason: "closed" });
  const again = suggested(3, arrive(swarm, 3));
  assert.deepEqual([...again].sort(), [...first].sort());
  const [piece = 0] = again;
  swarm.connect(4);
  swarm.say(4, { type: "have-none" });
  swarm.say(4, { type: "have", piece });
  swarm.handle({ type: "peer-disconnected", peer: 3, reason: "closed" });
  assert(!suggested(5, arrive(swarm, 5)).includes(piece), "it spreads without us");
});

Deno.test("a suggested piece comes before what was started", () => {
  const swarm = new TestSwarm({ info: testInfo(64) });
  swarm.connect(1);
  swarm.say(1, { type: "have-all" });
  swarm.say(1, { type: "suggest-piece", piece: 40 });
  swarm.say(1, { type: "suggest-piece", piece: 7 });
  const pieces = requestsTo(1, swarm.say(1, { type: "unchoke" })).map(({ piece }) => piece);
  assert.deepEqual(pieces.slice(0, 8), [40, 40, 40, 40, 7, 7, 7, 7]);
});
