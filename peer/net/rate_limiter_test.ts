import assert from "node:assert/strict";
import { ManualClock } from "./manual_clock.ts";
import { RateLimiter } from "./rate_limiter.ts";

Deno.test("without a rate everything goes on at once", () => {
  const limiter = new RateLimiter();
  assert.equal(limiter.take(1e9), undefined);
  assert.equal(limiter.quantumBytes, Infinity);
});

Deno.test("a rate that is not above zero is refused", () => {
  for (const rateBytesPerSecond of [0, -1, NaN, Infinity]) {
    assert.throws(() => new RateLimiter({ rateBytesPerSecond }), RangeError);
  }
});

for (const rate of [50_000, 1_000_000, 80_000_000]) {
  Deno.test(`${rate} bytes a second are kept within 5 % over 5 s by 20 takers, and shared fairly`, async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ rateBytesPerSecond: rate, clock });
    const ending = new AbortController();
    const moved = new Array<number>(20).fill(0);
    const takers = moved.map(async (_, taker) => {
      while (!ending.signal.aborted) {
        const turn = limiter.take(16_384, { signal: ending.signal });
        if (turn !== undefined) await turn.catch((error) => assert.equal(error, ending.signal.reason));
        if (!ending.signal.aborted) moved[taker] = (moved[taker] ?? 0) + 16_384;
      }
    });
    // One second for the first burst to settle, then the five that are measured.
    const total = () => moved.reduce((sum, bytes) => sum + bytes, 0);
    const pass = async (ms: number) => {
      for (let step = 0; step < ms / 5; step++) {
        clock.advance(5);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await pass(1000);
    const before = total();
    await pass(5000);
    const perSecond = (total() - before) / 5;
    ending.abort();
    await Promise.all(takers);
    assert.ok(Math.abs(perSecond / rate - 1) < 0.05, `${perSecond} of ${rate} bytes a second`);
    // At first one of them had the bucket that stood full.
    assert.ok(Math.max(...moved) - Math.min(...moved) <= 2 * limiter.quantumBytes, `${moved}`);
    assert.equal(clock.timerCount, 0);
  });
}

Deno.test("debt is paid before anything else goes", async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ rateBytesPerSecond: 100_000, clock });
  assert.equal(limiter.take(116_384), undefined); // 16,384 were there, 100,000 are owed: one second
  let isGranted = false;
  const turn = limiter.take(1)?.then(() => isGranted = true);
  clock.advance(999);
  await Promise.resolve();
  assert.equal(isGranted, false);
  clock.advance(3);
  await turn;
  assert.equal(isGranted, true);
});

Deno.test("lifting the limit lets all go who wait", async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ rateBytesPerSecond: 1000, clock });
  limiter.take(1_000_000);
  const turns = [limiter.take(10), limiter.take(10)];
  limiter.rateBytesPerSecond = undefined;
  await Promise.all(turns);
  assert.equal(clock.timerCount, 0);
});

Deno.test("a signal ends the waiting, and nothing was taken", async () => {
  const clock = new ManualClock();
  const limiter = new RateLimiter({ rateBytesPerSecond: 100_000, clock });
  limiter.take(116_384);
  const ending = new AbortController();
  const turn = limiter.take(1_000_000, { signal: ending.signal });
  ending.abort(new Error("over"));
  await assert.rejects(async () => await turn, /over/);
  assert.equal(clock.timerCount, 0);
  clock.advance(1001);
  assert.equal(limiter.take(1), undefined);
});

Deno.test("the limit of one torrent within that of all: each is kept within 5 % over 5 s", async () => {
  const clock = new ManualClock();
  const all = new RateLimiter({ rateBytesPerSecond: 1_000_000, clock });
  // One torrent has a limit of its own, the other takes what is left.
  const limiters = [
    new RateLimiter({ rateBytesPerSecond: 200_000, clock, within: all }),
    new RateLimiter({ within: all, clock }),
  ];
  const ending = new AbortController();
  const moved = [0, 0];
  const takers = limiters.flatMap((limiter, torrent) =>
    Array.from({ length: 5 }, async () => {
      while (!ending.signal.aborted) {
        const turn = limiter.take(16_384, { signal: ending.signal });
        if (turn !== undefined) await turn.catch((error) => assert.equal(error, ending.signal.reason));
        if (!ending.signal.aborted) moved[torrent] = (moved[torrent] ?? 0) + 16_384;
      }
    })
  );
  const pass = async (ms: number) => {
    for (let step = 0; step < ms / 5; step++) {
      clock.advance(5);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await pass(1_000);
  const before = [...moved];
  await pass(5_000);
  const [limited = 0, other = 0] = moved.map((bytes, torrent) => (bytes - (before[torrent] ?? 0)) / 5);
  ending.abort();
  await Promise.all(takers);
  assert.ok(Math.abs(limited / 200_000 - 1) < 0.05, `${limited} of 200,000 bytes a second`);
  assert.ok(Math.abs((limited + other) / 1_000_000 - 1) < 0.05, `${limited + other} of 1,000,000 bytes a second`);
});
