import assert from "node:assert/strict";
import type { Block } from "../../shared/geometry.ts";
import { TestParts } from "./test_parts.ts";

Deno.test("a peer is asked once for a block, and for no more than it queues", () => {
  const parts = new TestParts(2);
  const peer = parts.addPeer(1);
  peer.pipeline.setCeiling(2);
  const started = parts.table.start(0);
  const blocks: Block[] = [];
  assert.ok(parts.book.ask(peer, { started, blockIndex: 0, blocks }));
  assert.ok(!parts.book.ask(peer, { started, blockIndex: 0, blocks }), "the same block again");
  assert.ok(parts.book.ask(peer, { started, blockIndex: 1, blocks }));
  assert.ok(!parts.book.ask(peer, { started, blockIndex: 2, blocks }), "its queue is full");
  assert.deepEqual(blocks, [parts.table.geometry.block(0, 0), parts.table.geometry.block(0, 1)]);
  assert.equal(started.freeCount, 2);
});

Deno.test("a piece is open exactly while it has a block that nobody is asked for", () => {
  const parts = new TestParts(1);
  const peer = parts.addPeer(1);
  parts.ask(peer, 0, 4);
  const started = parts.table.start(0);
  assert.ok(!parts.table.open.has(started));
  const [request] = peer.requests.values();
  assert.ok(request !== undefined);
  parts.book.drop(request);
  assert.ok(parts.table.open.has(started));
  assert.deepEqual(parts.context.effects, [], "a dropped request is not cancelled: the peer will not answer it");
});

Deno.test("a request taken back is cancelled, and asked again of a fast peer only when it is sure not to be answered", () => {
  const parts = new TestParts(1);
  for (const supportsFast of [true, false]) {
    const peer = parts.addPeer(supportsFast ? 1 : 2, { supportsFast });
    const options = { started: parts.table.start(0), blockIndex: 3, blocks: [] };
    parts.book.ask(peer, options);
    const [request] = peer.requests.values();
    assert.ok(request !== undefined);
    parts.book.takeBack(request);
    const { piece, begin, length } = request.block;
    assert.deepEqual(parts.context.effects.splice(0), [
      { type: "send", peer: peer.key, message: { type: "cancel", piece, begin, length } },
    ]);
    assert.equal(parts.book.ask(peer, options), !supportsFast);
    if (!supportsFast) continue;
    parts.context.nowMs += 30_000;
    parts.book.forgetCancelled(peer);
    assert.ok(parts.book.ask(peer, options));
    parts.book.drop(request);
  }
});

Deno.test("one peer instead of another: the block stays requested, the other's request is cancelled", () => {
  const parts = new TestParts(1);
  const [slow, fast] = [parts.addPeer(1), parts.addPeer(2)];
  parts.ask(slow, 0, 4);
  const [instead] = slow.requests.values();
  assert.ok(parts.book.ask(fast, { started: parts.table.start(0), blockIndex: 0, blocks: [], instead }));
  assert.equal(slow.requests.size, 3);
  assert.deepEqual(parts.context.effects.map(({ type }) => type), ["send"]);
  assert.equal(parts.table.start(0).requestOf(0)?.peer, fast);
});

Deno.test("when a block is here, all who were asked for it are told", () => {
  const parts = new TestParts(1);
  const peers = [1, 2, 3].map((key) => parts.addPeer(key));
  const started = parts.table.start(0);
  for (const peer of peers) parts.book.ask(peer, { started, blockIndex: 0, blocks: [] });
  const [sender] = peers;
  assert.ok(sender !== undefined);
  parts.book.takeBackAll(started.receive(0, sender.sender));
  assert.deepEqual(peers.map(({ requests }) => requests.size), [0, 0, 0]);
  assert.deepEqual(parts.context.effects.map((effect) => "peer" in effect ? effect.peer : 0), [3, 2, 1]);
});
