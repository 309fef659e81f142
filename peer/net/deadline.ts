/**
 * A time limit joined with a caller's signal: one signal that ends whatever waits, and says by its reason which of the
 * two it was. Disposing of it ends the timer and lets go of the caller's signal.
 * @module
 */

import { ProtocolError } from "../../shared/protocol_error.ts";
import { type Clock, systemClock } from "./clock.ts";

/** What a {@link Deadline} is made of. */
export interface DeadlineOptions {
  /** Milliseconds until it expires. */
  readonly timeoutMs: number;
  /** What took too long: ends the sentence "Cannot wait longer than N ms for …". */
  readonly what: string;
  /** The caller's signal; its reason is passed on. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** A scope with a time limit. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: Disposable;
  readonly #parent: AbortSignal | undefined;
  readonly #onParentAbort = () => this.#controller.abort(this.#parent?.reason);

  /** Starts the time. */
  constructor(options: DeadlineOptions) {
    this.#parent = options.signal;
    this.#timer = (options.clock ?? systemClock).after(options.timeoutMs, () => {
      this.#controller.abort(
        new ProtocolError("timeout", `Cannot wait longer than ${options.timeoutMs} ms for ${options.what}`),
      );
    });
    this.#parent?.addEventListener("abort", this.#onParentAbort, { once: true });
    if (this.#parent?.aborted) this.#onParentAbort();
  }

  /** Aborts with a `ProtocolError` "timeout" when the time is over, or with the reason of the caller's signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it before its time, with a reason of the caller. */
  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Ends the timer; the signal stays as it is. */
  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#parent?.removeEventListener("abort", this.#onParentAbort);
  }
}

/** Calls `close` when the signal aborts, at once if it has; disposing of the result takes that back. */
export function closeOnAbort(signal: AbortSignal, close: () => void): Disposable {
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", close) };
}
