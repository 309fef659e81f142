import assert from "node:assert/strict";
import { messagesTo, testInfo, TestSwarm } from "./test_swarm.ts";
import { ENOUGH_BYTES_PER_SECOND, YIELD_WINDOW_MS } from "./yielding.ts";

const PIECE_COUNT = 2_000;
const INFO = testInfo(PIECE_COUNT);

/** More pieces than make enough in one window. */
const ENOUGH_PIECES = Math.ceil(ENOUGH_BYTES_PER_SECOND * YIELD_WINDOW_MS / 1_000 / INFO.pieceLength) + 10;

/** A seeder that yields, with one peer that it serves. */
function scene(yieldsToPeers: boolean): TestSwarm {
  const swarm = new TestSwarm({ info: INFO, verified: Array(PIECE_COUNT).keys(), settings: { yieldsToPeers } });
  swarm.connect(1);
  swarm.say(1, { type: "have-none" });
  swarm.say(1, { type: "interested" });
  swarm.pass(YIELD_WINDOW_MS + 100);
  return swarm;
}

/** The peer gets pieces, of which we sent nothing, within a window; gives what it hears of us meanwhile. */
function getsFromOthers(swarm: TestSwarm, options: { readonly from: number; readonly count: number }): string {
  for (let piece = options.from; piece < options.from + options.count; piece++) swarm.say(1, { type: "have", piece });
  const heard = messagesTo(1, swarm.pass(YIELD_WINDOW_MS + 100)).map(({ type }) => type);
  return heard.filter((type) => type === "choke" || type === "unchoke").join(" ");
}

Deno.test("who gets enough from others is choked, and served again within a window of theirs giving less", () => {
  const swarm = scene(true);
  assert.equal(getsFromOthers(swarm, { from: 0, count: ENOUGH_PIECES }), "choke");
  assert.equal(getsFromOthers(swarm, { from: ENOUGH_PIECES, count: ENOUGH_PIECES }), "");
  assert.equal(getsFromOthers(swarm, { from: 2 * ENOUGH_PIECES, count: 3 }), "unchoke");
});

Deno.test("who gets a little from others is served all the while", () => {
  assert.equal(getsFromOthers(scene(true), { from: 0, count: Math.floor(ENOUGH_PIECES / 4) }), "");
});

Deno.test("what we sent ourselves is no help of others", () => {
  const swarm = scene(true);
  for (let piece = 0; piece < ENOUGH_PIECES; piece++) {
    for (let index = 0; index < 4; index++) {
      swarm.handle({ type: "block-uploaded", peer: 1, block: swarm.block(piece, index) });
    }
  }
  assert.equal(getsFromOthers(swarm, { from: 0, count: ENOUGH_PIECES }), "");
});

Deno.test("a seeder that does not yield serves on", () => {
  assert.equal(getsFromOthers(scene(false), { from: 0, count: ENOUGH_PIECES }), "");
});
