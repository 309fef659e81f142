/**
 * How it stands with each announce address, for all torrents together: a tracker that does not answer one need not be
 * asked by ten thousand others. Pure: time and chance are arguments.
 * @module
 */

import type { TrackerFailure } from "./tracker_failure.ts";

interface Health {
  failureCount: number;
  failedAtMs: number;
  retryAtMs: number;
  message: string;
}

/** The addresses that failed last time. */
export class TrackerHealth {
  readonly #random: () => number;
  readonly #failing = new Map<string, Health>();

  /** `random` gives numbers in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** When the address may be asked (again): -Infinity for one that works or was never asked. */
  retryAtMs(url: string): number {
    return this.#failing.get(url)?.retryAtMs ?? -Infinity;
  }

  /** What went wrong the last time. */
  message(url: string): string | undefined {
    return this.#failing.get(url)?.message;
  }

  /** It answered. */
  succeeded(url: string): void {
    this.#failing.delete(url);
  }

  /** A question that began at `startedAtMs` has failed at `nowMs`. */
  failed(error: TrackerFailure, { startedAtMs, nowMs }: { startedAtMs: number; nowMs: number }): void {
    const health = this.#failing.get(error.url);
    // Questions that were under way together found out together: that is one failure, not sixteen.
    if (health !== undefined && startedAtMs < health.failedAtMs) return;
    const failureCount = (health?.failureCount ?? 0) + 1;
    const delayMs = error.retryInSeconds === undefined
      ? backOffMs(failureCount, this.#random)
      : 1000 * error.retryInSeconds;
    this.#failing.set(error.url, {
      failureCount,
      failedAtMs: nowMs,
      retryAtMs: nowMs + delayMs,
      message: error.message,
    });
  }

  /** Gives the addresses that are meant another chance now. */
  forget(isMeant: (url: string) => boolean): void {
    for (const url of this.#failing.keys()) if (isMeant(url)) this.#failing.delete(url);
  }
}

/** How long to wait after so many failures in a row, in milliseconds. */
export function backOffMs(failureCount: number, random: () => number): number {
  const delayMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failureCount - 1));
  return delayMs * (1 - BACK_OFF_JITTER * random());
}

/** A tracker that was restarted is back within seconds, one that is gone is worth a question every five minutes. */
const FIRST_BACK_OFF_MS = 5000;
const MAX_BACK_OFF_MS = 300_000;
/** The pause is shortened by up to this share, so that the clients of a tracker that failed do not come back as one. */
const BACK_OFF_JITTER = 0.25;
