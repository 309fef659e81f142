import assert from "node:assert/strict";
import { BURST_SECONDS, RequestLimits } from "./request_limits.ts";

const taken = (limits: RequestLimits, options: { host: string; nowMs: number; tries: number }) =>
  Array.from({ length: options.tries }, () => limits.take(options.host, options.nowMs)).filter((isTaken) => isTaken)
    .length;

Deno.test("a burst, then the rate; another address has its own", () => {
  const limits = new RequestLimits({ requestsPerSecond: 10 });
  const burst = 10 * BURST_SECONDS;
  assert.equal(taken(limits, { host: "198.51.100.1", nowMs: 1000, tries: burst + 50 }), burst);
  assert.equal(taken(limits, { host: "198.51.100.2", nowMs: 1000, tries: 1 }), 1);
  assert.equal(taken(limits, { host: "198.51.100.1", nowMs: 3000, tries: 100 }), 20, "two seconds later");
  assert.equal(taken(limits, { host: "198.51.100.1", nowMs: 1e9, tries: 2 * burst }), burst, "long after");
});

Deno.test("an IPv6 network is one address", () => {
  const limits = new RequestLimits({ requestsPerSecond: 1 });
  assert.equal(taken(limits, { host: "2001:db8:1:2::1", nowMs: 0, tries: 100 }), BURST_SECONDS);
  assert.equal(taken(limits, { host: "2001:db8:1:2:ffff::9", nowMs: 0, tries: 1 }), 0);
  assert.equal(taken(limits, { host: "2001:db8:1:3::1", nowMs: 0, tries: 1 }), 1);
});

Deno.test("the table is bounded, and forgets who may begin anew", () => {
  const limits = new RequestLimits({ requestsPerSecond: 1, maxAddresses: 3 });
  for (let host = 0; host < 10; host++) assert.ok(limits.take(`198.51.100.${host}`, 0));
  assert.equal(limits.addressCount, 3);
  limits.take("198.51.100.9", 500);
  limits.sweep(1200);
  assert.equal(limits.addressCount, 1);
});

Deno.test("zero is no limit", () => {
  const limits = new RequestLimits({ requestsPerSecond: 0 });
  assert.equal(taken(limits, { host: "198.51.100.1", nowMs: 0, tries: 1000 }), 1000);
  assert.equal(limits.addressCount, 0);
});
