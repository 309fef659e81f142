import assert from "node:assert/strict";
import { TrackerFailure } from "./tracker_failure.ts";
import { TrackerHealth } from "./tracker_health.ts";

const url = "udp://a:1";

Deno.test("questions that fail together are one failure", () => {
  const health = new TrackerHealth(() => 0);
  const failure = new TrackerFailure(url, "down");
  assert.equal(health.retryAtMs(url), -Infinity);
  for (let count = 0; count < 16; count++) health.failed(failure, { startedAtMs: 0, nowMs: 100 + count });
  assert.equal(health.retryAtMs(url), 5100);
  health.failed(failure, { startedAtMs: 5100, nowMs: 5200 });
  assert.equal(health.retryAtMs(url), 15_200);
  assert.match(health.message(url) ?? "", /down/);
  health.succeeded(url);
  assert.equal(health.retryAtMs(url), -Infinity);
  assert.equal(health.message(url), undefined);
});

Deno.test("a tracker may say itself when to come back, and be given another chance", () => {
  const health = new TrackerHealth(() => 0);
  health.failed(new TrackerFailure(url, "busy", { retryInSeconds: 100 }), { startedAtMs: 0, nowMs: 0 });
  assert.equal(health.retryAtMs(url), 100_000);
  health.forget((text) => text !== url);
  assert.equal(health.retryAtMs(url), 100_000);
  health.forget((text) => text === url);
  assert.equal(health.retryAtMs(url), -Infinity);
});
