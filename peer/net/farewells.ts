/**
 * Goodbyes to trackers (BEP 3 `stopped`), one for each torrent that is over here and that a tracker knows of. They are
 * worth little, so they never hold anything up: a tracker that is not reached notices by itself when its lease is over.
 *
 * @module
 */

import { type Announce, TrackerRefusal } from "../../shared/wire/announce.ts";
import type { AskTracker } from "./ask_tracker.ts";
import type { Clock } from "./clock.ts";
import { TrackerFailure } from "./tracker_failure.ts";

/** What is to be said to whom. */
export interface Farewell {
  readonly url: string;
  readonly announce: Announce;
}

/** The goodbyes that wait to be said. */
export class Farewells {
  readonly #ask: AskTracker;
  readonly #clock: Clock;
  readonly #waiting: Farewell[] = [];
  readonly #telling = new Set<Promise<void>>();
  readonly #end = new AbortController();

  /** Says nothing by itself. */
  constructor(options: { readonly ask: AskTracker; readonly clock: Clock }) {
    this.#ask = options.ask;
    this.#clock = options.clock;
  }

  /** Puts one behind the others. */
  add(farewell: Farewell): void {
    this.#waiting.push(farewell);
  }

  /** Says the one that waited longest. Gives the end of it, undefined when none waits. */
  tellNext(): Promise<void> | undefined {
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    const telling = this.#tell(next).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
    return telling;
  }

  /** Says all, many at a time, and waits for those that are being said; gives up on what takes too long. */
  async tellAll(): Promise<void> {
    using _limit = this.#clock.after(STOP_TIMEOUT_MS, () => {
      this.#waiting.length = 0;
      this.#end.abort(new Deno.errors.Interrupted("the announcer has stopped"));
    });
    const tellRest = async () => {
      for (let telling = this.tellNext(); telling !== undefined; telling = this.tellNext()) await telling;
    };
    await Promise.all([...this.#telling, ...Array.from({ length: STOP_CONCURRENCY }, tellRest)]);
  }

  async #tell({ url, announce }: Farewell): Promise<void> {
    const { signal } = this.#end;
    try {
      await this.#ask(url, announce, { signal, hasFallback: true });
    } catch (error) {
      // It will notice by itself when the lease is over.
      if (signal.aborted || error instanceof TrackerFailure || error instanceof TrackerRefusal) return;
      throw error;
    }
  }
}

/** A user who closes the program waits two seconds at most, and there is more to close than this. */
const STOP_TIMEOUT_MS = 1200;
/** More at a time than usually, as there is so little time. */
const STOP_CONCURRENCY = 64;
