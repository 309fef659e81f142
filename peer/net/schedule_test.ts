import assert from "node:assert/strict";
import { ManualClock } from "./manual_clock.ts";
import { Schedule, type ScheduleOptions } from "./schedule.ts";

/** A schedule of names that notes what it begins; the tasks end when the test says so. */
function scheduled(options: Partial<ScheduleOptions<string>> = {}) {
  const clock = new ManualClock();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const schedule = new Schedule<string>({
    clock,
    maxConcurrent: 2,
    urgent: () => undefined,
    begin: (item) => {
      begun.push(item);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.push(resolve);
      return promise;
    },
    ...options,
  });
  return { clock, begun, ends, schedule };
}

/** Until all promises that can settle have settled. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("one timer for all, and no more tasks at a time than allowed", async () => {
  const { clock, begun, ends, schedule } = scheduled();
  for (const [index, name] of ["a", "b", "c", "d"].entries()) schedule.set(name, 100 * index);
  schedule.pump();
  assert.deepEqual(begun, ["a"]);
  assert.equal(clock.timerCount, 1);
  clock.advance(100);
  assert.deepEqual(begun, ["a", "b"]);
  assert.equal(clock.timerCount, 0, "the end of a task comes first");
  clock.advance(1000);
  assert.deepEqual(begun, ["a", "b"]);
  ends[0]?.();
  await turn();
  assert.deepEqual(begun, ["a", "b", "c"]);
  assert.equal(schedule.dueMs("d"), 300);
  schedule.delete("d");
  for (const end of ends) end();
  await turn();
  assert.deepEqual(begun, ["a", "b", "c"]);
});

Deno.test("what is urgent goes before what is due, and a stopped schedule begins nothing", () => {
  const urgent = [Promise.resolve()];
  const order: string[] = [];
  const { clock, schedule } = scheduled({
    urgent: () => {
      const next = urgent.shift();
      if (next !== undefined) order.push("urgent");
      return next;
    },
    begin: (item) => void order.push(item),
  });
  schedule.set("due", 0);
  schedule.set("later", 50);
  schedule.pump();
  assert.deepEqual(order, ["urgent", "due"]);
  assert.equal(schedule.stop().length, 1, "what is running");
  assert.equal(clock.timerCount, 0);
  clock.advance(100);
  schedule.pump();
  assert.deepEqual(order, ["urgent", "due"]);
});
