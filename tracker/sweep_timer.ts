/**
 * Goes round all members within a time, a part now and a part then, so that no answer waits for it.
 *
 * @module
 */
import type { MeetingPoint } from "./meeting_point.ts";
import type { Swarms } from "./swarms.ts";

/** Members looked at in one part, where there is time. */
const MEMBERS_PER_PART = 500;

/** Between two looks at the clock. One that leaves ten thousand of its program at one endpoint takes half a millisecond. */
const MEMBERS_PER_STEP = 8;

/** A part ends with the step in which this is over: answers that wait for it are late by no more than some milliseconds. */
const PART_MS = 2;

/** Sweeps until disposed of. */
export class SweepTimer implements Disposable {
  readonly #options: { readonly meeting: MeetingPoint; readonly swarms: Swarms; readonly roundMs: number };
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins; once round takes `roundMs`. */
  constructor(options: { readonly meeting: MeetingPoint; readonly swarms: Swarms; readonly roundMs: number }) {
    this.#options = options;
    this.#schedule();
  }

  /** Ends. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    const { meeting, swarms, roundMs } = this.#options;
    const partCount = Math.max(1, Math.ceil(swarms.sweepLength / MEMBERS_PER_PART));
    this.#timer = setTimeout(() => {
      sweepPart(meeting);
      this.#schedule();
    }, roundMs / partCount);
  }
}

/** One part of the round: bounded in members and, where many of them are gone, in time. */
export function sweepPart(meeting: Pick<MeetingPoint, "sweep">): void {
  const endMs = performance.now() + PART_MS;
  for (let looked = 0; looked < MEMBERS_PER_PART; looked += MEMBERS_PER_STEP) {
    meeting.sweep(MEMBERS_PER_STEP);
    if (performance.now() >= endMs) return;
  }
}
