import assert from "node:assert/strict";
import { DemandPicker } from "./demand_picker.ts";
import type { PeerState } from "./peer_state.ts";
import { TestParts } from "./test_parts.ts";

/** What the picker chooses for a peer, as `piece:block`, asked for as it is chosen. */
function pick(parts: TestParts, peer: PeerState, count: number): readonly string[] {
  const picked: string[] = [];
  const picker = new DemandPicker(parts.context, parts);
  const taken = picker.pick(peer, count, (started, blockIndex) => {
    if (!parts.book.ask(peer, { started, blockIndex, blocks: [] })) return false;
    picked.push(`${started.piece}:${blockIndex}`);
    return true;
  });
  assert.equal(taken, picked.length);
  return picked;
}

Deno.test("without a demand nothing is chosen", () => {
  const parts = new TestParts(4);
  assert.deepEqual(pick(parts, parts.addPeer(1), 8), []);
});

Deno.test("the earliest deadline comes first, of what this peer has", () => {
  const parts = new TestParts(8);
  const peer = parts.addPeer(1, { pieces: [3, 5, 1] });
  parts.demandFrom(2);
  assert.deepEqual(pick(parts, peer, 6), ["3:0", "3:1", "3:2", "3:3", "5:0", "5:1"]);
});

Deno.test("where pieces are checked as a whole, what lies before the player in its piece is needed with it", () => {
  const parts = new TestParts(8);
  parts.demandFrom(2, 2);
  assert.deepEqual(pick(parts, parts.addPeer(1), 6), ["2:2", "2:3", "2:0", "2:1", "3:0", "3:1"]);
});

Deno.test("where blocks are checked by themselves, those before the player come last", () => {
  const parts = new TestParts(4);
  parts.demandFrom(2, 2);
  parts.table.start(2).verify(0);
  assert.deepEqual(pick(parts, parts.addPeer(1), 8), ["2:2", "2:3", "3:0", "3:1", "3:2", "3:3", "2:0", "2:1"]);
});

Deno.test("two peers share the piece that is due first", () => {
  const parts = new TestParts(4);
  parts.demandFrom(0);
  const [one, other] = [parts.addPeer(1), parts.addPeer(2)];
  assert.deepEqual(pick(parts, one, 2), ["0:0", "0:1"]);
  assert.deepEqual(pick(parts, other, 3), ["0:2", "0:3", "1:0"]);
});

Deno.test("a piece that failed is one peer's alone, so that it is clear who lies", () => {
  const parts = new TestParts(2);
  parts.demandFrom(0);
  parts.table.start(0);
  parts.table.fail(0);
  const [one, other] = [parts.addPeer(1), parts.addPeer(2)];
  assert.deepEqual(pick(parts, one, 1), ["0:0"]);
  assert.deepEqual(pick(parts, other, 2), ["1:0", "1:1"]);
});

Deno.test("a peer that would be late leaves a piece to one that is much sooner, and takes it when there is none", () => {
  const parts = new TestParts(4);
  const slow = parts.addPeer(1);
  parts.measure(slow, 8_000);
  parts.context.nowMs += 2_000;
  parts.demandFrom(0);
  assert.deepEqual(pick(parts, slow, 1), ["0:0"], "late, and the best there is");
  const fast = parts.addPeer(2);
  parts.measure(fast, 1_000_000);
  // It would take two seconds for its next block: too late for the first pieces, in time for what is due after that.
  const [first] = pick(parts, slow, 1);
  assert.ok(first !== undefined && !first.startsWith("0:"), `it was asked for ${first}`);
  assert.deepEqual(pick(parts, fast, 1), ["0:1"]);
});

Deno.test("where seeders are scarce and others lack the same, what no leecher has yet is asked of them first", () => {
  const parts = new TestParts(40);
  const seeder = parts.addPeer(1);
  parts.addPeer(2, { pieces: [0, 1] });
  parts.demandFrom(0);
  assert.deepEqual(pick(parts, seeder, 1), ["0:0"], "before anything came the seeders may be fast");
  parts.measure(seeder, 50_000);
  // Chance says the middle: squared, a quarter of the eight next pieces that the leecher lacks.
  assert.deepEqual(pick(parts, seeder, 1), ["4:0"]);
  assert.deepEqual(pick(parts, seeder, 1), ["4:1"], "the piece begun is finished first");
});

Deno.test("seeders that give plenty are asked in order", () => {
  const parts = new TestParts(40);
  const seeder = parts.addPeer(1);
  parts.addPeer(2, { pieces: [0, 1] });
  parts.demandFrom(0);
  parts.measure(seeder, 500_000);
  assert.deepEqual(pick(parts, seeder, 1), ["0:0"]);
});
