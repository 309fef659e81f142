import assert from "node:assert/strict";
import type { SwarmEffect } from "./swarm_effect.ts";
import { messagesTo, requestsTo, testInfo, TestSwarm } from "./test_swarm.ts";

const PIECE_LENGTH = 4 * 16_384;

/** A demand for everything from a block on: that of a player of a short film. */
function demandFrom(id: number, position: { readonly piece: number; readonly block?: number }) {
  const start = position.piece * PIECE_LENGTH + (position.block ?? 0) * 16_384;
  return { id, start, end: 100 * PIECE_LENGTH, rateBytesPerSecond: 1_000_000 };
}

Deno.test("a player that starts is dealt its first blocks by all who have them", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connectSeeder(1);
  swarm.connectSeeder(2);
  const asked = new Set([1, 2].flatMap((peer) => requestsTo(peer, swarm.log)).map(({ piece }) => piece));
  const piece = Array.from({ length: 90 }, (_, index) => index).find((index) => !asked.has(index)) ?? 0;
  const effects = swarm.handle({ type: "demand-moved", demands: [demandFrom(1, { piece })] });
  for (const peer of [1, 2]) {
    const blocks = requestsTo(peer, effects).filter((block) => block.piece === piece);
    assert.equal(blocks.length, 2, `peer ${peer} was asked for ${blocks.length} of the 4 blocks of the first piece`);
  }
});

Deno.test("a seek into what the demand reached already clears the queues of what comes later and before", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connectSeeder(1);
  swarm.connectSeeder(2);
  swarm.handle({ type: "demand-moved", demands: [demandFrom(1, { piece: 0 })] });
  swarm.log.length = 0;
  swarm.handle({ type: "demand-moved", demands: [demandFrom(2, { piece: 50, block: 2 })] });
  const cancelled = [1, 2].flatMap((peer) => messagesTo(peer, swarm.log).filter(({ type }) => type === "cancel"));
  assert.equal(cancelled.length, 64, "every request was for something before the new place");
  const asked = [...requestsTo(1, swarm.log), ...requestsTo(2, swarm.log)];
  assert.ok(asked.some(({ piece, begin }) => piece === 50 && begin === 32_768));
});

Deno.test("a player that lets go of the old place after it asked for the new one waits behind nothing of it", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connectSeeder(1);
  const [from, to] = [demandFrom(1, { piece: 0 }), demandFrom(2, { piece: 50 })];
  swarm.handle({ type: "demand-moved", demands: [from] });
  swarm.handle({ type: "demand-moved", demands: [from, to] });
  const effects = swarm.handle({ type: "demand-moved", demands: [to] });
  const cancelled = messagesTo(1, effects).flatMap((message) => message.type === "cancel" ? [message.piece] : []);
  assert.ok(cancelled.includes(0), `cancelled were only ${cancelled}`);
});

Deno.test("a reader that only goes on takes nothing back", () => {
  const swarm = new TestSwarm({ info: testInfo(100) });
  swarm.connectSeeder(1);
  swarm.handle({ type: "demand-moved", demands: [demandFrom(1, { piece: 0 })] });
  swarm.log.length = 0;
  swarm.handle({ type: "demand-moved", demands: [demandFrom(1, { piece: 3, block: 1 })] });
  assert.deepEqual(messagesTo(1, swarm.log), []);
});

Deno.test("where blocks are checked by themselves, those behind the player come after all that lies ahead of it", () => {
  const swarm = new TestSwarm({ info: testInfo(8, "hybrid") });
  swarm.handle({
    type: "demand-moved",
    demands: [{ ...demandFrom(1, { piece: 2, block: 2 }), end: 4 * PIECE_LENGTH }],
  });
  swarm.connect(1);
  swarm.say(1, { type: "have-all" });
  swarm.handle({ type: "extension-handshake", peer: 1, isUploadOnly: true, requestQueueLength: 1 });
  const answer = (effects: readonly SwarmEffect[]) => requestsTo(1, effects)[0] ?? assert.fail("nothing was asked for");
  const order = [answer(swarm.say(1, { type: "unchoke" }))];
  for (let count = 0; count < 7; count++) {
    const block = order.at(-1) ?? assert.fail();
    order.push(answer(swarm.send(1, block)));
    swarm.handle({ type: "blocks-verified", piece: block.piece, blockIndices: [block.begin / 16_384] });
  }
  const indices = order.map(({ piece, begin }) => `${piece}.${begin / 16_384}`);
  assert.deepEqual(indices.slice(0, 6), ["2.2", "2.3", "3.0", "3.1", "3.2", "3.3"]);
  assert.deepEqual(indices.slice(6), ["2.0", "2.1"]);
});
