/**
 * Asks trackers over UDP (BEP 15; path and query by BEP 41). Invariant: every question ends, with an answer, a refusal, a
 * failure or the caller's signal.
 *
 * Retransmission: BEP 15 waits 15·2ⁿ seconds. Here the first wait is short and doubles, and the number of attempts is
 * small: a silent tracker is left to the announcer, which goes on to the next one and comes back later and later.
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import type { InfoHash } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { type Announce, type AnnounceResponse, type ScrapeEntry, TrackerRefusal } from "../../shared/wire/announce.ts";
import {
  type UdpAnnounceResponse,
  type UdpRequest,
  type UdpResponse,
  type UdpScrapeResponse,
} from "../../shared/wire/udp_tracker.ts";
import { type Clock, systemClock } from "./clock.ts";
import { hostAddresses } from "./host_addresses.ts";
import { isNetworkError } from "./socket.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { parseTrackerUrl } from "./tracker_url.ts";
import { UdpExchange } from "./udp_exchange.ts";

/** What a {@link UdpTrackerClient} is made of. */
export interface UdpTrackerClientOptions {
  /** Gives numbers in [0, 1) that nobody can guess: transaction ids are what keeps strangers from answering. */
  readonly random: () => number;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Milliseconds of the first attempt; each later one waits twice as long. Default 1500. */
  readonly firstTimeoutMs?: number | undefined;
}

/** How one question is asked. */
export interface UdpAskOptions {
  /** How often it is sent. Default 3: with the default first wait, 10.5 s until a tracker counts as silent. */
  readonly attempts?: number | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

interface Connection {
  readonly id: Promise<bigint>;
  readonly expiresAtMs: number;
}

interface Ids {
  readonly connectionId: bigint;
  readonly transactionId: number;
}

interface Question {
  readonly url: string;
  readonly make: (ids: Ids) => UdpRequest;
  readonly options: UdpAskOptions;
}

/** The UDP side of announcing and scraping. It owns its sockets: dispose of it. */
export class UdpTrackerClient implements AsyncDisposable {
  readonly #exchange: UdpExchange;
  readonly #clock: Clock;
  readonly #firstTimeoutMs: number;
  readonly #connections = new Map<string, Connection>();

  /** Opens nothing until it is asked. */
  constructor(options: UdpTrackerClientOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#exchange = new UdpExchange({ random: options.random, clock: this.#clock });
    this.#firstTimeoutMs = options.firstTimeoutMs ?? DEFAULT_FIRST_TIMEOUT_MS;
  }

  /**
   * Announces to `udp://host:port/path`.
   *
   * Throws `TrackerRefusal` with the tracker's words, `TrackerFailure` when it cannot be asked, or the signal's reason.
   */
  async announce(url: string, announce: Announce, options: UdpAskOptions = {}): Promise<AnnounceResponse> {
    const { path } = parseTrackerUrl(url);
    const response = await this.#ask({
      url,
      options,
      make: (ids) => ({ ...announce, type: "announce", ...ids, ...(path !== "" && { path }) }),
    });
    if (response.type !== "announce") throw unexpected(url, response);
    return announceResponse(response);
  }

  /** Scrapes swarms (at most `MAX_SCRAPED_SWARMS`), in the order given. Throws like `announce`. */
  async scrape(
    url: string,
    infoHashes: readonly InfoHash[],
    options: UdpAskOptions = {},
  ): Promise<readonly ScrapeEntry[]> {
    const response = await this.#ask({ url, options, make: (ids) => ({ type: "scrape", ...ids, infoHashes }) });
    if (response.type !== "scrape") throw unexpected(url, response);
    return scrapeEntries(response, infoHashes);
  }

  /** Closes the sockets; what was being asked fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exchange[Symbol.asyncDispose]();
  }

  async #ask(question: Question): Promise<UdpResponse> {
    const { url, options } = question;
    const attempts = options.attempts ?? DEFAULT_ATTEMPTS;
    const addresses = await resolve(url);
    let lastError: Error | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      options.signal?.throwIfAborted();
      const address = addresses[attempt % addresses.length];
      if (address === undefined) break;
      try {
        return await this.#attempt(question, { address, timeoutMs: this.#firstTimeoutMs * 2 ** attempt });
      } catch (error) {
        if (options.signal?.aborted) throw options.signal.reason;
        if (!(error instanceof ProtocolError) && !isNetworkError(error)) throw error;
        // It may have restarted since it gave the id: a new attempt begins anew.
        this.#connections.delete(formatEndpoint(address));
        lastError = error;
      }
      if (this.#exchange.isClosed) break;
    }
    const isSilent = lastError instanceof ProtocolError && lastError.code === "timeout";
    const reason = isSilent ? `no answer to ${attempts} attempts` : lastError?.message ?? "its name has no address";
    throw new TrackerFailure(url, reason, { cause: lastError });
  }

  /** Connect, if there is no fresh connection id, and the question itself. */
  async #attempt(question: Question, how: { address: Endpoint; timeoutMs: number }): Promise<UdpResponse> {
    const { signal } = question.options;
    const key = formatEndpoint(how.address);
    for (let isSecond = false;; isSecond = true) {
      const known = this.#connections.get(key);
      const isFresh = known !== undefined && this.#clock.now() < known.expiresAtMs;
      const connection = isFresh ? known : this.#connect(how);
      const connectionId = await untilAborted(connection.id, signal);
      const response = await this.#exchange.ask((transactionId) => question.make({ connectionId, transactionId }), {
        ...how,
        signal,
      });
      if (response.type !== "error") return response;
      // An id that has just been given is good, so the no is meant; an older one may be what it objects to.
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
      if (!isFresh || isSecond) throw new TrackerRefusal(response.message);
    }
  }

  /** Asks for a connection id, for all who need it now and for the next minute (BEP 15). */
  #connect(how: { address: Endpoint; timeoutMs: number }): Connection {
    const connection = { id: this.#connectionId(how), expiresAtMs: this.#clock.now() + CONNECTION_ID_LIFE_MS };
    if (this.#connections.size >= MAX_CONNECTIONS) this.#forgetExpired();
    this.#connections.set(formatEndpoint(how.address), connection);
    return connection;
  }

  async #connectionId(how: { address: Endpoint; timeoutMs: number }): Promise<bigint> {
    const response = await this.#exchange.ask((transactionId) => ({ type: "connect", transactionId }), how);
    if (response.type === "error") throw new TrackerRefusal(response.message);
    if (response.type !== "connect") {
      throw new ProtocolError("unexpected", `Cannot use ${response.type} as the answer to connect`);
    }
    return response.connectionId;
  }

  #forgetExpired(): void {
    const now = this.#clock.now();
    for (const [key, { expiresAtMs }] of this.#connections) {
      if (expiresAtMs <= now) this.#connections.delete(key);
    }
  }
}

/** Several round trips to the far side of the world, and short enough that a fallback to HTTP comes soon. */
const DEFAULT_FIRST_TIMEOUT_MS = 1500;
const DEFAULT_ATTEMPTS = 3;
/** "A client can use a connection ID until one minute after it has received it" (BEP 15). */
const CONNECTION_ID_LIFE_MS = 60_000;
/** Trackers in use at a time; beyond it expired ids are looked for. */
const MAX_CONNECTIONS = 256;
/** All addresses of the tracker's host, IPv4 first: each attempt takes the next. */
async function resolve(url: string): Promise<readonly Endpoint[]> {
  const { host, port } = parseTrackerUrl(url);
  const addresses = await hostAddresses(host);
  if (addresses.length === 0) throw new TrackerFailure(url, `there is no address for ${host}`);
  return addresses.map((address) => ({ host: address, port }));
}

/** The promise, or the signal's reason as soon as it aborts; the promise is shared and goes on. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function unexpected(url: string, response: UdpResponse): TrackerFailure {
  return new TrackerFailure(url, `it answered with ${response.type}`);
}

function announceResponse(response: UdpAnnounceResponse): AnnounceResponse {
  const { type: _type, transactionId: _transactionId, ...answer } = response;
  return answer;
}

function scrapeEntries(response: UdpScrapeResponse, infoHashes: readonly InfoHash[]): readonly ScrapeEntry[] {
  const entries: ScrapeEntry[] = [];
  infoHashes.forEach((infoHash, index) => {
    const counts = response.swarms[index];
    if (counts !== undefined) entries.push({ infoHash, ...counts });
  });
  return entries;
}
