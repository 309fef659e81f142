import assert from "node:assert/strict";
import { infoHashV2, truncateInfoHash } from "../../shared/ids.ts";
import { Geometry } from "../../shared/geometry.ts";
import type { HashRange } from "../../shared/hash_proof.ts";
import type { SwarmEffect } from "./swarm_effect.ts";
import { requestsTo, testInfo, TestSwarm } from "./test_swarm.ts";

const PIECE_LENGTH = 4 * 16_384;
const V2 = { supportsV2: true };

function asked(peer: number, effects: readonly SwarmEffect[]): HashRange[] {
  return effects.flatMap((effect) =>
    effect.type === "send" && effect.peer === peer && effect.message.type === "hash-request" ? [effect.message] : []
  );
}

Deno.test("missing piece layers are asked for, 512 hashes at a time, proven up to the root (BEP 52)", () => {
  const swarm = new TestSwarm({ info: testInfo(1_000, "hybrid"), hasLayers: false });
  swarm.connectSeeder(1, V2);
  const ranges = asked(1, swarm.pass(100));
  // 1,000 pieces of 4 blocks: leaves at layer 0, pieces at 2, the root at 12; 10 layers between pieces and root.
  assert.deepEqual(ranges.map(({ baseLayer, index, length, proofLayers }) => [baseLayer, index, length, proofLayers]), [
    [2, 0, 512, 9],
    [2, 512, 512, 9],
  ]);
});

Deno.test("a refusal goes to the next peer, and the same one is not asked again", () => {
  const swarm = new TestSwarm({ info: testInfo(8, "hybrid"), hasLayers: false });
  swarm.connectSeeder(1, V2);
  const [range] = asked(1, swarm.pass(100));
  assert(range !== undefined);
  swarm.connectSeeder(2, V2);
  assert.deepEqual(
    asked(2, swarm.say(1, { ...range, type: "hash-reject" })),
    [range].map((same) => ({ ...same, type: "hash-request" })),
  );
  swarm.say(2, { ...range, type: "hash-reject" });
  assert.equal(asked(1, swarm.pass(20_000)).length + asked(2, swarm.pass(20_000)).length, 0);
});

Deno.test("silence counts as a refusal, and who does not speak v2 is not asked", () => {
  const swarm = new TestSwarm({ info: testInfo(8, "hybrid"), hasLayers: false });
  swarm.connectSeeder(1);
  assert.equal(asked(1, swarm.pass(1_000)).length, 0);
  swarm.connectSeeder(2, V2);
  assert.equal(asked(2, swarm.pass(100)).length, 1);
  swarm.connectSeeder(3, V2);
  assert.equal(asked(3, swarm.pass(5_200)).length, 1);
});

Deno.test("a connection about the v2 info-hash is v2, also without the bit that offers an upgrade", () => {
  const v2 = infoHashV2(new Uint8Array(32).fill(5));
  const swarm = new TestSwarm({ info: { ...testInfo(8, "v2"), infoHashV2: v2 }, hasLayers: false });
  swarm.connectSeeder(1, { infoHash: truncateInfoHash(v2) });
  assert.equal(asked(1, swarm.pass(100)).length, 1);
});

Deno.test("pieces of a v2-only torrent are fetched once their layer is known, those of a hybrid at once", () => {
  const hybrid = new TestSwarm({ info: testInfo(8, "hybrid"), hasLayers: false });
  assert(requestsTo(1, hybrid.connectSeeder(1, V2)).length > 0);
  const swarm = new TestSwarm({ info: testInfo(8, "v2"), hasLayers: false });
  swarm.connectSeeder(1, V2);
  const effects = swarm.pass(100);
  const [range] = asked(1, effects);
  assert(range !== undefined);
  assert.equal(requestsTo(1, effects).length, 0);
  const verified = swarm.handle({ type: "hashes-verified", peer: 1, range });
  assert.equal(requestsTo(1, verified).length, 32);
});

Deno.test("the leaves under a player are asked for, of its first pieces", () => {
  const swarm = new TestSwarm({ info: testInfo(64, "hybrid") });
  swarm.connectSeeder(1, V2);
  const demands = [{ id: 1, start: 10 * PIECE_LENGTH, end: 30 * PIECE_LENGTH, rateBytesPerSecond: 1e6 }];
  const ranges = asked(1, swarm.handle({ type: "demand-moved", demands }));
  assert.deepEqual(ranges.map(({ baseLayer, index, length, proofLayers }) => [baseLayer, index, length, proofLayers]), [
    [0, 40, 4, 0],
    [0, 44, 4, 0],
    [0, 48, 4, 0],
    [0, 52, 4, 0],
  ]);
  for (const range of ranges) swarm.handle({ type: "hashes-verified", peer: 1, range });
  assert.equal(
    asked(1, swarm.handle({ type: "demand-moved", demands })).length,
    0,
    "known ones are not asked for again",
  );
});

Deno.test("answers to one peer are limited", () => {
  const swarm = new TestSwarm();
  swarm.connect(1);
  const range = { piecesRoot: new Uint8Array(32).fill(9), baseLayer: 0, index: 0, length: 4, proofLayers: 2 };
  const mayAnswer = (peer: number, now: number) => swarm.machine.mayAnswerHashes(peer, { range, now });
  let count = 0;
  while (mayAnswer(1, 1_000)) count++;
  assert.equal(count, 100);
  assert.equal(mayAnswer(1, 1_040), false);
  assert.equal(mayAnswer(1, 1_100), true);
  assert.equal(mayAnswer(9, 1_100), false);
});

Deno.test("leaves that follow at once on the request of one of their blocks are never refused (BEP 52)", () => {
  const verified = Array.from({ length: 8 }, (_, piece) => piece);
  const swarm = new TestSwarm({ info: testInfo(8, "hybrid"), verified });
  swarm.connect(1, { features: V2 });
  swarm.say(1, { type: "interested" });
  const piecesRoot = new Uint8Array(32).fill(9);
  const leaves = { piecesRoot, baseLayer: 0, index: 8, length: 4, proofLayers: 2 };
  const mayAnswer = (range: HashRange) => swarm.machine.mayAnswerHashes(1, { range, now: 1_000 });
  while (mayAnswer(leaves));
  swarm.say(1, { type: "request", ...swarm.block(2, 3) });
  assert(mayAnswer(leaves), "the fourth block of the third piece is among the leaves 8 to 11");
  for (const other of [{ index: 4 }, { index: 12 }, { baseLayer: 2, index: 0 }, { piecesRoot: new Uint8Array(32) }]) {
    assert(!mayAnswer({ ...leaves, ...other }), JSON.stringify(other));
  }
  swarm.say(1, { type: "interested" });
  assert(!mayAnswer(leaves), "something came between");
  swarm.say(1, { type: "request", ...swarm.block(2, 3) });
  assert(!mayAnswer(leaves), "that block is on its way already, so this request is not served");
  swarm.handle({ type: "block-uploaded", peer: 1, block: swarm.block(2, 3) });
  swarm.say(1, { type: "request", ...swarm.block(2, 3) });
  assert(mayAnswer(leaves));
});

Deno.test("two files of one content have one layer, and the pieces of both can be fetched when it is known", () => {
  const one = testInfo(2, "v2");
  const [file] = one.files;
  assert(file !== undefined);
  const files = [file, { ...file, path: ["copy.bin"], offset: file.length }];
  const info = { ...one, files, geometry: new Geometry({ pieceLength: one.pieceLength, files }) };
  const swarm = new TestSwarm({ info, hasLayers: false });
  swarm.connectSeeder(1, V2);
  const ranges = asked(1, [...swarm.log, ...swarm.pass(100)]);
  assert.equal(ranges.length, 1);
  const [range] = ranges;
  assert(range !== undefined);
  assert.equal(requestsTo(1, swarm.log).length, 0, "nothing could be checked");
  const effects = swarm.handle({ type: "hashes-verified", peer: 1, range });
  assert.deepEqual(new Set(requestsTo(1, effects).map(({ piece }) => piece)), new Set([0, 1, 2, 3]));
});

Deno.test("a peer that leaves with a hash request is replaced, and leaves are asked of who has the piece", () => {
  const swarm = new TestSwarm({ info: testInfo(8, "hybrid"), hasLayers: true });
  for (const peer of [1, 2]) {
    swarm.connect(peer, { features: V2 });
    swarm.say(peer, { type: "have", piece: 3 });
  }
  swarm.connect(3, { features: V2 });
  const demands = [{ id: 1, start: 3 * PIECE_LENGTH, end: 4 * PIECE_LENGTH, rateBytesPerSecond: 1e5 }];
  const effects = swarm.handle({ type: "demand-moved", demands });
  const first = [1, 2, 3].filter((peer) => asked(peer, effects).length > 0);
  assert.equal(first.length, 1);
  swarm.handle({ type: "peer-disconnected", peer: first[0] ?? 0, reason: "closed" });
  const next = swarm.pass(100);
  assert.deepEqual([1, 2, 3].filter((peer) => asked(peer, next).length > 0), [3 - (first[0] ?? 0)]);
});

Deno.test("a seeder that could still give a missing layer is not let go", () => {
  const verified = [0, 1, 2, 3, 4, 5, 6, 7];
  for (const hasLayers of [false, true]) {
    const swarm = new TestSwarm({ info: testInfo(8, "hybrid"), hasLayers, verified });
    swarm.connectSeeder(1, V2);
    assert.equal(swarm.machine.peerView(1) !== undefined, !hasLayers);
  }
});
