import assert from "node:assert/strict";
import type { SwarmEffect } from "./swarm_effect.ts";
import { requestsTo, testHandshake, testInfo, TestSwarm } from "./test_swarm.ts";

const WRONG = ["a", "b", "c", "d"];

function banned(effects: readonly SwarmEffect[]): number[] {
  return effects.flatMap((effect) => effect.type === "ban" ? [effect.peer] : []);
}

Deno.test("who alone sent a wrong piece is banned at once and not let in again", () => {
  const swarm = new TestSwarm({ info: testInfo(1) });
  for (const block of requestsTo(1, swarm.connectSeeder(1))) swarm.send(1, block);
  const effects = swarm.handle({ type: "piece-failed", piece: 0, digests: WRONG });
  assert.deepEqual(banned(effects), [1]);
  assert(effects.some((effect) => effect.type === "disconnect" && effect.reason === "banned"));
  const again = swarm.handle({
    type: "peer-connected",
    peer: 5,
    endpoint: { host: "10.0.0.1", port: 40_000 },
    isOutgoing: false,
    handshake: testHandshake(1),
  });
  assert.deepEqual(again, [{ type: "disconnect", peer: 5, reason: "banned" }]);
  assert.equal(requestsTo(2, swarm.connectSeeder(2)).length, 4);
});

Deno.test("of several who sent a wrong piece the liar is found when it came in right from one", () => {
  const swarm = new TestSwarm({ info: testInfo(1) });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  const [first, ...rest] = blocks;
  assert(first !== undefined);
  swarm.send(1, first);
  swarm.say(1, { type: "choke" });
  for (const block of rest) swarm.say(1, { type: "reject-request", ...block });
  for (const block of requestsTo(2, swarm.connectSeeder(2))) swarm.send(2, block);
  const failed = swarm.handle({ type: "piece-failed", piece: 0, digests: ["wrong", "b", "c", "d"] });
  assert.deepEqual(banned(failed), []);
  const refetched = requestsTo(2, failed);
  assert.equal(refetched.length, 4, "the whole piece is fetched again, from one peer");
  for (const block of refetched) swarm.send(2, block);
  const verified = swarm.handle({ type: "piece-verified", piece: 0, digests: WRONG });
  assert.deepEqual(banned(verified), [1]);
});

Deno.test("a block proven wrong by its leaf hash bans its sender, the other blocks stay", () => {
  const swarm = new TestSwarm({ info: testInfo(1, "hybrid") });
  for (const block of requestsTo(1, swarm.connectSeeder(1))) swarm.send(1, block);
  swarm.connectSeeder(2);
  swarm.handle({ type: "blocks-verified", piece: 0, blockIndices: [0, 1, 3] });
  const effects = swarm.handle({ type: "blocks-failed", piece: 0, blockIndices: [2] });
  assert.deepEqual(banned(effects), [1]);
  assert.deepEqual(requestsTo(2, effects), [swarm.block(0, 2)]);
});

Deno.test("a liar found out by a second piece is not told of again", () => {
  const swarm = new TestSwarm({ info: testInfo(2) });
  for (const block of requestsTo(1, swarm.connectSeeder(1))) swarm.send(1, block);
  const first = swarm.handle({ type: "piece-failed", piece: 0, digests: WRONG });
  const second = swarm.handle({ type: "piece-failed", piece: 1, digests: WRONG });
  assert.deepEqual([first, second].map(banned), [[1], []]);
});

Deno.test("wrong hashes three times are enough", () => {
  const swarm = new TestSwarm();
  swarm.connectSeeder(1);
  const range = { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 4, proofLayers: 0 };
  const effects = [1, 2, 3].map(() => swarm.handle({ type: "hashes-failed", peer: 1, range }));
  assert.deepEqual(effects.map((some) => banned(some).length), [0, 0, 1]);
});

Deno.test("of a public address everybody is banned, in a private network only the one", () => {
  for (const [host, isBanned] of [["8.8.8.8", true], ["10.0.0.8", false]] as const) {
    const swarm = new TestSwarm({ info: testInfo(1) });
    const arrive = (peer: number) =>
      swarm.handle({
        type: "peer-connected",
        peer,
        endpoint: { host, port: 6_000 + peer },
        isOutgoing: false,
        handshake: testHandshake(peer),
      });
    arrive(1);
    swarm.say(1, { type: "have-all" });
    for (const block of requestsTo(1, swarm.say(1, { type: "unchoke" }))) swarm.send(1, block);
    swarm.handle({ type: "piece-failed", piece: 0, digests: ["a", "b", "c", "d"] });
    assert.equal(arrive(2).some((effect) => effect.type === "disconnect" && effect.reason === "banned"), isBanned);
  }
});
