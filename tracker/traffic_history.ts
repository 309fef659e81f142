/**
 * What the tracker did in the last hour, span by span: a fixed number of samples, the oldest making room for the newest.
 *
 * @module
 */
import type { TrackerStatus, TrafficSample } from "../shared/tracker_dashboard_views.ts";

/** The length of a span: short enough to see a burst, long enough for 360 of them to be an hour. */
const SPAN_MS = 10_000;

/** Spans that are kept. */
const MAX_SAMPLES = 360;

/** What a sample is taken from. */
export type TrafficTotals = Pick<TrackerStatus, "clientCount" | "announceCount" | "uploadedBytes">;

/** The last hour. */
export class TrafficHistory {
  #samples: readonly TrafficSample[] = [];
  #last: { readonly atMs: number; readonly totals: TrafficTotals };

  /** Begins with what is counted already. */
  constructor(totals: TrafficTotals, nowMs: number) {
    this.#last = { atMs: nowMs, totals };
  }

  /** Ends a span. */
  add(totals: TrafficTotals, nowMs: number): void {
    const { atMs, totals: before } = this.#last;
    if (nowMs <= atMs) return;
    const rate = (now: number, then: number) => Math.max(0, now - then) * 1000 / (nowMs - atMs);
    this.#last = { atMs: nowMs, totals };
    this.#samples = [...this.#samples, {
      atMs: nowMs,
      clientCount: totals.clientCount,
      announceRate: rate(announcesOf(totals), announcesOf(before)),
      uploadRate: rate(totals.uploadedBytes, before.uploadedBytes),
    }].slice(-MAX_SAMPLES);
  }

  /** The spans that ended after a moment, the oldest first. */
  since(atMs: number): readonly TrafficSample[] {
    return this.#samples.filter((sample) => sample.atMs > atMs);
  }
}

/**
 * Ends a span of a history every ten seconds until it is disposed.
 *
 * @param history what the samples are added to
 * @param ask gives what is counted until now
 */
export function sampleTraffic(history: TrafficHistory, ask: () => TrafficTotals): Disposable {
  const timer = setInterval(() => history.add(ask(), Date.now()), SPAN_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function announcesOf({ announceCount }: TrafficTotals): number {
  return announceCount.udp + announceCount.http;
}
