/**
 * Goes round all members within a time, a part now and a part then, so that no answer waits for it.
 *
 * @module
 */
import type { MeetingPoint } from "./meeting_point.ts";
import type { Swarms } from "./swarms.ts";

/** Members looked at in one go: even if all of them are gone it is done within some milliseconds. */
const MEMBERS_AT_ONCE = 500;

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
    const partCount = Math.max(1, Math.ceil(swarms.sweepLength / MEMBERS_AT_ONCE));
    this.#timer = setTimeout(() => {
      meeting.sweep(MEMBERS_AT_ONCE);
      this.#schedule();
    }, roundMs / partCount);
  }
}
