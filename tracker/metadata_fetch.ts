/**
 * Learns what foreign clients' torrents hold: for an info-hash that nobody describes, asks those who announce it for the
 * info dictionary (BEP 9). A few at a time, several candidates for each, ever later when none of them answers.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { fetchMetadata } from "../peer/net/metadata_fetch.ts";
import type { Endpoint } from "../shared/endpoint.ts";
import { type InfoHash, type PeerId, truncateInfoHash } from "../shared/ids.ts";
import type { Info } from "../shared/metainfo.ts";
import { ProtocolError } from "../shared/protocol_error.ts";

/** Our own peers put their torrents at once; when none was put for this time, what is lacking then will not be. */
const GRACE_MS = 3000;

/** While thousands of torrents are put one after the other, those that are lacking wait for this time at most. */
const MAX_GRACE_MS = 5 * 60_000;

/** Connections at once: each may hold the longest info dictionary, and this is a side job. */
export const MAX_FETCHES = 8;

/** Candidates tried in one go. The next go begins with others. */
const MAX_CANDIDATES = 4;

/** Torrents waited for; those beyond are thought of again at their next announce. */
const MAX_WANTED = 10_000;

/** After a first failure, doubled at each further one. */
const FIRST_RETRY_MS = 15_000;
const MAX_RETRY_MS = 30 * 60_000;

/** Until what came or ended is looked at: eighty fetches a second at most, as many as a side job may cost. */
const LOOK_AGAIN_MS = 100;

/** One candidate's time: a slow line still brings an average dictionary in this. */
const CANDIDATE_TIMEOUT_MS = 10_000;

const logger = getLogger(["playswarm", "tracker", "metadata"]);

/** What a {@link MetadataFetcher} is made of. */
export interface MetadataFetcherOptions {
  /** Our name towards the candidates. */
  readonly peerId: PeerId;
  /** Who may have the torrent, the most promising first; none when nobody is left. */
  readonly candidates: (infoHash: InfoHash) => readonly Endpoint[];
  /** Takes what was found, verified against the info-hash. */
  readonly onFound: (info: Info) => void;
  /** Now in milliseconds, on any clock that does not jump. */
  readonly now: () => number;
  /** For tests. */
  readonly fetch?: typeof fetchMetadata;
  readonly graceMs?: number;
  readonly firstRetryMs?: number;
}

/** A torrent that we would like to know. */
interface Wanted {
  readonly sinceMs: number;
  dueAtMs: number;
  failureCount: number;
  isRunning: boolean;
}

/** Fetches until disposed of. */
export class MetadataFetcher implements AsyncDisposable {
  readonly #options: MetadataFetcherOptions;
  readonly #wanted = new Map<InfoHash, Wanted>();
  readonly #running = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isScheduledSoon = false;
  /** When a torrent that was wanted was last put by somebody. */
  #toldAtMs = -Infinity;

  /** Nothing is wanted yet. */
  constructor(options: MetadataFetcherOptions) {
    this.#options = options;
  }

  /** Torrents being waited for. */
  get wantedCount(): number {
    return this.#wanted.size;
  }

  /** Asks for a torrent's metadata, after the time of grace; nothing happens when they are asked for already. */
  want(infoHash: InfoHash): void {
    if (this.#wanted.has(infoHash) || this.#wanted.size >= MAX_WANTED || this.#ending.signal.aborted) return;
    const sinceMs = this.#options.now();
    this.#wanted.set(infoHash, { sinceMs, dueAtMs: sinceMs + this.#graceMs, failureCount: 0, isRunning: false });
    this.#scheduleSoon();
  }

  /** Somebody has put the torrent, and may be about to put the others: they get another time of grace. */
  told(infoHash: InfoHash): void {
    if (this.#wanted.delete(infoHash)) this.#toldAtMs = this.#options.now();
  }

  /** Nobody has the torrent any more. */
  forget(infoHash: InfoHash): void {
    this.#wanted.delete(infoHash);
  }

  /** Ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new DOMException("The tracker stops", "AbortError"));
    clearTimeout(this.#timer);
    this.#wanted.clear();
    await Promise.all(this.#running);
  }

  get #graceMs(): number {
    return this.#options.graceMs ?? GRACE_MS;
  }

  /** {@link #schedule} looks at all: many that come or end within a moment are looked at once. */
  #scheduleSoon(): void {
    if (this.#isScheduledSoon || this.#ending.signal.aborted) return;
    this.#isScheduledSoon = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#schedule(), LOOK_AGAIN_MS);
  }

  /** Starts what is due, and arms the timer for what is due next. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isScheduledSoon = false;
    if (this.#ending.signal.aborted) return;
    const nowMs = this.#options.now();
    let nextAtMs = Infinity;
    for (const [infoHash, wanted] of this.#wanted) {
      if (this.#running.size >= MAX_FETCHES) return;
      if (wanted.isRunning) continue;
      const dueAtMs = this.#dueAtMs(wanted);
      if (dueAtMs <= nowMs) this.#start(infoHash, wanted);
      else nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    if (nextAtMs < Infinity) this.#timer = setTimeout(() => this.#schedule(), Math.max(1, nextAtMs - nowMs));
  }

  #dueAtMs({ sinceMs, dueAtMs }: Wanted): number {
    const graceEndsAtMs = Math.min(this.#toldAtMs + this.#graceMs, sinceMs + MAX_GRACE_MS);
    return Math.max(dueAtMs, graceEndsAtMs);
  }

  #start(infoHash: InfoHash, wanted: Wanted): void {
    wanted.isRunning = true;
    const run = this.#fetch(infoHash, wanted).finally(() => {
      wanted.isRunning = false;
      this.#running.delete(run);
      this.#scheduleSoon();
    });
    this.#running.add(run);
  }

  async #fetch(infoHash: InfoHash, wanted: Wanted): Promise<void> {
    const candidates = this.#options.candidates(infoHash);
    if (candidates.length === 0) return this.forget(infoHash);
    const first = wanted.failureCount * MAX_CANDIDATES % candidates.length;
    const inTurn = [...candidates.slice(first), ...candidates.slice(0, first)].slice(0, MAX_CANDIDATES);
    for (const candidate of inTurn) {
      const info = await this.#ask(infoHash, candidate);
      if (this.#wanted.get(infoHash) !== wanted) return;
      if (info === undefined) continue;
      this.#wanted.delete(infoHash);
      this.#options.onFound(info);
      return;
    }
    const retryMs = (this.#options.firstRetryMs ?? FIRST_RETRY_MS) * 2 ** wanted.failureCount;
    wanted.failureCount++;
    wanted.dueAtMs = this.#options.now() + Math.min(retryMs, MAX_RETRY_MS);
  }

  /** One candidate's answer; undefined when it has none, for whatever reason: the next one is asked then. */
  async #ask(infoHash: InfoHash, candidate: Endpoint): Promise<Info | undefined> {
    const { peerId, fetch = fetchMetadata } = this.#options;
    const { signal } = this.#ending;
    try {
      const info = await fetch(infoHash, candidate, { peerId, timeoutMs: CANDIDATE_TIMEOUT_MS, signal });
      const isIt = info.infoHash === infoHash ||
        (info.infoHashV2 !== undefined && truncateInfoHash(info.infoHashV2) === infoHash);
      if (!isIt) throw new ProtocolError("wrong-torrent", `Cannot take metadata of ${info.infoHash} as ${infoHash}`);
      return info;
    } catch (error) {
      // Unreachable, silent, without metadata, lying or stopped by us: in each case the next candidate is the answer.
      if (!(error instanceof Error)) throw error;
      logger.debug("No metadata of {infoHash} from {candidate}: {error}", { infoHash, candidate, error });
      return undefined;
    }
  }
}
