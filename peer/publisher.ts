/**
 * Keeps the community's tracker supplied with the torrents we have: each is sent once, again when the tracker was
 * restarted, a few at a time, and later when it could not be reached. A tracker that refuses one is not asked again.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { MediaKind } from "../shared/media_kind.ts";
import { CommunityError } from "./community_answer.ts";

/** Torrents on their way at the same time: enough to hide the delay of a far tracker. */
const MAX_CONCURRENT = 4;
/** A tracker that could not be reached is tried again after this. */
const RETRY_MS = 3_000;

/** What is published. */
export interface Publication {
  readonly infoHash: InfoHash;
  readonly kind: MediaKind;
  /** The .torrent, made when its turn comes: thousands of them are not held in memory. Undefined: it is gone by then. */
  metainfo(): Uint8Array | undefined;
  /** How long it plays, as far as that is known when its turn comes. */
  durationSeconds?(): number | undefined;
}

/** Where to; the community's tracker is one. */
export interface PublicationSink {
  /** Hands over a .torrent. @throws CommunityError when it is refused or nobody answers */
  publish(
    metainfo: Uint8Array,
    options: {
      readonly infoHash: InfoHash;
      readonly kind: MediaKind;
      readonly durationSeconds?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
}

/** Publishes until disposed. */
export class Publisher implements AsyncDisposable {
  readonly #sink: PublicationSink;
  readonly #retryMs: number;
  readonly #all = new Map<InfoHash, Publication>();
  readonly #waiting = new Set<InfoHash>();
  /** The lengths that were sent. */
  readonly #sent = new Map<InfoHash, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  /** Publishes to this sink, which it does not own; tries again after `retryMs` (three seconds) when that is away. */
  constructor(sink: PublicationSink, options: { readonly retryMs?: number } = {}) {
    this.#sink = sink;
    this.#retryMs = options.retryMs ?? RETRY_MS;
  }

  /** Publishes a torrent, and keeps it published until it is removed. */
  add(publication: Publication): void {
    this.#all.set(publication.infoHash, publication);
    this.#waiting.add(publication.infoHash);
    this.#fill();
  }

  /** More of a torrent may be known: it is sent again where its length is news. */
  refresh(infoHash: InfoHash): void {
    const durationSeconds = this.#all.get(infoHash)?.durationSeconds?.();
    if (durationSeconds === undefined || this.#sent.get(infoHash) === durationSeconds) return;
    this.#waiting.add(infoHash);
    this.#fill();
  }

  /** Does not publish a torrent again. The tracker drops it by itself when nobody has it any more. */
  remove(infoHash: InfoHash): void {
    this.#all.delete(infoHash);
    this.#sent.delete(infoHash);
    this.#waiting.delete(infoHash);
  }

  /** Sends everything again: the tracker was restarted. */
  publishAll(): void {
    for (const infoHash of this.#all.keys()) this.#waiting.add(infoHash);
    this.#fill();
  }

  /** Ends what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#end.abort(new DOMException("the session was closed", "AbortError"));
    this.#waiting.clear();
    await Promise.all(this.#running);
  }

  #fill(): void {
    if (this.#end.signal.aborted || this.#retryTimer !== undefined) return;
    for (const infoHash of this.#waiting) {
      if (this.#running.size >= MAX_CONCURRENT) return;
      this.#waiting.delete(infoHash);
      const publication = this.#all.get(infoHash);
      if (publication === undefined) continue;
      const running = this.#publish(publication).finally(() => {
        this.#running.delete(running);
        this.#fill();
      });
      this.#running.add(running);
    }
  }

  async #publish(publication: Publication): Promise<void> {
    const { infoHash, kind } = publication;
    try {
      const metainfo = publication.metainfo();
      if (metainfo === undefined) return;
      const durationSeconds = publication.durationSeconds?.();
      if (durationSeconds !== undefined) this.#sent.set(infoHash, durationSeconds);
      await this.#sink.publish(metainfo, {
        infoHash,
        kind,
        signal: this.#end.signal,
        ...(durationSeconds === undefined ? {} : { durationSeconds }),
      });
    } catch (error) {
      if (!(error instanceof CommunityError)) throw error;
      if (error.isFinal || this.#end.signal.aborted || !this.#all.has(infoHash)) return;
      this.#waiting.add(infoHash);
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = undefined;
        this.#fill();
      }, this.#retryMs);
    }
  }
}
