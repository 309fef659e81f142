/**
 * The tracker's time: whoever waits is given a clock, so that its tests move the time by hand.
 *
 * @module
 */

/** A clock with timers. */
export interface Clock {
  /** Milliseconds on a clock that does not jump. */
  now(): number;
  /** Calls back once; disposing of the answer before cancels it. */
  after(delayMs: number, callback: () => void): Disposable;
}

/** The machine's own. */
export const systemClock: Clock = {
  now: monotonicMs,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** Milliseconds since 1970 when the program started and from then on without jumps: setting the clock ends no lease. */
export function monotonicMs(): number {
  return performance.timeOrigin + performance.now();
}
