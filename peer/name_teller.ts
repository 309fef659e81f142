/**
 * Tells the community's tracker what this peer is called. A tracker believes it of clients that have announced themselves,
 * and forgets it with them: so it is told after each announce that begins something there, and at once when the name is
 * changed. Invariant: it is told by one request at a time, and without a change of the name seldom.
 *
 * @module
 */
import { CommunityError } from "./community_answer.ts";
import { type Clock, systemClock } from "./net/clock.ts";

/** Announces that begin something come by the thousand when a peer with many shares starts: they are told of as one. */
const PAUSE_MS = 10_000;

/** A tracker that could not be reached, or knows nothing of us, is tried again after this, then after twice as long. */
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 5 * 60_000;

/** What a {@link NameTeller} is made of. */
export interface NameTellerOptions {
  /** The name at first; empty for none. */
  readonly name: string;
  /**
   * Tells the tracker; gives whether it knew us.
   *
   * @throws {CommunityError} when it could not be asked, or refused
   */
  readonly tell: (name: string, options: { readonly signal: AbortSignal }) => Promise<boolean>;
  /** The machine's own by default. */
  readonly clock?: Clock;
}

/** Tells until disposed of. */
export class NameTeller implements AsyncDisposable {
  readonly #tell: NameTellerOptions["tell"];
  readonly #clock: Clock;
  readonly #end = new AbortController();
  #name: string;
  #hasAnnounced = false;
  #isDue = false;
  #failureCount = 0;
  #running: Promise<void> | undefined;
  #pause: Disposable | undefined;

  /** Tells nothing before we are known. */
  constructor(options: NameTellerOptions) {
    this.#name = options.name;
    this.#tell = options.tell;
    this.#clock = options.clock ?? systemClock;
  }

  /** An announce began something at the tracker: it may be new to it who we are. */
  noteStarted(): void {
    this.#hasAnnounced = true;
    if (this.#name === "") return;
    this.#isDue = true;
    this.#begin();
  }

  /** Another name, empty for none: the tracker is told at once. */
  rename(name: string): void {
    if (name === this.#name) return;
    this.#name = name;
    if (!this.#hasAnnounced) return;
    this.#isDue = true;
    this.#endPause();
    this.#begin();
  }

  /** Ends what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new DOMException("the session was closed", "AbortError"));
    this.#endPause();
    await this.#running;
  }

  #begin(): void {
    if (!this.#isDue || this.#running !== undefined || this.#pause !== undefined || this.#end.signal.aborted) return;
    this.#isDue = false;
    this.#running = this.#attempt(this.#name).finally(() => {
      this.#running = undefined;
      this.#begin();
    });
  }

  async #attempt(name: string): Promise<void> {
    const isTold = await this.#isToldOf(name);
    if (this.#end.signal.aborted) return;
    this.#failureCount = isTold ? 0 : this.#failureCount + 1;
    if (!isTold) this.#isDue = true;
    // What was set meanwhile waits for nothing.
    if (name !== this.#name) return;
    const retryMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failureCount - 1));
    this.#pause = this.#clock.after(isTold ? PAUSE_MS : retryMs, () => {
      this.#pause = undefined;
      this.#begin();
    });
  }

  async #isToldOf(name: string): Promise<boolean> {
    try {
      return await this.#tell(name, { signal: this.#end.signal });
    } catch (error) {
      if (!(error instanceof CommunityError)) throw error;
      return false;
    }
  }

  #endPause(): void {
    this.#pause?.[Symbol.dispose]();
    this.#pause = undefined;
  }
}
