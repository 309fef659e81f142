import assert from "node:assert/strict";
import fc from "fast-check";
import { intervalFor, leaseMs, MAX_INTERVAL_SECONDS, RENEWALS_PER_SECOND, withJitter } from "./intervals.ts";

Deno.test("a small community keeps its interval, a large one renews no faster than the limit", () => {
  assert.equal(intervalFor({ baseSeconds: 60, leaseCount: 100 }), 60);
  assert.equal(intervalFor({ baseSeconds: 60, leaseCount: 200 * RENEWALS_PER_SECOND }), 200);
  assert.equal(intervalFor({ baseSeconds: 60, leaseCount: 1e9 }), MAX_INTERVAL_SECONDS);
});

Deno.test("property: jitter only shortens, so a client that obeys never loses its lease", () => {
  const seed = 20_260_101;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1800 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (interval, random) => {
        const told = withJitter(interval, random);
        assert.ok(Number.isInteger(told) && told >= 1 && told <= interval);
        assert.ok(told * 1000 * 2 < leaseMs(interval));
      },
    ),
    { seed },
  );
});
