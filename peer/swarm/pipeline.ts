/**
 * How many requests to keep in flight to one peer: its measured rate times a time horizon (BEP 3 asks for pipelining and
 * leaves the depth open). The horizon is twice the smallest delay seen, at least {@link MIN_HORIZON_MS}, and is probed:
 * now and then it is stretched by half, and stays so only if more came in. So a queue deep enough for the fastest link is
 * found within a few round trips, and a slow link is never given seconds of queue that a seek would have to wait behind.
 * Invariant: `1 <= target <= ceiling`.
 *
 * @module
 */
import { BLOCK_LENGTH } from "../../shared/geometry.ts";

/** The queue grows by a request for each block for this long and this many blocks at most: by then the rate is known. */
const START_MS = 1_000;
const START_COUNT = 256;

/** The fewest requests in flight to a peer that answers: one being sent, one waiting there, two on their way. */
const MIN_BLOCKS = 4;

/** Queue of at least this much time, so that pauses of either side's event loop or disk do not drain it. */
const MIN_HORIZON_MS = 200;

/** Queue of at most this much time: what libtorrent always asks for (`request_queue_time`). */
const MAX_HORIZON_MS = 3_000;

/** Rate is sampled over at least this long, so that one read of the socket is not taken for the rate. */
const SAMPLE_MS = 100;

/** Time constant with which the rate follows slower samples; faster ones are believed at once. */
const SLOWDOWN_MS = 1_000;

/** Time between probes that found nothing. */
const PROBE_INTERVAL_MS = 5_000;

/** A probe is kept when the rate rose by this factor. */
const PROBE_GAIN = 1.1;

/**
 * Requests that are sent together at most. Each batch is a write here and a read there: a GiB came 6 % faster between two
 * of ours with 128 than with 32, and for four seeders on one machine it cost a tenth less.
 */
const MAX_BATCH = 128;

/** The time a block is assumed to take from a peer that has not sent any. */
const UNKNOWN_BLOCK_MS = 50;

/** The measured speed of one peer and the depth of its request queue. */
export class Pipeline {
  #ceiling: number;
  #target: number;
  #rate = 0;
  #minDelayMs = Infinity;
  #receivedCount = 0;
  #firstBlockAtMs = Infinity;
  #isStalled = false;

  #isSampling = false;
  #sampleStartMs = 0;
  #sampleBytes = 0;

  #horizonFactor = 1;
  #isProbing = false;
  #epochStartMs = 0;
  #epochBytes = 0;
  #epochTimeMs = 0;
  #epochRate = 0;

  /**
   * Nothing measured yet.
   *
   * @param ceiling what the peer says it queues, or our own limit if that is smaller
   * @param start requests in flight before anything came; one more for each block that comes, so it doubles each round trip
   */
  constructor(ceiling: number, start: number) {
    this.#ceiling = Math.max(1, ceiling);
    this.#target = Math.min(start, this.#ceiling);
  }

  /** Requests that should be in flight now. */
  get target(): number {
    return this.#isStalled ? 1 : this.#target;
  }

  /** Requests that may be in flight at all. */
  get ceiling(): number {
    return this.#ceiling;
  }

  /** Measured bytes per second while requests were waiting; 0 before the first measurement. */
  get bytesPerSecond(): number {
    return this.#rate;
  }

  /** Room from which on it pays to send more requests: they travel in batches, not one for each block. */
  get batch(): number {
    return Math.max(1, Math.min(MAX_BATCH, this.target >> 3));
  }

  /** Time one block takes at the measured rate, in milliseconds. */
  get blockMs(): number {
    return this.#rate > 0 ? BLOCK_LENGTH * 1000 / this.#rate : UNKNOWN_BLOCK_MS;
  }

  /** Expected time until a block arrives that has `aheadCount` blocks before it in the peer's queue, in milliseconds. */
  expectedMs(aheadCount: number): number {
    const delayMs = Number.isFinite(this.#minDelayMs) ? this.#minDelayMs : UNKNOWN_BLOCK_MS;
    return delayMs + aheadCount * this.blockMs;
  }

  /** Sets the ceiling when the peer's extension handshake names it. */
  setCeiling(ceiling: number): void {
    this.#ceiling = Math.max(1, ceiling);
    this.#target = Math.min(this.#target, this.#ceiling);
  }

  /** A request timed out: ask for one block at a time until one comes. */
  stall(): void {
    this.#isStalled = true;
    this.#isSampling = false;
  }

  /** Nothing is in flight any more: time that passes now says nothing about the peer. */
  idle(): void {
    this.#isSampling = false;
  }

  /** A block of `length` bytes arrived that was requested at `sentAtMs`. */
  received(length: number, options: { readonly sentAtMs: number; readonly nowMs: number }): void {
    const { sentAtMs, nowMs } = options;
    this.#isStalled = false;
    this.#receivedCount++;
    this.#firstBlockAtMs = Math.min(this.#firstBlockAtMs, nowMs);
    if (this.#isStarting(nowMs)) this.#target = Math.min(this.#ceiling, this.#target + 1);
    const delayMs = nowMs - sentAtMs;
    if (delayMs < this.#minDelayMs) this.#minDelayMs = Math.max(0, delayMs);
    if (!this.#isSampling) {
      // The first block after a pause only starts the watch: how long it took is delay, not rate.
      this.#isSampling = true;
      this.#sampleStartMs = nowMs;
      this.#sampleBytes = 0;
      return;
    }
    this.#sampleBytes += length;
    const elapsedMs = nowMs - this.#sampleStartMs;
    if (elapsedMs >= SAMPLE_MS) this.#closeSample(elapsedMs, nowMs);
  }

  #closeSample(elapsedMs: number, nowMs: number): void {
    const sample = this.#sampleBytes * 1000 / elapsedMs;
    if (sample > this.#rate) this.#rate = sample;
    else this.#rate += (sample - this.#rate) * (1 - Math.exp(-elapsedMs / SLOWDOWN_MS));
    this.#epochBytes += this.#sampleBytes;
    this.#epochTimeMs += elapsedMs;
    this.#sampleStartMs = nowMs;
    this.#sampleBytes = 0;
    this.#probe(nowMs);
    this.#retarget(nowMs);
  }

  #baseHorizonMs(): number {
    const delayMs = Number.isFinite(this.#minDelayMs) ? this.#minDelayMs : 0;
    return Math.min(MAX_HORIZON_MS, Math.max(MIN_HORIZON_MS, 2 * delayMs));
  }

  /** An epoch without a probe gives the rate to beat; the epoch with one shows whether a longer queue brings more. */
  #probe(nowMs: number): void {
    const horizonMs = this.#baseHorizonMs() * this.#horizonFactor;
    if (this.#epochStartMs === 0) this.#epochStartMs = nowMs;
    const epochMs = this.#isProbing ? 500 + 2 * horizonMs : PROBE_INTERVAL_MS;
    const isFirst = !this.#isProbing && this.#epochRate === 0 && nowMs - this.#epochStartMs >= 1_000;
    if (nowMs - this.#epochStartMs < epochMs && !isFirst) return;
    const rate = this.#epochTimeMs > 0 ? this.#epochBytes * 1000 / this.#epochTimeMs : 0;
    if (!this.#isProbing) {
      this.#isProbing = horizonMs * 1.5 <= MAX_HORIZON_MS && this.#target < this.#ceiling;
      if (this.#isProbing) this.#horizonFactor *= 1.5;
      else this.#horizonFactor = Math.max(1, this.#horizonFactor * 0.9);
    } else if (rate > this.#epochRate * PROBE_GAIN && horizonMs * 1.5 <= MAX_HORIZON_MS) {
      this.#horizonFactor *= 1.5;
    } else {
      this.#isProbing = false;
      this.#horizonFactor = Math.max(1, this.#horizonFactor / 1.5 * 0.9);
    }
    this.#epochRate = rate;
    this.#epochStartMs = nowMs;
    this.#epochBytes = 0;
    this.#epochTimeMs = 0;
  }

  #isStarting(nowMs: number): boolean {
    return this.#receivedCount < START_COUNT && nowMs - this.#firstBlockAtMs < START_MS;
  }

  #retarget(nowMs: number): void {
    const horizonMs = Math.min(MAX_HORIZON_MS, this.#baseHorizonMs() * this.#horizonFactor);
    const wanted = Math.ceil(this.#rate * horizonMs / 1000 / BLOCK_LENGTH) + 2;
    // A first small sample would shrink what has not been tried yet.
    const floor = this.#isStarting(nowMs) ? this.#target : MIN_BLOCKS;
    this.#target = Math.max(1, Math.min(this.#ceiling, Math.max(floor, wanted)));
  }
}
