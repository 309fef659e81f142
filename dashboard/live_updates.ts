/**
 * Live updates of a dashboard as server-sent events (WHATWG HTML, section 9.2): the first event has everything, later
 * ones what changed since the last one that this viewer took. A burst of changes becomes one event, a slow viewer gets
 * fewer and fresher ones, and nothing is queued for it.
 *
 * @module
 */
import type { Handler } from "hono";
import { problem } from "./problem.ts";

/** Least time between two events of one viewer: four a second look continuous and cost little. */
const UPDATE_INTERVAL_MS = 250;

/** A comment after this much silence, below the usual 30 s after which proxies give a silent connection up. */
const HEARTBEAT_MS = 15_000;

/** How many pages may watch at once: a browser keeps six connections to a host, so this is ten browsers and more. */
const MAX_VIEWERS = 64;

/** Where live updates come from. */
export interface LiveSource<Update> {
  /**
   * Tells when something may have changed.
   *
   * @param listener Called after a change, any number of times, cheaply; it must not be called inside `subscribe`.
   * @returns Disposing it ends the calls.
   */
  subscribe(listener: () => void): Disposable;
  /**
   * Starts one viewer.
   *
   * @returns Each call gives what changed since its previous call, the first call all; undefined when nothing did.
   */
  watch(): () => Update | undefined;
}

/** Times and limits of live updates; the defaults are this module's constants. */
export interface LiveOptions {
  readonly intervalMs?: number;
  readonly heartbeatMs?: number;
  readonly maxViewers?: number;
  /** Ends every stream, so that a server can shut down. */
  readonly signal?: AbortSignal;
}

/**
 * The route handler of `GET /api/events`.
 *
 * @param source What changes.
 * @param options Times, limits, and the signal that ends all.
 * @returns A handler that answers `text/event-stream`, each event named `update` with one JSON text as its data; 503 beyond the limit.
 */
export function liveUpdates<Update>(source: LiveSource<Update>, options: LiveOptions = {}): Handler {
  const { maxViewers = MAX_VIEWERS } = options;
  let viewerCount = 0;
  return (context) => {
    const headers = {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no",
    };
    // A HEAD must not open a viewer: nobody would read it, and it would stay.
    if (context.req.method === "HEAD") return new Response(null, { headers });
    if (options.signal?.aborted) return problem(503, { detail: "The program is shutting down." });
    if (viewerCount >= maxViewers) {
      return problem(503, { detail: `${maxViewers} pages are watching already; close some of them.` });
    }
    viewerCount++;
    const viewer = new Viewer(source, {
      intervalMs: options.intervalMs ?? UPDATE_INTERVAL_MS,
      heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
      signal: options.signal,
      onEnd: () => viewerCount--,
    });
    return new Response(viewer.stream, { headers });
  };
}

interface ViewerOptions {
  readonly intervalMs: number;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onEnd: () => void;
}

/** One open event stream. It owns a subscription and at most one timer of each kind; `#end` frees them all. */
class Viewer<Update> {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #options: ViewerOptions;
  readonly #encoder = new TextEncoder();
  readonly #next: () => Update | undefined;
  readonly #onSignal = () => this.#close();
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #subscription: Disposable | undefined;
  #updateTimer: ReturnType<typeof setTimeout> | undefined;
  #heartbeatTimer: ReturnType<typeof setTimeout> | undefined;
  #sentAtMs = -Infinity;
  /** Something changed that no event has told yet. */
  #isDirty = true;

  constructor(source: LiveSource<Update>, options: ViewerOptions) {
    this.#options = options;
    this.#next = source.watch();
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        // A page that lost us asks again after a second.
        controller.enqueue(this.#encoder.encode("retry: 1000\n\n"));
        this.#subscription = source.subscribe(() => this.#changed());
        options.signal?.addEventListener("abort", this.#onSignal);
        this.#armHeartbeat();
      },
      pull: () => this.#flush(),
      cancel: () => this.#end(),
    });
  }

  #changed(): void {
    this.#isDirty = true;
    this.#flush();
  }

  /** Sends what is untold, if the viewer has taken the last event and the interval is over. */
  #flush(): void {
    const controller = this.#controller;
    if (controller === undefined || !this.#isDirty || this.#updateTimer !== undefined) return;
    if ((controller.desiredSize ?? 0) <= 0) return; // `pull` comes back when the viewer has read.
    const waitMs = this.#sentAtMs + this.#options.intervalMs - performance.now();
    if (waitMs > 0) {
      this.#updateTimer = setTimeout(() => {
        this.#updateTimer = undefined;
        this.#flush();
      }, waitMs);
      return;
    }
    this.#isDirty = false;
    try {
      const update = this.#next();
      if (update === undefined) return;
      this.#sentAtMs = performance.now();
      controller.enqueue(this.#encoder.encode(`event: update\ndata: ${JSON.stringify(update)}\n\n`));
      this.#armHeartbeat();
    } catch (error) {
      // Whatever the source throws goes on to whoever reads the stream: the server aborts the connection and says why.
      this.#end();
      controller.error(error);
    }
  }

  #armHeartbeat(): void {
    clearTimeout(this.#heartbeatTimer);
    this.#heartbeatTimer = setTimeout(() => {
      const controller = this.#controller;
      if (controller === undefined) return;
      if ((controller.desiredSize ?? 0) > 0) controller.enqueue(this.#encoder.encode(": heartbeat\n\n"));
      this.#armHeartbeat();
    }, this.#options.heartbeatMs);
  }

  #close(): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    this.#end();
    controller.close();
  }

  #end(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    clearTimeout(this.#updateTimer);
    clearTimeout(this.#heartbeatTimer);
    this.#subscription?.[Symbol.dispose]();
    this.#options.signal?.removeEventListener("abort", this.#onSignal);
    this.#options.onEnd();
  }
}
