import assert from "node:assert/strict";
import { formatClock, speakClock } from "./clock_words.ts";

Deno.test("moments are shown and said", () => {
  for (
    const [seconds, shown, said] of [
      [0, "0:00", "the beginning"],
      [5.9, "0:05", "5 seconds"],
      [245, "4:05", "4 minutes 5 seconds"],
      [3723, "1:02:03", "1 hour 2 minutes 3 seconds"],
      [NaN, "0:00", "the beginning"],
      [Infinity, "0:00", "the beginning"],
    ] as const
  ) {
    assert.equal(formatClock(seconds), shown);
    assert.equal(speakClock(seconds), said);
  }
});
