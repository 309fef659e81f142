import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import { Household, LEFT_MS } from "./household.ts";
import { TestParts } from "./test_parts.ts";
import { testHandshake } from "./test_swarm.ts";

const PIECES = Array.from({ length: 300 }, (_, piece) => piece);
const OUTSIDE = "203.0.113.9";

/** A household of three that are all here, each as it sees the other two and a seeder outside. */
function household() {
  const keys = [1, 2, 3];
  return keys.map((own) => {
    const parts = new TestParts(PIECES.length);
    const context = { ...parts.context, ownPeerId: testHandshake(own).peerId };
    for (const key of keys) if (key !== own) parts.addPeer(key, { pieces: [] });
    const seeder = parts.addPeer(9, { host: OUTSIDE });
    return { parts, context, seeder, home: new Household(context, PIECES.length) };
  });
}

/** What is not left to neighbours, a piece at a search. */
const own = (home: Household, peer: ReturnType<TestParts["addPeer"]>) =>
  PIECES.filter((piece) => !home.begin(peer) || !home.leaves(piece));

Deno.test("each piece is one neighbour's, of whom each has its part", () => {
  const parts = household().map(({ home, seeder }) => own(home, seeder));
  assert.deepEqual(parts.flat().sort((a, b) => a - b), PIECES);
  for (const part of parts) assert.ok(part.length > 70 && part.length < 130, `${part.length} of 300 pieces`);
});

Deno.test("a piece is left for a while, once", () => {
  const [first] = household();
  assert.ok(first !== undefined);
  const { context, home, seeder } = first;
  const before = own(home, seeder);
  context.nowMs += LEFT_MS - 1;
  assert.deepEqual(own(home, seeder), before);
  context.nowMs += 1;
  assert.deepEqual(own(home, seeder), PIECES);
});

Deno.test("a near peer is asked for anything, and so is one outside when no neighbour lacks anything", () => {
  const [first] = household();
  assert.ok(first !== undefined);
  const { parts, home, seeder, context } = first;
  const [near, other] = [...parts.context.peers.values()].filter(({ isNear }) => isNear);
  assert.ok(near !== undefined && other !== undefined);
  assert.deepEqual(own(home, near), PIECES);
  near.pieces = Bitfield.full(PIECES.length);
  other.isUploadOnly = true;
  context.nowMs += 100;
  assert.deepEqual(own(home, seeder), PIECES);
});

Deno.test("a search passes over so many pieces, and takes what comes then", () => {
  const parts = new TestParts(10_000);
  parts.addPeer(1, { pieces: [] });
  const home = new Household(parts.context, 10_000);
  home.begin(parts.addPeer(9, { host: OUTSIDE }));
  let passedCount = 0;
  for (let piece = 0; piece < 10_000; piece++) passedCount += Number(home.leaves(piece));
  assert.equal(passedCount, 256);
});
