import assert from "node:assert/strict";
import { areNear, reachOfHost } from "./nearness.ts";

Deno.test("near is the same host, the same private network, the same IPv6 network", () => {
  for (const [a, b] of [["127.0.0.1", "::1"], ["127.0.0.1", "10.0.0.7"], ["192.168.1.2", "192.168.1.3"]] as const) {
    assert.ok(areNear(a, b), `${a} ${b}`);
    assert.ok(areNear(b, a), `${b} ${a}`);
  }
  assert.ok(areNear("203.0.113.5", "203.0.113.5"));
  assert.ok(areNear("2001:db8:1:2::5", "2001:db8:1:2:ffff::1"));
  assert.ok(!areNear("2001:db8:1:2::5", "2001:db8:1:3::5"));
  assert.ok(!areNear("203.0.113.5", "203.0.113.6"));
  assert.ok(!areNear("203.0.113.5", "192.168.1.2"));
  assert.ok(!areNear("203.0.113.5", "2001:db8::1"));
});

Deno.test("reach says from where an address leads to the host", () => {
  assert.deepEqual(["::1", "10.1.2.3", "203.0.113.5"].map(reachOfHost), ["loopback", "private", "public"]);
});
