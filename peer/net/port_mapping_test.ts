import assert from "node:assert/strict";
import { ManualClock } from "./manual_clock.ts";
import { PortMapping } from "./port_mapping.ts";

/** A router that agrees or not, and notes what it is asked. */
function router(agrees: boolean) {
  const asked: string[] = [];
  return {
    asked,
    open: () =>
      Promise.resolve({
        map({ publicPort, protocol }: { publicPort: number; protocol: string }) {
          asked.push(`map ${protocol} ${publicPort}`);
          return Promise.resolve(agrees);
        },
        destroy() {
          asked.push("take back");
          return Promise.resolve(true);
        },
      }),
  };
}

Deno.test("port mapping: asked at once, renewed at half of its life, taken back at the end", async () => {
  for (const agrees of [true, false]) {
    const clock = new ManualClock();
    const { asked, open } = router(agrees);
    const outcome = Promise.withResolvers<boolean>();
    {
      await using _mapping = new PortMapping({ port: 6881, clock, open, onOutcome: outcome.resolve });
      assert.equal(await outcome.promise, agrees);
      await clock.advanceToNextTimer();
      assert.equal(clock.now(), 1_800_000);
    }
    assert.deepEqual(asked, ["map TCP 6881", "map TCP 6881", "take back"]);
    assert.equal(clock.timerCount, 0);
  }
});

Deno.test("port mapping: who leaves at once says nothing and leaves nothing", async () => {
  const { asked, open } = router(true);
  await using mapping = new PortMapping({ port: 6881, open, onOutcome: () => assert.fail("it has left") });
  await mapping[Symbol.asyncDispose]();
  assert.equal(asked.at(-1), "take back");
  assert.equal(asked.filter((text) => text.startsWith("map")).length, asked.length - 1);
});

Deno.test("port mapping: a silent router is not waited for long", async () => {
  const clock = new ManualClock();
  const silence = Promise.withResolvers<never>();
  const mapping = new PortMapping({ port: 1, clock, open: () => silence.promise, onOutcome: () => {} });
  const leaving = mapping[Symbol.asyncDispose]();
  await clock.advanceToNextTimer();
  await leaving;
  assert.equal(clock.now(), 2_000);
});
