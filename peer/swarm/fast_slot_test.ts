import assert from "node:assert/strict";
import { allowedFastSet } from "../../shared/allowed_fast_set.ts";
import { FAST_PIECES, FastSlot } from "./fast_slot.ts";
import { TestParts } from "./test_parts.ts";
import { messagesTo, testHandshake, testInfo, TestSwarm } from "./test_swarm.ts";

const PIECE_COUNT = 100;

/** A seeder of one slot with this many peers that want something; the first has the slot. */
function busySeeder(peerCount: number): TestSwarm {
  const swarm = new TestSwarm({
    info: testInfo(PIECE_COUNT),
    verified: Array.from({ length: PIECE_COUNT }, (_, piece) => piece),
    settings: { uploadSlots: 1 },
  });
  swarm.pass(100);
  for (let peer = 1; peer <= peerCount; peer++) {
    swarm.connect(peer);
    swarm.say(peer, { type: "have-none" });
    swarm.say(peer, { type: "interested" });
    // It uses the slot, so that it is not lent.
    if (peer === 1) swarm.say(1, { type: "request", ...swarm.block(0, 0) });
  }
  return swarm;
}

function allowedBy(swarm: TestSwarm, peer: number, durationMs: number): readonly number[] {
  return messagesTo(peer, swarm.pass(durationMs)).flatMap((message) =>
    message.type === "allowed-fast" ? [message.piece] : []
  );
}

Deno.test("a starting peer that finds no slot is let have its allowed fast set (BEP 6)", () => {
  const swarm = busySeeder(2);
  const { infoHash } = testHandshake(2);
  const expected = allowedFastSet("10.0.0.2", { infoHash, pieceCount: PIECE_COUNT, count: FAST_PIECES });
  assert.deepEqual(allowedBy(swarm, 2, 100), expected);
  const [piece = 0] = expected;
  const block = swarm.block(piece, 1);
  assert.deepEqual(swarm.say(2, { type: "request", ...block }), [{ type: "upload-block", peer: 2, block }]);
  swarm.handle({ type: "block-uploaded", peer: 2, block });
  assert.deepEqual(messagesTo(2, swarm.say(2, { type: "request", ...block })), [{ type: "reject-request", ...block }]);
  const other = swarm.block(
    Array.from({ length: 20 }, (_, index) => index).find((one) => !expected.includes(one)) ?? 0,
    0,
  );
  assert.deepEqual(messagesTo(2, swarm.say(2, { type: "request", ...other })), [{ type: "reject-request", ...other }]);
});

Deno.test("one at a time: the next when the turn is over, of which what is queued is taken back", () => {
  const swarm = busySeeder(3);
  const [piece = 0] = allowedBy(swarm, 2, 100);
  const block = swarm.block(piece, 0);
  swarm.say(2, { type: "request", ...block });
  assert.deepEqual(allowedBy(swarm, 3, 5_000), []);
  swarm.say(1, { type: "request", ...swarm.block(0, 1) });
  for (let have = 0; have <= FAST_PIECES; have++) swarm.say(2, { type: "have", piece: 50 + have });
  const effects = swarm.pass(100);
  assert(effects.some((effect) => effect.type === "cancel-upload" && effect.peer === 2));
  assert.equal(messagesTo(3, effects).filter(({ type }) => type === "allowed-fast").length, FAST_PIECES);
  swarm.handle({ type: "peer-disconnected", peer: 3, reason: "closed" });
  assert.deepEqual(allowedBy(swarm, 2, 100), [], "it is no starting peer any more");
});

Deno.test("a turn is over after half a minute, and comes once for each connection", () => {
  const parts = new TestParts(PIECE_COUNT);
  for (let piece = 0; piece < PIECE_COUNT; piece++) parts.table.verify(piece);
  const slot = new FastSlot(parts.context, parts.table);
  const [first, second] = [1, 2].map((key) => parts.addPeer(key, { pieces: [] }));
  assert(first !== undefined && second !== undefined);
  for (const peer of [first, second]) peer.isInterestedInUs = true;
  const tick = (nowMs: number) => {
    parts.context.nowMs = nowMs;
    return slot.tick(() => false);
  };
  const [piece = 0] = allowedFastSet(first.endpoint.host, {
    infoHash: first.handshake.infoHash,
    pieceCount: PIECE_COUNT,
    count: 1,
  });
  const block = parts.table.geometry.block(piece, 0);
  tick(0);
  assert.equal(tick(29_999), undefined);
  assert(!slot.take(second, block));
  assert.equal(tick(30_000), first);
  assert(!slot.take(first, block));
  assert(slot.take(second, block));
  assert.equal(tick(60_000), second);
  assert.equal(tick(90_000), undefined, "both had their turn");
});

Deno.test("who has a slot, has pieces enough, wants nothing or does not know of it is not allowed anything", () => {
  const swarm = busySeeder(1);
  swarm.connect(2);
  swarm.say(2, { type: "have-none" });
  swarm.connect(3, { features: { supportsFast: false } });
  swarm.say(3, { type: "interested" });
  swarm.connect(4);
  swarm.say(4, { type: "bitfield", bytes: Uint8Array.of(0xff, 0xff, ...new Array<number>(11).fill(0)) });
  swarm.say(4, { type: "interested" });
  const effects = swarm.pass(1_000);
  assert(!effects.some((effect) => effect.type === "send" && effect.message.type === "allowed-fast"));
});
