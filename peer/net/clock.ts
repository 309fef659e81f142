/**
 * Time as the network room sees it: a monotonic now and timers that end with their scope. Everything here that waits is
 * given a clock, so that its tests move the time by hand and never sleep.
 * @module
 */

/** A monotonic clock with timers. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, unrelated to the time of day. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now. Disposing of the timer before then cancels it; later it does nothing. */
  after(delayMs: number, callback: () => void): Disposable;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
