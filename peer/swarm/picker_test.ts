import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import { messagesTo, requestsTo, testInfo, TestSwarm } from "./test_swarm.ts";

const PIECE_LENGTH = 4 * 16_384;

/** The pieces of some requests, each once, in order. */
function piecesOf(blocks: readonly { readonly piece: number }[]): number[] {
  return [...new Set(blocks.map(({ piece }) => piece))];
}

Deno.test("the rarest pieces come first, those that many have last", () => {
  const swarm = new TestSwarm({ info: testInfo(8) });
  for (const [peer, pieces] of [[2, [0, 1, 2, 3, 4, 5]], [3, [0, 1, 2]], [4, [0, 1]]] as const) {
    swarm.connect(peer);
    for (const piece of pieces) swarm.say(peer, { type: "have", piece });
  }
  const order = piecesOf(requestsTo(1, swarm.connectSeeder(1)));
  assert.deepEqual(new Set(order.slice(0, 2)), new Set([6, 7]));
  assert.deepEqual(new Set(order.slice(2, 5)), new Set([3, 4, 5]));
  assert.deepEqual([order[5], new Set(order.slice(6))], [2, new Set([0, 1])]);
});

Deno.test("a piece that was started is finished before a new one is", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connectSeeder(1);
  swarm.connectSeeder(2);
  const first = piecesOf(requestsTo(1, swarm.log));
  swarm.handle({ type: "peer-disconnected", peer: 1, reason: "closed" });
  for (const block of requestsTo(2, swarm.log)) swarm.send(2, block);
  const next = piecesOf(requestsTo(2, swarm.log)).slice(8, 16);
  assert.deepEqual(new Set(next), new Set(first));
});

Deno.test("a player's pieces come before all others, in order, from the block it stands in", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  const start = 50 * PIECE_LENGTH + 2 * 16_384 + 5;
  const demands = [{ id: 1, start, end: start + 3 * PIECE_LENGTH, rateBytesPerSecond: 100_000 }];
  swarm.handle({ type: "demand-moved", demands });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  assert.deepEqual(piecesOf(blocks).slice(0, 4), [50, 51, 52, 53]);
  assert.deepEqual(blocks.slice(0, 4).map(({ begin }) => begin / 16_384), [2, 3, 0, 1]);
});

Deno.test("of two players the one that is due earlier is served first", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  const window = { rateBytesPerSecond: PIECE_LENGTH };
  const demands = [
    { id: 1, start: 10 * PIECE_LENGTH, end: 13 * PIECE_LENGTH, ...window },
    { id: 2, start: 50 * PIECE_LENGTH + 32_768, end: 53 * PIECE_LENGTH, ...window },
  ];
  swarm.handle({ type: "demand-moved", demands });
  const order = piecesOf(requestsTo(1, swarm.connectSeeder(1))).slice(0, 6);
  assert.deepEqual(order, [10, 50, 51, 11, 52, 12]);
});

Deno.test("a demand may want what was not to be downloaded, and is over when it is withdrawn", () => {
  const swarm = new TestSwarm({ info: testInfo(8) });
  const wanted = new Bitfield(8);
  wanted.set(7);
  swarm.handle({ type: "wanted-changed", wanted });
  assert.deepEqual(piecesOf(requestsTo(1, swarm.connectSeeder(1))), [7]);
  const demands = [{ id: 1, start: 0, end: PIECE_LENGTH, rateBytesPerSecond: 1e6 }];
  const moved = swarm.handle({ type: "demand-moved", demands });
  assert.deepEqual(piecesOf(requestsTo(1, moved)), [0]);
  const withdrawn = swarm.handle({ type: "demand-moved", demands: [] });
  assert.deepEqual(messagesTo(1, withdrawn).map(({ type }) => type), [
    "cancel",
    "cancel",
    "cancel",
    "cancel",
  ]);
});

Deno.test("a demand on what was complete looks for peers again", () => {
  const swarm = new TestSwarm({ info: testInfo(8) });
  const endpoint = { host: "10.0.0.1", port: 6_881 };
  swarm.handle({ type: "candidates-found", candidates: [endpoint], source: "tracker" });
  swarm.handle({ type: "wanted-changed", wanted: new Bitfield(8) });
  assert.equal(swarm.connectSeeder(1).at(-1)?.type, "disconnect");
  swarm.handle({ type: "demand-moved", demands: [{ id: 1, start: 0, end: PIECE_LENGTH, rateBytesPerSecond: 1e6 }] });
  assert(swarm.pass(3_200).some(({ type }) => type === "dial"));
});

Deno.test("after a seek the queue of a slow peer is cleared of what nobody waits for", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connectSeeder(1);
  const before = requestsTo(1, swarm.log);
  assert.equal(before.length, 32);
  const start = 70 * PIECE_LENGTH;
  const demands = [{ id: 1, start, end: start + PIECE_LENGTH, rateBytesPerSecond: 100_000 }];
  const effects = swarm.handle({ type: "demand-moved", demands });
  const cancelled = messagesTo(1, effects).filter(({ type }) => type === "cancel").length;
  const isDemandedAlready = piecesOf(before).includes(70);
  assert.equal(cancelled, isDemandedAlready ? 28 : 32);
  if (!isDemandedAlready) assert.equal(requestsTo(1, effects)[0]?.piece, 70);
});

Deno.test("a late block at a slow peer is asked of a faster one too, and the loser is cancelled", () => {
  const swarm = new TestSwarm({ info: testInfo(2) });
  const demands = [{ id: 1, start: 0, end: PIECE_LENGTH, rateBytesPerSecond: 1e6 }];
  swarm.handle({ type: "demand-moved", demands });
  const slow = requestsTo(1, swarm.connectSeeder(1)).filter(({ piece }) => piece === 0);
  assert.equal(slow.length, 4);
  // It sends nothing for two seconds; another one comes.
  swarm.pass(2_000);
  swarm.connectSeeder(2);
  const fast = requestsTo(2, swarm.log).concat(requestsTo(2, swarm.pass(200)));
  const repeated = fast.filter(({ piece }) => piece === 0);
  assert.equal(repeated.length, 4);
  const [block] = repeated;
  assert(block !== undefined);
  assert(messagesTo(1, swarm.send(2, block)).some(({ type }) => type === "cancel"));
});

/** A peer sends what it is asked for, a block at a time, so that its speed is known; gives all that it was asked for. */
function measure(swarm: TestSwarm, peer: number, options: { readonly count: number; readonly blockMs: number }): void {
  for (let count = 0; count < options.count; count++) {
    const block = requestsTo(peer, swarm.log)[count];
    swarm.nowMs += options.blockMs;
    if (block !== undefined) swarm.send(peer, block);
  }
}

Deno.test("an urgent block of a slow peer is asked again of the one with the shortest queue, long before the end", () => {
  const swarm = new TestSwarm({ info: testInfo(100), settings: { startRequests: 8 } });
  swarm.connect(1);
  swarm.say(1, { type: "have", piece: 0 });
  const demands = [{ id: 1, start: 0, end: PIECE_LENGTH, rateBytesPerSecond: 1e6 }];
  swarm.handle({ type: "demand-moved", demands });
  assert.equal(requestsTo(1, swarm.say(1, { type: "unchoke" })).length, 4);
  swarm.pass(3_000);
  for (const peer of [2, 3]) {
    swarm.connect(peer);
    for (let piece = 1; piece < 100; piece++) swarm.say(peer, { type: "have", piece });
    swarm.say(peer, { type: "unchoke" });
  }
  // Both are much sooner than the first, and of equal queues in time the second needs longer for each block.
  measure(swarm, 2, { count: 20, blockMs: 40 });
  measure(swarm, 3, { count: 20, blockMs: 10 });
  for (const peer of [2, 3]) swarm.say(peer, { type: "have", piece: 0 });
  const effects = swarm.pass(100);
  assert.equal(requestsTo(3, effects).filter(({ piece }) => piece === 0).length, 4);
  assert.equal(requestsTo(2, effects).filter(({ piece }) => piece === 0).length, 0);
  assert.deepEqual(messagesTo(1, effects).filter(({ type }) => type === "cancel"), [], "whoever is first");
});

Deno.test("in the endgame the last blocks are asked of two, not those that come soon anyway", () => {
  const swarm = new TestSwarm({ info: testInfo(2) });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  assert.equal(blocks.length, 8);
  const effects = swarm.connectSeeder(2);
  const repeated = requestsTo(2, effects);
  assert(repeated.length > 0, "what is far back in the queue is asked of the other too");
  assert(repeated.length < 8, "what comes soon anyway is not");
  assert(!messagesTo(1, effects).some(({ type }) => type === "cancel"), "both are asked");
  const [first] = repeated;
  assert(first !== undefined);
  assert.deepEqual(messagesTo(1, swarm.send(2, first)), [{ type: "cancel", ...first }], "the loser is told");
});

Deno.test("before the endgame an idle peer takes a few blocks over, of which none is asked twice", () => {
  const swarm = new TestSwarm({ info: testInfo(4), settings: { startRequests: 8 } });
  assert.equal(requestsTo(1, swarm.connectSeeder(1)).length, 8);
  const [next] = [...new Set(requestsTo(1, swarm.log).map(({ piece }) => piece))];
  assert(next !== undefined);
  swarm.connect(2);
  swarm.say(2, { type: "have", piece: next });
  const effects = swarm.say(2, { type: "unchoke" });
  const taken = requestsTo(2, effects);
  assert(taken.length > 0 && taken.length <= 2, `${taken.length} were taken over`);
  const cancelled = messagesTo(1, effects).filter(({ type }) => type === "cancel");
  assert.equal(cancelled.length, taken.length);
});

Deno.test("a suggested piece is preferred (BEP 6)", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connect(1);
  swarm.say(1, { type: "have-all" });
  swarm.say(1, { type: "suggest-piece", piece: 77 });
  assert.equal(requestsTo(1, swarm.say(1, { type: "unchoke" }))[0]?.piece, 77);
});
