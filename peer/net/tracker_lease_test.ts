import assert from "node:assert/strict";
import { TrackerLease } from "./tracker_lease.ts";

Deno.test("is due an interval after the last announce, and gives the longest parked first", () => {
  const lease = new TrackerLease<string>("a:1", { nowMs: 0, intervalMs: 100 });
  lease.park("first");
  lease.park("second");
  assert.equal(lease.dueMs, 100);
  assert.deepEqual(lease.renew({ nowMs: 90, intervalMs: 120 }), []);
  assert.equal(lease.dueMs, 210);
  assert.equal(lease.longestParked, "first");
  lease.unpark("first");
  lease.park("first");
  assert.equal(lease.longestParked, "second");
  assert.equal(lease.has("second"), true);
});

Deno.test("what was kept by a lease that has lapsed is given back", () => {
  const lease = new TrackerLease<string>("a:1", { nowMs: 0, intervalMs: 100 });
  lease.park("first");
  lease.park("second");
  assert.deepEqual(lease.renew({ nowMs: 201, intervalMs: 100 }), ["first", "second"]);
  assert.equal(lease.longestParked, undefined);
});
