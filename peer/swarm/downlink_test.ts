import assert from "node:assert/strict";
import { Downlink } from "./downlink.ts";
import type { PeerState } from "./peer_state.ts";
import { TestParts } from "./test_parts.ts";

/** Three peers that send at this rate each and owe this many blocks each, just after the last came. */
function linkOf(options: { readonly bytesPerSecond: number; readonly owedBlocks: number }) {
  const parts = new TestParts(100);
  const peers = [1, 2, 3].map((key) => parts.addPeer(key));
  for (const [index, peer] of peers.entries()) {
    owe(parts, peer, { firstPiece: index * 30, blockCount: options.owedBlocks });
    parts.measure(peer, options.bytesPerSecond);
  }
  parts.context.nowMs += 2_000;
  const downlink = new Downlink(parts.context);
  downlink.tick();
  return { parts, downlink };
}

function owe(parts: TestParts, peer: PeerState, owed: { readonly firstPiece: number; readonly blockCount: number }) {
  for (let count = 0; count < owed.blockCount; count++) parts.ask(peer, owed.firstPiece + Math.floor(count / 4), 1);
}

Deno.test("a link is full when more is on its way than it brings in three seconds", () => {
  // 60 blocks on their way; three seconds bring 3 × 3 × 100 kB, which are 55 blocks, or of 150 kB, which are 82.
  assert.ok(linkOf({ bytesPerSecond: 100_000, owedBlocks: 20 }).downlink.isFull);
  assert.ok(!linkOf({ bytesPerSecond: 150_000, owedBlocks: 20 }).downlink.isFull);
});

Deno.test("half a megabyte is never too much, however slow it seems", () => {
  assert.ok(!linkOf({ bytesPerSecond: 20_000, owedBlocks: 10 }).downlink.isFull);
});

Deno.test("what silent peers owe is not in the link", () => {
  const { parts, downlink } = linkOf({ bytesPerSecond: 100_000, owedBlocks: 20 });
  parts.context.nowMs += 1_500;
  downlink.tick();
  assert.ok(downlink.isFull, "a pause is no silence");
  parts.context.nowMs += 1_000;
  downlink.tick();
  assert.ok(!downlink.isFull);
});

Deno.test("a peer that never sent anything says nothing of the link", () => {
  const parts = new TestParts(100);
  for (const key of [1, 2, 3]) owe(parts, parts.addPeer(key), { firstPiece: key * 10, blockCount: 40 });
  const downlink = new Downlink(parts.context);
  downlink.tick();
  assert.ok(!downlink.isFull);
});
