/**
 * The live updates: one EventSource that is opened again, sooner first and later less often, whenever it breaks. The
 * first update after every opening carries the whole state, so nothing is lost in between.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** Whether what is shown is what is so. */
export type ConnectionState = "connecting" | "live" | "reconnecting";

/** The part of an EventSource that is used. */
export interface EventSourceLike {
  /** As an EventTarget's. */
  addEventListener(type: string, listener: (event: Event) => void): void;
  /** Ends it without an event. */
  close(): void;
}

/** What an {@link EventStream} needs. */
export interface EventStreamOptions<Update> {
  /** Called with each update; `isFirst` means that it replaces everything known. */
  readonly onUpdate: (update: Update, options: { readonly isFirst: boolean }) => void;
  /** Opens the connection. */
  readonly openSource: () => EventSourceLike;
  /** Calls back once after a time, as `setTimeout` does, and gives back what cancels it. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
}

/** The first retry comes after half a second: long enough for a restart to bind its port again. */
const FIRST_RETRY_MS = 500;
/** Later ones at most this far apart: the user who starts the program again does not want to wait. */
const MAX_RETRY_MS = 5000;

/** A stream of updates that mends itself. */
export class EventStream<Update> {
  readonly #options: EventStreamOptions<Update>;
  readonly #connection = signal<ConnectionState>("connecting");
  #source: EventSourceLike | undefined;
  #cancelRetry: (() => void) | undefined;
  #failureCount = 0;

  /** Whether updates arrive now. */
  readonly connection: ReadonlySignal<ConnectionState> = this.#connection;

  /**
   * A stream that is not opened yet.
   *
   * @param options how to connect and whom to tell
   */
  constructor(options: EventStreamOptions<Update>) {
    this.#options = options;
  }

  /** Connects now, unless it is connected. */
  open(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    if (this.#source !== undefined) return;
    const source = this.#options.openSource();
    this.#source = source;
    let isFirst = true;
    source.addEventListener("update", (event) => {
      if (this.#source !== source || !(event instanceof MessageEvent)) return;
      const update: Update = JSON.parse(event.data);
      this.#options.onUpdate(update, { isFirst });
      isFirst = false;
      this.#failureCount = 0;
      this.#connection.value = "live";
    });
    source.addEventListener("error", () => {
      if (this.#source === source) this.#retryLater();
    });
  }

  /** Disconnects until {@link open}. What was received stays. */
  close(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #retryLater(): void {
    this.close();
    this.#connection.value = "reconnecting";
    const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failureCount++);
    this.#cancelRetry = this.#options.schedule(() => this.open(), delayMs);
  }
}

/** A browser tab that is hidden this long gives its connection back: browsers open only six to one server. */
const HIDDEN_CLOSE_MS = 60_000;

/**
 * The stream of a dashboard page, opened; closed while the tab is hidden for long.
 *
 * @param onUpdate called with each update
 * @returns the stream; it lives as long as the page
 */
export function openLiveUpdates<Update>(onUpdate: EventStreamOptions<Update>["onUpdate"]): EventStream<Update> {
  const schedule = (callback: () => void, delayMs: number) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  };
  const stream = new EventStream<Update>({ onUpdate, schedule, openSource: () => new EventSource("/api/events") });
  stream.open();
  let cancelClose = () => {};
  document.addEventListener("visibilitychange", () => {
    cancelClose();
    if (document.visibilityState === "visible") stream.open();
    else cancelClose = schedule(() => stream.close(), HIDDEN_CLOSE_MS);
  });
  globalThis.addEventListener("online", () => stream.open());
  return stream;
}
