import assert from "node:assert/strict";
import fc from "fast-check";
import { DueQueue } from "./due_queue.ts";

const SEED = 20_260_101;

Deno.test(`gives items in the order of their time, however they are moved (seed ${SEED})`, () => {
  const command = fc.record({
    item: fc.integer({ min: 0, max: 30 }),
    dueMs: fc.option(fc.integer({ min: 0, max: 100 })),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const queue = new DueQueue<number>();
      const model = new Map<number, number>();
      for (const { item, dueMs } of commands) {
        if (dueMs === null) {
          assert.equal(queue.delete(item), model.delete(item));
        } else {
          queue.set(item, dueMs);
          model.set(item, dueMs);
        }
        assert.equal(queue.size, model.size);
        assert.equal(queue.dueMs(item), model.get(item));
        assert.equal(queue.nextDueMs, model.size === 0 ? undefined : Math.min(...model.values()));
      }
      for (let last = 0; queue.size > 0;) {
        const dueMs = queue.nextDueMs ?? NaN;
        assert.equal(queue.popDue(dueMs - 1), undefined);
        const item = queue.popDue(dueMs) ?? NaN;
        assert.equal(model.get(item), dueMs);
        assert.ok(dueMs >= last);
        last = dueMs;
        model.delete(item);
      }
      assert.equal(model.size, 0);
    }),
    { seed: SEED },
  );
});

Deno.test("clear forgets all", () => {
  const queue = new DueQueue<string>();
  queue.set("a", 1);
  queue.clear();
  assert.equal(queue.popDue(Infinity), undefined);
  queue.set("a", 2);
  assert.equal(queue.popDue(2), "a");
});
