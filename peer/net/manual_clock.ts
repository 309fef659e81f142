/**
 * A clock that stands still until a test moves it: waiting code is tested without waiting.
 * @module
 */

import type { Clock } from "./clock.ts";

interface ManualTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock moved by hand. Timers fire in the order of their time, then of their making. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #made = 0;
  readonly #timers = new Set<ManualTimer>();
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /** The time it stands at, 0 at first. */
  now(): number {
    return this.#nowMs;
  }

  /** How many timers are set: 0 when everything that waits has ended. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** See {@link Clock.after}. */
  after(delayMs: number, callback: () => void): Disposable {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#made++, callback };
    this.#timers.add(timer);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return { [Symbol.dispose]: () => this.#timers.delete(timer) };
  }

  /** Moves the time forward by `deltaMs`, stopping at each timer on the way. */
  advance(deltaMs: number): void {
    const target = this.#nowMs + deltaMs;
    for (let timer = this.#next(target); timer !== undefined; timer = this.#next(target)) {
      this.#timers.delete(timer);
      this.#nowMs = timer.dueMs;
      timer.callback();
    }
    this.#nowMs = target;
  }

  /** Waits for a timer to be set if there is none. */
  async untilTimer(): Promise<void> {
    while (this.#timers.size === 0) await this.#changed.promise;
  }

  /** Moves the time to the next timer and fires it; waits for one to be set if there is none. */
  async advanceToNextTimer(): Promise<void> {
    await this.untilTimer();
    const next = this.#next(Infinity);
    if (next !== undefined) this.advance(next.dueMs - this.#nowMs);
  }

  #next(limitMs: number): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > limitMs) continue;
      if (
        first === undefined || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }
}
