/**
 * Finds out which clients take connections from outside: each is tried once, by a TCP handshake without a word. Nobody can
 * make us knock at another's door: only at the very address that an announce came from (which a connection id or a TCP
 * connection has proven), only from the public network, never at a port below 1,024, and seldom.
 * Invariant: at most {@link MAX_PROBES} sockets are open, and each endpoint is remembered before it is tried.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../shared/endpoint.ts";
import { addressWords, reachOf } from "./address_words.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { ClientName } from "./swarm_registry.ts";

/** Below it are the ports of system services (RFC 6335): no client listens there, and others may. */
const FIRST_PROBED_PORT = 1024;

/** Handshakes under way at once. */
export const MAX_PROBES = 16;

/** Handshakes that wait for their turn; whoever comes when there are so many is not tried. */
export const MAX_WAITING = 256;

/** Two handshakes with one address are so far apart: behind one router there may be many clients. */
export const SAME_HOST_MS = 5000;

/** Endpoints remembered, each some hundred bytes; the one tried longest ago is forgotten first. */
const MAX_REMEMBERED = 20_000;

/** Whoever could not be reached is tried again at an announce after this: it may have opened its router meanwhile. */
export const TRY_AGAIN_MS = 60 * 60_000;

/** Three lost packets, sent again after 1, 2 and 4 s (RFC 6298), at the end of which a router would have let one in. */
const TIMEOUT_MS = 8000;

/** What a {@link ReachProbe} is made of. */
export interface ReachProbeOptions {
  /** Takes what was found out. */
  readonly onResult: (client: ClientName, isReachable: boolean) => void;
  /** The machine's own by default. */
  readonly clock?: Clock;
  /** Whether the endpoint takes a connection; for tests. */
  readonly connect?: (endpoint: Endpoint, signal: AbortSignal) => Promise<boolean>;
}

/** What is known of an endpoint. */
interface Trial {
  /** Undefined while it is under way. */
  readonly isReachable: boolean | undefined;
  readonly atMs: number;
}

/** Tries clients until disposed of. */
export class ReachProbe implements AsyncDisposable {
  readonly #options: ReachProbeOptions;
  readonly #clock: Clock;
  readonly #trials = new Map<string, Trial>();
  /** When each address was tried last, of those that may not be tried again yet. */
  readonly #triedAtMs = new Map<string, number>();
  readonly #waiting: ClientName[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #timer: Disposable | undefined;

  /** Nobody was tried yet. */
  constructor(options: ReachProbeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** A client announced from this address that it listens on this port: tells what is known of it, soon or at once. */
  want(client: ClientName): void {
    if (client.port < FIRST_PROBED_PORT || reachOf(addressWords(client.host)) !== "public") return;
    const key = formatEndpoint(client);
    const trial = this.#trials.get(key);
    if (trial?.isReachable !== undefined) this.#options.onResult(client, trial.isReachable);
    const isOver = trial?.isReachable === false && this.#clock.now() - trial.atMs >= TRY_AGAIN_MS;
    if (trial !== undefined && !isOver) return;
    if (this.#waiting.length >= MAX_WAITING || this.#ending.signal.aborted) return;
    this.#remember(key);
    this.#waiting.push(client);
    this.#start();
  }

  /** Ends every handshake. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new DOMException("The tracker stops", "AbortError"));
    this.#timer?.[Symbol.dispose]();
    await Promise.all(this.#running);
  }

  #remember(key: string): void {
    if (this.#trials.size >= MAX_REMEMBERED) {
      const [oldest] = this.#trials.keys();
      if (oldest !== undefined) this.#trials.delete(oldest);
    }
    this.#trials.set(key, { isReachable: undefined, atMs: this.#clock.now() });
  }

  /** Starts whatever may be tried now, and comes back when more may. */
  #start(): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#ending.signal.aborted) return;
    const nowMs = this.#clock.now();
    for (const [host, triedAtMs] of this.#triedAtMs) {
      if (nowMs - triedAtMs < SAME_HOST_MS) break;
      this.#triedAtMs.delete(host);
    }
    for (let index = 0; index < this.#waiting.length && this.#running.size < MAX_PROBES;) {
      const client = this.#waiting[index];
      if (client === undefined || this.#triedAtMs.has(client.host)) index++;
      else {
        this.#waiting.splice(index, 1);
        this.#triedAtMs.set(client.host, nowMs);
        this.#run(client);
      }
    }
    const [firstTriedAtMs] = this.#triedAtMs.values();
    if (this.#waiting.length === 0 || firstTriedAtMs === undefined) return;
    this.#timer = this.#clock.after(firstTriedAtMs + SAME_HOST_MS - nowMs, () => this.#start());
  }

  #run(client: ClientName): void {
    const run = this.#try(client).finally(() => {
      this.#running.delete(run);
      this.#start();
    });
    this.#running.add(run);
  }

  async #try(client: ClientName): Promise<void> {
    const { connect = takesConnection, onResult } = this.#options;
    const isReachable = await connect(client, this.#ending.signal);
    if (this.#ending.signal.aborted) return;
    this.#trials.set(formatEndpoint(client), { isReachable, atMs: this.#clock.now() });
    onResult(client, isReachable);
  }
}

/** Whether a TCP handshake with this endpoint succeeds in time. Nothing is sent. */
export async function takesConnection(endpoint: Endpoint, signal: AbortSignal): Promise<boolean> {
  const ending = new AbortController();
  using _timer = systemClock.after(TIMEOUT_MS, () => ending.abort());
  try {
    const { host: hostname, port } = endpoint;
    const socket = await Deno.connect({ hostname, port, signal: AbortSignal.any([signal, ending.signal]) });
    socket.close();
    return true;
  } catch (error) {
    // Refused, no route, no answer in time, stopped by us: whatever the system has against it, it is a no.
    if (error instanceof Error && !(error instanceof TypeError)) return false;
    throw error;
  }
}
