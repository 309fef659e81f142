import assert from "node:assert/strict";
import { type BufferHolder, PieceBuffers } from "./piece_buffers.ts";

/** A holder that sends its buffer away when asked. */
function holderOf(buffers: PieceBuffers, spilled: string[], name: string): BufferHolder {
  const holder: BufferHolder = {
    spill: () => {
      spilled.push(name);
      buffers.sendAway(10, holder);
    },
  };
  return holder;
}

Deno.test("buffers are reused, and counted while they are lent", () => {
  const buffers = new PieceBuffers({ budgetBytes: 100 });
  const holder = holderOf(buffers, [], "a");
  const buffer = buffers.take(10, holder);
  assert.equal(buffers.usedBytes, 10);
  buffers.sendAway(10, holder);
  const back = buffer.transfer();
  buffers.giveBack(back);
  assert.equal(buffers.usedBytes, 0);
  assert.equal(buffers.take(10, holder), back);
  assert.notEqual(buffers.take(5, holder), back);
  assert.throws(() => new PieceBuffers({ budgetBytes: 0 }), RangeError);
});

Deno.test("the coldest is spilled when unfinished pieces fill three quarters of the budget", () => {
  const buffers = new PieceBuffers({ budgetBytes: 100 });
  const spilled: string[] = [];
  const holders = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => holderOf(buffers, spilled, name));
  for (const holder of holders.slice(0, 7)) buffers.take(10, holder);
  assert.deepEqual(spilled, []);
  const [a, , c, , , , , h] = holders;
  assert.ok(a && c && h);
  buffers.touch(a);
  buffers.take(10, h);
  assert.deepEqual(spilled, ["b"], "not the one that was touched since");
});

Deno.test("room is waited for while memory is on its way back, and only then", async () => {
  const buffers = new PieceBuffers({ budgetBytes: 100 });
  const holders = Array.from({ length: 13 }, () => ({ spill: () => {} }));
  const lent = holders.map((holder) => buffers.take(10, holder));
  assert.equal(buffers.room(), undefined, "all is held by unfinished pieces, which need blocks to go on");
  const [first, second, third] = holders;
  assert.ok(first && second && third);
  for (const holder of [first, second, third]) buffers.sendAway(10, holder);
  let hasRoom = false;
  const waiting = buffers.room()?.then(() => {
    hasRoom = true;
  });
  assert.ok(waiting);
  buffers.giveBack(lent[0] ?? new ArrayBuffer(10));
  buffers.park(10);
  await Promise.resolve();
  assert.ok(!hasRoom, "one is still away, and the budget used up");
  buffers.lose(10);
  await waiting;
  assert.equal(buffers.usedBytes, 110);
  buffers.unpark(10);
  assert.ok(buffers.room());
  buffers.comeBack(10, second);
  assert.equal(buffers.room(), undefined);
});

Deno.test("workers may have an eighth of the budget, and three buffers of any length", () => {
  for (const [length, count] of [[1, 13], [4, 4], [10, 3]] as const) {
    const buffers = new PieceBuffers({ budgetBytes: 100 });
    let awayCount = 0;
    while (buffers.room() === undefined) {
      const holder = { spill: () => {} };
      buffers.take(length, holder);
      buffers.sendAway(length, holder);
      awayCount++;
    }
    assert.equal(awayCount, count, `buffers of ${length}`);
  }
});
