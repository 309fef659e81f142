/**
 * Bytes per second of one direction of one peer, smoothed over a few seconds: what a dashboard shows and what the choker
 * compares. Invariant: costs constant time and space however many bytes are added.
 *
 * @module
 */

/** Time constant of the smoothing: long enough that bursts do not flicker, short enough that a stop shows within seconds. */
const TIME_CONSTANT_MS = 4_000;

/** A meter younger than this would divide by almost nothing. */
const MIN_AGE_MS = 500;

/** An exponentially smoothed rate with the warm-up bias removed. */
export class RateMeter {
  readonly #startedAtMs: number;
  #updatedAtMs: number;
  #weightedBytes = 0;
  #totalBytes = 0;

  /** Starts at rate 0 at `nowMs`. */
  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
    this.#updatedAtMs = nowMs;
  }

  /** All bytes ever added. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Counts bytes that were moved at `nowMs`. */
  add(byteCount: number, nowMs: number): void {
    this.#decay(nowMs);
    this.#weightedBytes += byteCount;
    this.#totalBytes += byteCount;
  }

  /** The smoothed rate in bytes per second. */
  bytesPerSecond(nowMs: number): number {
    this.#decay(nowMs);
    const ageMs = Math.max(MIN_AGE_MS, this.#updatedAtMs - this.#startedAtMs);
    const observedMs = TIME_CONSTANT_MS * (1 - Math.exp(-ageMs / TIME_CONSTANT_MS));
    return this.#weightedBytes * 1000 / observedMs;
  }

  #decay(nowMs: number): void {
    const elapsedMs = nowMs - this.#updatedAtMs;
    if (elapsedMs <= 0) return;
    this.#weightedBytes *= Math.exp(-elapsedMs / TIME_CONSTANT_MS);
    this.#updatedAtMs = nowMs;
  }
}
