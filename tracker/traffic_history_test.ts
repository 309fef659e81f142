import assert from "node:assert/strict";
import { TrafficHistory, type TrafficTotals } from "./traffic_history.ts";

const totals = (announces: number, uploadedBytes = 0): TrafficTotals => ({
  clientCount: 3,
  announceCount: { udp: announces, http: announces },
  uploadedBytes,
});

Deno.test("each span has its rates; those since a moment are told", () => {
  const history = new TrafficHistory(totals(10, 500), 1000);
  assert.deepEqual(history.since(0), []);
  history.add(totals(20, 1500), 3000);
  history.add(totals(20, 1500), 4000);
  assert.deepEqual(history.since(0), [
    { atMs: 3000, clientCount: 3, announceRate: 10, uploadRate: 500 },
    { atMs: 4000, clientCount: 3, announceRate: 0, uploadRate: 0 },
  ]);
  assert.deepEqual(history.since(3000).map(({ atMs }) => atMs), [4000]);
  history.add(totals(21), 4000);
  assert.equal(history.since(0).length, 2, "no time has passed");
});

Deno.test("an hour is kept, and no more", () => {
  const history = new TrafficHistory(totals(0), 0);
  for (let index = 1; index <= 1000; index++) history.add(totals(index), index * 10_000);
  const samples = history.since(0);
  assert.deepEqual([samples.length, samples.at(-1)?.atMs], [360, 10_000_000]);
});
