import assert from "node:assert/strict";
import { CommunityError } from "./community_answer.ts";
import { NameTeller } from "./name_teller.ts";
import { ManualClock } from "./net/manual_clock.ts";

/** A teller on a clock of its own, and what its tracker was told. */
function start(name: string) {
  const told: string[] = [];
  const clock = new ManualClock();
  const tracker = { answer: (): boolean => true };
  const tell = (name: string) => {
    told.push(name);
    return Promise.resolve().then(() => tracker.answer());
  };
  return { teller: new NameTeller({ name, tell, clock }), told, clock, tracker };
}

Deno.test("it is told when we are known, then seldom however much begins, and each change at once", async () => {
  const { teller, told, clock } = start("Anna");
  assert.deepEqual(told, [], "nobody knows us yet");
  for (let share = 0; share < 1000; share++) teller.noteStarted();
  assert.deepEqual(told, ["Anna"]);
  await clock.advanceToNextTimer();
  assert.deepEqual(told, ["Anna", "Anna"], "one more for all that began meanwhile");
  await clock.advanceToNextTimer();
  assert.equal(told.length, 2, "nothing began");
  teller.rename("Berta");
  teller.rename("Berta");
  teller.rename("Clara");
  assert.equal(told.at(-1), "Berta");
  while (told.at(-1) !== "Clara") await Promise.resolve();
  await clock.advanceToNextTimer();
  teller.rename("");
  assert.deepEqual(told.slice(2), ["Berta", "Clara", ""]);
  await teller[Symbol.asyncDispose]();
  assert.equal(clock.timerCount, 0);
});

Deno.test("without a name nothing is told", async () => {
  const { teller, told, clock } = start("");
  teller.noteStarted();
  await teller[Symbol.asyncDispose]();
  teller.rename("Anna");
  assert.deepEqual([told, clock.timerCount], [[], 0]);
});

Deno.test("a tracker that does not know us, or does not answer, is told again, with growing pauses", async () => {
  const { teller, told, clock, tracker } = start("Anna");
  tracker.answer = () => false;
  teller.noteStarted();
  const attempts: number[] = [];
  for (let count = 0; count < 12; count++) {
    await clock.advanceToNextTimer();
    attempts.push(clock.now());
    if (count === 3) {
      tracker.answer = () => {
        throw new CommunityError("it is away");
      };
    }
  }
  assert.deepEqual(attempts.slice(0, 5), [2_000, 6_000, 14_000, 30_000, 62_000]);
  assert.equal((attempts[11] ?? 0) - (attempts[10] ?? 0), 300_000);
  let isKnown = false;
  tracker.answer = () => isKnown = true;
  while (!isKnown) await clock.advanceToNextTimer();
  teller.rename("Berta");
  while (told.at(-1) !== "Berta") await Promise.resolve();
  await teller[Symbol.asyncDispose]();
});
