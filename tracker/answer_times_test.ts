import assert from "node:assert/strict";
import { AnswerTimes, SAMPLE_EVERY } from "./answer_times.ts";

Deno.test("one answer in so many is measured, in seconds", () => {
  let nowMs = 1000;
  const observed: number[] = [];
  const times = new AnswerTimes({ now: () => nowMs, observe: (seconds) => observed.push(seconds) });
  for (let answer = 0; answer <= SAMPLE_EVERY; answer++) {
    const begun = times.begin();
    nowMs += 4;
    times.end(begun);
  }
  assert.deepEqual(observed, [0.004, 0.004]);
});
