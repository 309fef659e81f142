import assert from "node:assert/strict";
import { Pipeline } from "./pipeline.ts";

const BLOCK = 16_384;

/** A peer that sends at a rate after a delay, asked for as much as the pipeline says. */
function run(options: { ceiling: number; bytesPerSecond: number; delayMs: number; durationMs: number }): Pipeline {
  const pipeline = new Pipeline(options.ceiling, 8);
  const blockMs = BLOCK * 1000 / options.bytesPerSecond;
  const inFlight: { sentAtMs: number; arrivesAtMs: number }[] = [];
  let nowMs = 0;
  let freeAtMs = 0;
  while (nowMs < options.durationMs) {
    while (inFlight.length < pipeline.target) {
      freeAtMs = Math.max(freeAtMs, nowMs + options.delayMs) + blockMs;
      inFlight.push({ sentAtMs: nowMs, arrivesAtMs: freeAtMs });
    }
    const next = inFlight.shift();
    if (next === undefined) break;
    nowMs = next.arrivesAtMs;
    pipeline.received(BLOCK, { sentAtMs: next.sentAtMs, nowMs });
    assert(pipeline.target >= 1 && pipeline.target <= options.ceiling);
  }
  return pipeline;
}

Deno.test("a loopback link of 500 MB/s gets the whole queue within a second", () => {
  const pipeline = run({ ceiling: 2_000, bytesPerSecond: 500e6, delayMs: 0.2, durationMs: 1_000 });
  assert.equal(pipeline.target, 2_000);
  assert(pipeline.bytesPerSecond > 450e6);
});

Deno.test("a far link is filled: twice bandwidth times delay", () => {
  const pipeline = run({ ceiling: 2_000, bytesPerSecond: 20e6, delayMs: 200, durationMs: 5_000 });
  assert(pipeline.bytesPerSecond > 19e6);
  assert(pipeline.target * BLOCK > 1.9 * 20e6 * 0.2, `only ${pipeline.target} in flight`);
});

Deno.test("a slow link is not given seconds of queue", () => {
  const pipeline = run({ ceiling: 2_000, bytesPerSecond: 100e3, delayMs: 20, durationMs: 20_000 });
  assert(pipeline.target <= 6, `${pipeline.target} in flight`);
  assert(pipeline.expectedMs(1) < 400);
});

Deno.test("even the slowest link has four requests in flight: one sent, one waiting, two on their way", () => {
  assert.equal(run({ ceiling: 2_000, bytesPerSecond: 1e3, delayMs: 20, durationMs: 300_000 }).target, 4);
});

Deno.test("a stalled peer is asked for one block until one comes", () => {
  const pipeline = run({ ceiling: 100, bytesPerSecond: 10e6, delayMs: 5, durationMs: 1_000 });
  pipeline.stall();
  assert.equal(pipeline.target, 1);
  pipeline.received(BLOCK, { sentAtMs: 1_000, nowMs: 20_000 });
  assert(pipeline.target > 50);
});

Deno.test("the peer's queue length is a ceiling", () => {
  const pipeline = new Pipeline(250, 32);
  assert.equal(pipeline.target, 32);
  pipeline.setCeiling(8);
  assert.equal(pipeline.target, 8);
  assert.equal(run({ ceiling: 50, bytesPerSecond: 500e6, delayMs: 1, durationMs: 500 }).target, 50);
});
