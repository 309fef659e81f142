import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import { messagesTo, requestsTo, TEST_BLOCKS_PER_PIECE, testInfo, TestSwarm } from "./test_swarm.ts";

Deno.test("the first message says what we have (BEP 3, BEP 6)", () => {
  const empty = new TestSwarm();
  assert.deepEqual(messagesTo(1, empty.connect(1)), [{ type: "have-none" }]);
  assert.deepEqual(messagesTo(2, empty.connect(2, { features: { supportsFast: false } })), []);
  const partial = new TestSwarm({ verified: [0, 7] });
  assert.deepEqual(messagesTo(1, partial.connect(1)), [{ type: "bitfield", bytes: Uint8Array.of(0b1000_0001) }]);
  const full = new TestSwarm({ verified: [0, 1, 2, 3, 4, 5, 6, 7] });
  assert.deepEqual(messagesTo(1, full.connect(1)), [{ type: "have-all" }]);
  assert.deepEqual(messagesTo(2, full.connect(2, { features: { supportsFast: false } })), [
    { type: "bitfield", bytes: Uint8Array.of(0xff) },
  ]);
});

Deno.test("interest is said, and blocks are requested as soon as the peer unchokes", () => {
  const swarm = new TestSwarm();
  swarm.connect(1);
  assert.deepEqual(messagesTo(1, swarm.say(1, { type: "have", piece: 3 })), [{ type: "interested" }]);
  const blocks = requestsTo(1, swarm.say(1, { type: "unchoke" }));
  assert.deepEqual(blocks, [0, 1, 2, 3].map((index) => swarm.block(3, index)));
});

Deno.test("a piece that was fetched is announced and ends the interest", () => {
  const swarm = new TestSwarm();
  swarm.connect(1);
  swarm.connect(2);
  swarm.say(1, { type: "have", piece: 3 });
  for (const block of requestsTo(1, swarm.say(1, { type: "unchoke" }))) {
    assert.deepEqual(swarm.send(1, block)[0], { type: "keep-block", peer: 1, block });
  }
  const effects = swarm.handle({ type: "piece-verified", piece: 3 });
  assert.deepEqual(messagesTo(2, effects), [{ type: "have", piece: 3 }]);
  assert(messagesTo(1, effects).some(({ type }) => type === "not-interested"));
  assert.equal(swarm.machine.view().verifiedCount, 1);
});

Deno.test("completed is said once, and seeders are let go", () => {
  const swarm = new TestSwarm({ info: testInfo(1) });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  assert.equal(blocks.length, TEST_BLOCKS_PER_PIECE);
  for (const block of blocks) swarm.send(1, block);
  const effects = swarm.handle({ type: "piece-verified", piece: 0 });
  assert(effects.some(({ type }) => type === "completed"));
  assert(effects.some((effect) => effect.type === "disconnect" && effect.reason === "both-complete"));
  assert(!swarm.pass(1_000).some(({ type }) => type === "completed"));
});

Deno.test("a machine that starts complete does not say completed", () => {
  const swarm = new TestSwarm({ info: testInfo(2), verified: [0, 1] });
  assert(!swarm.log.some(({ type }) => type === "completed"));
  assert(swarm.machine.view().isComplete);
});

Deno.test("what peers say before the metadata counts afterwards", () => {
  const swarm = new TestSwarm({ hasMetadata: false });
  swarm.connectSeeder(1);
  const { info } = swarm;
  const effects = swarm.handle({
    type: "metadata-known",
    info,
    verified: new Bitfield(info.geometry.pieceCount),
    hasLayers: true,
  });
  assert.deepEqual(messagesTo(1, effects), [{ type: "interested" }]);
  assert.equal(requestsTo(1, effects).length, 32);
});

Deno.test("a block that was never requested ends the connection (BEP 6, BEP 52)", () => {
  for (const hasMetadata of [true, false]) {
    const swarm = new TestSwarm({ hasMetadata });
    swarm.connect(1);
    swarm.say(1, { type: "have-all" });
    const [effect] = swarm.send(1, swarm.block(0, 0));
    assert(effect?.type === "disconnect" && effect.reason === "protocol-error");
  }
  const swarm = new TestSwarm();
  const [first] = requestsTo(1, swarm.connectSeeder(1));
  assert(first !== undefined);
  assert.equal(swarm.send(1, first)[0]?.type, "keep-block");
  assert.equal(swarm.send(1, first)[0]?.type, "disconnect", "a second answer to one request");
});

Deno.test("without the fast extension some hundred blocks that nobody asked for are excused (BEP 3)", () => {
  const swarm = new TestSwarm();
  swarm.connect(1, { features: { supportsFast: false } });
  swarm.say(1, { type: "have", piece: 0 });
  for (let count = 0; count < 500; count++) assert.deepEqual(swarm.send(1, swarm.block(0, 0)), []);
  assert(swarm.send(1, swarm.block(0, 0)).some((effect) => effect.type === "disconnect"));
});

Deno.test("an answer that comes so late that its request is forgotten is no answer to nothing", () => {
  const swarm = new TestSwarm({ info: testInfo(1) });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  assert.equal(blocks.length, 4);
  // The requests are taken back, and thirty seconds later that is forgotten.
  swarm.handle({ type: "storage-full" });
  swarm.pass(31_000);
  for (const block of blocks) assert.deepEqual(swarm.send(1, block), [], "it was asked for, once");
  assert.equal(swarm.send(1, swarm.block(0, 0))[0]?.type, "disconnect", "four requests have four answers");
});

Deno.test("rejects of what was never requested are excused some hundred times (BEP 6)", () => {
  const swarm = new TestSwarm();
  swarm.connect(1);
  swarm.say(1, { type: "have-none" });
  const reject = () => swarm.say(1, { type: "reject-request", ...swarm.block(0, 0) });
  for (let count = 0; count < 500; count++) assert.deepEqual(reject(), []);
  assert.equal(reject()[0]?.type, "disconnect");
});

Deno.test("a choke without the fast extension frees the requests for others, with it each reject does", () => {
  for (const supportsFast of [false, true]) {
    const swarm = new TestSwarm({ info: testInfo(1) });
    swarm.connect(1, { features: { supportsFast } });
    swarm.say(1, { type: "have", piece: 0 });
    const blocks = requestsTo(1, swarm.say(1, { type: "unchoke" }));
    assert.equal(blocks.length, 4);
    swarm.say(1, { type: "choke" });
    if (supportsFast) {
      const [first] = blocks;
      assert(first !== undefined);
      assert.equal(swarm.machine.peerView(1)?.requestsInFlight, 4);
      swarm.say(1, { type: "reject-request", ...first });
      assert.equal(swarm.machine.peerView(1)?.requestsInFlight, 3);
      assert.deepEqual(requestsTo(2, swarm.connectSeeder(2)), [first]);
    } else {
      assert.equal(swarm.machine.peerView(1)?.requestsInFlight, 0);
      assert.equal(requestsTo(2, swarm.connectSeeder(2)).length, 4);
    }
  }
});

Deno.test("rejects of a peer that does not choke us make no loop", () => {
  const swarm = new TestSwarm({ info: testInfo(1) });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  for (const block of blocks) assert.deepEqual(swarm.say(1, { type: "reject-request", ...block }), []);
  assert.equal(requestsTo(1, swarm.pass(400)).length, 0);
  assert.equal(requestsTo(1, swarm.pass(300)).length, 4);
});

Deno.test("allowed-fast pieces are requested while choked, no others (BEP 6)", () => {
  const swarm = new TestSwarm();
  swarm.connect(1);
  swarm.say(1, { type: "have-all" });
  const effects = swarm.say(1, { type: "allowed-fast", piece: 5 });
  assert.deepEqual(requestsTo(1, effects), [0, 1, 2, 3].map((index) => swarm.block(5, index)));
  assert.equal(requestsTo(1, swarm.pass(1_000)).length, 0);
});

Deno.test("fast messages without the fast extension end the connection", () => {
  const swarm = new TestSwarm();
  swarm.connect(1, { features: { supportsFast: false } });
  const [effect] = swarm.say(1, { type: "have-all" });
  assert(effect?.type === "disconnect" && effect.reason === "protocol-error");
});

Deno.test("a bitfield that comes later counts as haves, before and after the metadata are known", () => {
  const swarm = new TestSwarm({ info: testInfo(8), hasMetadata: false });
  swarm.connect(1);
  swarm.say(1, { type: "have-none" });
  swarm.say(1, { type: "bitfield", bytes: Uint8Array.of(0b1000_0000) });
  swarm.say(1, { type: "have", piece: 7 });
  swarm.say(1, { type: "bitfield", bytes: Uint8Array.of(0b1100_0000) });
  swarm.say(1, { type: "unchoke" });
  swarm.handle({ type: "metadata-known", info: swarm.info, verified: new Bitfield(8), hasLayers: true });
  const pieces = () => new Set(requestsTo(1, swarm.log).map(({ piece }) => piece));
  assert.deepEqual([...pieces()].sort(), [0, 1, 7]);
  swarm.say(1, { type: "bitfield", bytes: Uint8Array.of(0b1110_0001) });
  swarm.pass(100);
  assert.deepEqual([...pieces()].sort(), [0, 1, 2, 7]);
});

Deno.test("have-all late, a wrong bitfield, a piece that is not there: the connection ends, nothing is thrown", () => {
  const illegal = [
    { type: "have-all" },
    { type: "bitfield", bytes: new Uint8Array(2) },
    { type: "have", piece: 8 },
    { type: "suggest-piece", piece: 4_000_000_000 },
    { type: "request", piece: 0, begin: 4_294_967_295, length: 16_384 },
    { type: "request", piece: 0, begin: 0, length: 0 },
  ] as const;
  for (const message of illegal) {
    const swarm = new TestSwarm();
    swarm.connect(1);
    swarm.say(1, { type: "bitfield", bytes: new Uint8Array(1) });
    const [effect] = swarm.say(1, message);
    assert(effect?.type === "disconnect" && effect.reason === "protocol-error", message.type);
  }
  const swarm = new TestSwarm();
  swarm.connect(1);
  assert.equal(swarm.say(1, { type: "bitfield", bytes: Uint8Array.of(1, 2) })[0]?.type, "disconnect");
});

Deno.test("an unanswered request is given to others after ten seconds, and its late answer is welcome", () => {
  const swarm = new TestSwarm({ info: testInfo(1) });
  const blocks = requestsTo(1, swarm.connectSeeder(1));
  const [first, second] = blocks;
  assert(first !== undefined && second !== undefined);
  const effects = swarm.pass(10_300);
  assert.equal(messagesTo(1, effects).filter(({ type }) => type === "cancel").length, 4);
  assert.deepEqual(requestsTo(2, swarm.connectSeeder(2)).length, 4);
  const late = swarm.send(1, first);
  assert.equal(late[0]?.type, "send");
  assert.deepEqual(late[1], { type: "keep-block", peer: 1, block: first });
  assert.deepEqual(messagesTo(2, late), [{ type: "cancel", ...first }]);
});

Deno.test("storage-full takes requests back and sends none until storage-ready", () => {
  const swarm = new TestSwarm();
  swarm.connectSeeder(1);
  const full = swarm.handle({ type: "storage-full" });
  assert.equal(messagesTo(1, full).filter(({ type }) => type === "cancel").length, 32);
  assert.equal(requestsTo(1, swarm.pass(1_000)).length, 0);
  // It answers the cancelled ones (BEP 6); then they may be asked for again.
  for (let piece = 0; piece < 8; piece++) {
    for (let index = 0; index < 4; index++) swarm.say(1, { type: "reject-request", ...swarm.block(piece, index) });
  }
  assert.equal(requestsTo(1, swarm.handle({ type: "storage-ready" })).length, 32);
});

Deno.test("paused lets everybody go and admits nobody, resumed dials again", () => {
  const swarm = new TestSwarm();
  const endpoint = { host: "10.0.0.9", port: 6_881 };
  swarm.connectSeeder(1);
  assert.deepEqual(swarm.handle({ type: "paused" }), [{ type: "disconnect", peer: 1, reason: "paused" }]);
  assert.deepEqual(swarm.handle({ type: "candidates-found", candidates: [endpoint], source: "tracker" }), []);
  assert.deepEqual(swarm.connect(2, { isOutgoing: false }), [{ type: "disconnect", peer: 2, reason: "paused" }]);
  assert.deepEqual(swarm.handle({ type: "resumed" })[0], { type: "dial", endpoint });
});

Deno.test("pieces that are no longer wanted are no longer fetched", () => {
  const swarm = new TestSwarm();
  swarm.connectSeeder(1);
  const wanted = new Bitfield(8);
  wanted.set(2);
  const effects = swarm.handle({ type: "wanted-changed", wanted });
  assert.equal(messagesTo(1, effects).filter(({ type }) => type === "cancel").length, 28);
  assert(!effects.some(({ type }) => type === "completed"));
  for (let index = 0; index < 4; index++) swarm.send(1, swarm.block(2, index));
  assert(swarm.handle({ type: "piece-verified", piece: 2 }).some(({ type }) => type === "completed"));
});

Deno.test("the caller's own faults are thrown", () => {
  const swarm = new TestSwarm();
  swarm.connect(1);
  assert.throws(() => swarm.connect(1), TypeError);
  assert.throws(() => swarm.handle({ type: "piece-verified", piece: 8 }), RangeError);
  const again = { type: "metadata-known", info: swarm.info, verified: new Bitfield(8), hasLayers: true } as const;
  assert.throws(() => swarm.handle(again), TypeError);
});

Deno.test("the view shows the swarm", () => {
  const swarm = new TestSwarm({ verified: [0, 1] });
  swarm.connectSeeder(1);
  swarm.connect(2);
  swarm.say(2, { type: "have", piece: 0 });
  swarm.say(2, { type: "interested" });
  const view = swarm.machine.view();
  assert.equal(view.seederCount, 1);
  assert.equal(view.availability, 1);
  assert.equal(view.fetchingPieces.length, 6);
  assert.equal(view.verifiedCount, 2);
  const [seeder, leecher] = view.peers;
  assert.deepEqual([seeder?.verifiedShare, seeder?.isChokingUs, seeder?.requestsInFlight], [1, false, 24]);
  assert.deepEqual([leecher?.verifiedShare, leecher?.isChokedByUs, leecher?.isInterestedInUs], [1 / 8, false, true]);
});

Deno.test("talk about pieces before the metadata has an end, and what was wrong in it ends the connection later", () => {
  const swarm = new TestSwarm({ hasMetadata: false });
  swarm.connect(1);
  for (let count = 0; count < 4_096; count++) assert.deepEqual(swarm.say(1, { type: "have", piece: count % 8 }), []);
  assert.equal(swarm.say(1, { type: "have", piece: 0 })[0]?.type, "disconnect");
  swarm.connect(2);
  swarm.say(2, { type: "have", piece: 8 });
  swarm.connect(3);
  swarm.say(3, { type: "have-none" });
  assert.equal(swarm.say(3, { type: "have-all" })[0]?.type, "disconnect", "the second word is seen at once");
  const effects = swarm.handle({
    type: "metadata-known",
    info: swarm.info,
    verified: new Bitfield(8),
    hasLayers: true,
  });
  assert.deepEqual(effects.map((effect) => effect.type === "disconnect" && effect.peer), [2]);
});

Deno.test("of the suggestions of one peer the latest 64 are remembered", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connect(1);
  for (let piece = 0; piece < 100; piece++) swarm.say(1, { type: "suggest-piece", piece });
  swarm.say(1, { type: "have-all" });
  assert.equal(requestsTo(1, swarm.say(1, { type: "unchoke" }))[0]?.piece, 36);
});
