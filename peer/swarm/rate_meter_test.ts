import assert from "node:assert/strict";
import { RateMeter } from "./rate_meter.ts";

Deno.test("a steady stream is measured right from its first second on, and a stop is seen", () => {
  const meter = new RateMeter(0);
  for (let nowMs = 10; nowMs <= 20_000; nowMs += 10) {
    meter.add(1_000, nowMs);
    if (nowMs >= 1_000) assert(Math.abs(meter.bytesPerSecond(nowMs) - 100_000) < 2_000);
  }
  assert.equal(meter.totalBytes, 2_000_000);
  assert(meter.bytesPerSecond(40_000) < 1_000);
});

Deno.test("a single block at the start is no gigabyte a second", () => {
  const meter = new RateMeter(0);
  meter.add(16_384, 0.1);
  assert(meter.bytesPerSecond(0.1) < 40_000);
});
