import assert from "node:assert/strict";
import { TrackerRefusal } from "./announce.ts";

Deno.test("tracker refusal: keeps the reason, and when to come back only if it was said", () => {
  const refusal = new TrackerRefusal("Overloaded", { retryInSeconds: 300 });
  assert.equal(refusal.name, "TrackerRefusal");
  assert.equal(refusal.reason, "Overloaded");
  assert.equal(refusal.retryInSeconds, 300);
  assert.match(refusal.message, /Overloaded/);
  assert.equal(new TrackerRefusal("No").retryInSeconds, undefined);
});
