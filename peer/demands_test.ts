import assert from "node:assert/strict";
import { Demands } from "./demands.ts";
import type { Demand } from "./swarm/swarm_event.ts";

Deno.test("demands are stated, moved and withdrawn, and every change is told", () => {
  const told: (readonly Demand[])[] = [];
  const demands = new Demands((all) => told.push(all));
  const first = demands.state({ start: 0, end: 10 });
  const second = demands.state({ start: 50, end: 60 });
  first.move({ start: 5, end: 15 });
  second[Symbol.dispose]();
  assert.deepEqual(told.map((all) => all.map(({ start, end }) => [start, end])), [
    [[0, 10]],
    [[0, 10], [50, 60]],
    [[5, 15], [50, 60]],
    [[5, 15]],
  ]);
  assert.deepEqual(demands.all, told.at(-1));
});

Deno.test("what was withdrawn does not come back", () => {
  let count = 0;
  const demands = new Demands(() => count++);
  const demand = demands.state({ start: 0, end: 10 });
  demand[Symbol.dispose]();
  demand.move({ start: 1, end: 2 });
  demand[Symbol.dispose]();
  assert.equal(count, 2);
  assert.deepEqual(demands.all, []);
});
