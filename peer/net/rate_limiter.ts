/**
 * A speed limit that many connections share: a token bucket that may go into debt, first come first served. Invariant:
 * over any span of time no more is granted than rate × span, one quantum, and what each taker took last.
 *
 * Debt is what makes it simple: a taker asks for what it really moved, of any size, and whoever comes next waits until
 * that is paid. Nobody has to know the size of the bucket, and nothing can be asked for that would never be granted.
 * @module
 */

import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import { type Clock, systemClock } from "./clock.ts";

/** What a {@link RateLimiter} is made of. */
export interface RateLimiterOptions {
  /** Bytes a second, above 0; left out: no limit. */
  readonly rateBytesPerSecond?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** What is taken here is taken there too: the limit of one torrent within that of the program. */
  readonly within?: RateLimiter | undefined;
}

interface Taker {
  readonly bytes: number;
  readonly granted: () => void;
}

/** Shares a number of bytes a second among all who take from it. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #outer: RateLimiter | undefined;
  #rate: number | undefined;
  #tokens: number;
  #refilledAtMs: number;
  readonly #takers = new Set<Taker>();
  #timer: Disposable | undefined;

  /** Throws a RangeError when the rate is not above 0. */
  constructor(options: RateLimiterOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#outer = options.within;
    this.#rate = checkedRate(options.rateBytesPerSecond);
    this.#tokens = this.#bucketBytes;
    this.#refilledAtMs = this.#clock.now();
  }

  /** Bytes a second; undefined: no limit. */
  get rateBytesPerSecond(): number | undefined {
    return this.#rate;
  }

  /** Changes the rate from now on; who waits is served by the new one. Throws a RangeError when it is not above 0. */
  set rateBytesPerSecond(rate: number | undefined) {
    this.#refill();
    this.#rate = checkedRate(rate);
    // An old debt at a much lower new rate would be silence; with no limit there is none.
    this.#tokens = rate === undefined ? 0 : Math.max(this.#tokens, -rate);
    this.#grant();
  }

  /**
   * How many bytes a taker should move in one go, so that many get their turn within a short time: what the rate gives
   * in 50 ms, at least one block. Infinity without a limit.
   */
  get quantumBytes(): number {
    return Math.min(this.#bucketBytes, this.#outer?.quantumBytes ?? Infinity);
  }

  get #bucketBytes(): number {
    return this.#rate === undefined ? Infinity : Math.max(BLOCK_LENGTH, this.#rate * QUANTUM_SECONDS);
  }

  /**
   * Asks to move `bytes` (0 or more). Undefined: go on at once. Else a promise for the moment when it may go on;
   * it rejects with the signal's reason when that aborts, and then nothing was taken.
   */
  take(bytes: number, options: { readonly signal?: AbortSignal } = {}): Promise<void> | undefined {
    const own = this.#take(bytes, options);
    const outer = this.#outer?.take(bytes, options);
    if (own === undefined || outer === undefined) return own ?? outer;
    return Promise.all([own, outer]).then(() => {});
  }

  #take(bytes: number, options: { readonly signal?: AbortSignal }): Promise<void> | undefined {
    if (this.#rate === undefined) return undefined;
    this.#refill();
    if (this.#takers.size === 0 && this.#tokens > 0) {
      this.#tokens -= bytes;
      return undefined;
    }
    return this.#wait(bytes, options.signal);
  }

  #wait(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#takers.delete(taker);
      if (this.#takers.size === 0) this.#disarm();
      reject(signal?.reason);
    };
    const taker: Taker = {
      bytes,
      granted: () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#takers.add(taker);
    this.#arm();
    return promise;
  }

  #refill(): void {
    const now = this.#clock.now();
    if (this.#rate !== undefined) {
      const earned = (now - this.#refilledAtMs) / 1000 * this.#rate;
      this.#tokens = Math.min(this.#bucketBytes, this.#tokens + earned);
    }
    this.#refilledAtMs = now;
  }

  #grant(): void {
    this.#disarm();
    for (const taker of this.#takers) {
      if (this.#rate !== undefined && this.#tokens <= 0) break;
      this.#takers.delete(taker);
      this.#tokens -= taker.bytes;
      taker.granted();
    }
    if (this.#takers.size > 0) this.#arm();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#rate === undefined) return;
    // The first token above zero: one more millisecond than the debt takes, as timers are whole milliseconds.
    const delayMs = Math.max(1, Math.ceil(-this.#tokens / this.#rate * 1000) + 1);
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#refill();
      this.#grant();
    });
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}

/** 20 turns a second: smooth to the eye in a rate display, and far from the cost of a timer per block. */
const QUANTUM_SECONDS = 0.05;

function checkedRate(rate: number | undefined): number | undefined {
  if (rate !== undefined && !(rate > 0 && Number.isFinite(rate))) {
    throw new RangeError(`Cannot limit the rate to a number of bytes a second above 0: current value is ${rate}`);
  }
  return rate;
}
