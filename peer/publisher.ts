/**
 * Keeps the community's tracker supplied with the torrents we have. The tracker is asked first, for hundreds at a time,
 * which it lacks: at most starts it has them all. Those are sent once, again when the tracker was restarted, a few at a
 * time and not too many a second, and later when it could not be reached. A tracker that refuses one is not asked again.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { MediaKind } from "../shared/media_kind.ts";
import { MAX_OFFERED_TORRENTS, type TorrentOffer } from "../shared/torrent_offer.ts";
import { CommunityError } from "./community_answer.ts";
import { type Clock, systemClock } from "./net/clock.ts";

/** Torrents on their way at the same time: enough to hide the delay of a far tracker. */
const MAX_CONCURRENT = 4;
/** Torrents sent in a second, a fifth of what a tracker takes in: ten thousand new ones are there after 20 seconds. */
const MAX_PER_SECOND = 500;
const SECOND_MS = 1_000;
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
  /**
   * Which of these torrents, at most 500, are lacking there, or known less of than is offered.
   *
   * @throws CommunityError when nobody answers; a final one when that cannot be asked there
   */
  wanted(
    offers: readonly TorrentOffer[],
    options: { readonly signal?: AbortSignal },
  ): Promise<ReadonlySet<InfoHash>>;
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
  readonly #clock: Clock;
  readonly #all = new Map<InfoHash, Publication>();
  /** To be offered. */
  readonly #unasked = new Set<InfoHash>();
  /** To be sent. */
  readonly #wanted = new Set<InfoHash>();
  /** The lengths that the tracker knows. */
  readonly #told = new Map<InfoHash, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #isAsking = false;
  #sendingCount = 0;
  #secondBeganAtMs = -Infinity;
  #sentThisSecond = 0;
  /** Set while nothing new may be begun. */
  #rest: Disposable | undefined;

  /** Publishes to this sink, which it does not own; `clock` is the system's by default. */
  constructor(sink: PublicationSink, options: { readonly clock?: Clock } = {}) {
    this.#sink = sink;
    this.#clock = options.clock ?? systemClock;
  }

  /** Publishes a torrent, and keeps it published until it is removed. */
  add(publication: Publication): void {
    this.#all.set(publication.infoHash, publication);
    this.#unasked.add(publication.infoHash);
    this.#fill();
  }

  /** More of a torrent may be known: it is offered again where its length is news. */
  refresh(infoHash: InfoHash): void {
    const durationSeconds = this.#all.get(infoHash)?.durationSeconds?.();
    if (durationSeconds === undefined || this.#told.get(infoHash) === durationSeconds) return;
    this.#unasked.add(infoHash);
    this.#fill();
  }

  /** Does not publish a torrent again. The tracker drops it by itself when nobody has it any more. */
  remove(infoHash: InfoHash): void {
    this.#all.delete(infoHash);
    this.#told.delete(infoHash);
    this.#unasked.delete(infoHash);
    this.#wanted.delete(infoHash);
  }

  /** Offers everything again: the tracker was restarted. */
  publishAll(): void {
    for (const infoHash of this.#all.keys()) this.#unasked.add(infoHash);
    this.#fill();
  }

  /** Ends what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#rest?.[Symbol.dispose]();
    this.#end.abort(new DOMException("the session was closed", "AbortError"));
    this.#unasked.clear();
    this.#wanted.clear();
    await Promise.all(this.#running);
  }

  #fill(): void {
    if (this.#end.signal.aborted || this.#rest !== undefined) return;
    if (!this.#isAsking && this.#unasked.size > 0) this.#run(this.#ask());
    for (const infoHash of this.#wanted) {
      if (this.#sendingCount >= MAX_CONCURRENT || !this.#maySend()) return;
      this.#wanted.delete(infoHash);
      const publication = this.#all.get(infoHash);
      if (publication !== undefined) this.#run(this.#publish(publication));
    }
  }

  #run(task: Promise<void>): void {
    const running = task.finally(() => {
      this.#running.delete(running);
      this.#fill();
    });
    this.#running.add(running);
  }

  /** Whether one more may be sent in this second; if not, goes on in the next. */
  #maySend(): boolean {
    const now = this.#clock.now();
    if (now - this.#secondBeganAtMs >= SECOND_MS) {
      this.#secondBeganAtMs = now;
      this.#sentThisSecond = 0;
    }
    if (this.#sentThisSecond < MAX_PER_SECOND) return true;
    this.#restFor(this.#secondBeganAtMs + SECOND_MS - now);
    return false;
  }

  #restFor(durationMs: number): void {
    this.#rest ??= this.#clock.after(durationMs, () => {
      this.#rest = undefined;
      this.#fill();
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    const asked = [...this.#unasked.values().take(MAX_OFFERED_TORRENTS)];
    for (const infoHash of asked) this.#unasked.delete(infoHash);
    try {
      const offers = asked.flatMap((infoHash) => this.#offer(infoHash));
      const wanted = await this.#askFor(offers);
      for (const { infoHash, durationSeconds } of offers) {
        if (!this.#all.has(infoHash)) continue;
        if (wanted.has(infoHash)) this.#wanted.add(infoHash);
        else if (durationSeconds !== undefined) this.#told.set(infoHash, durationSeconds);
      }
    } catch (error) {
      if (!(error instanceof CommunityError)) throw error;
      this.#later(asked, this.#unasked);
    } finally {
      this.#isAsking = false;
    }
  }

  #offer(infoHash: InfoHash): readonly TorrentOffer[] {
    const publication = this.#all.get(infoHash);
    if (publication === undefined) return [];
    const durationSeconds = publication.durationSeconds?.();
    return [{ infoHash, ...(durationSeconds === undefined ? {} : { durationSeconds }) }];
  }

  /** A tracker that does not take offers gets everything. */
  async #askFor(offers: readonly TorrentOffer[]): Promise<ReadonlySet<InfoHash>> {
    try {
      return await this.#sink.wanted(offers, { signal: this.#end.signal });
    } catch (error) {
      if (!(error instanceof CommunityError) || !error.isFinal) throw error;
      return new Set(offers.map(({ infoHash }) => infoHash));
    }
  }

  async #publish(publication: Publication): Promise<void> {
    const { infoHash, kind } = publication;
    this.#sendingCount++;
    this.#sentThisSecond++;
    try {
      const metainfo = publication.metainfo();
      if (metainfo === undefined) return;
      const durationSeconds = publication.durationSeconds?.();
      if (durationSeconds !== undefined) this.#told.set(infoHash, durationSeconds);
      await this.#sink.publish(metainfo, {
        infoHash,
        kind,
        signal: this.#end.signal,
        ...(durationSeconds === undefined ? {} : { durationSeconds }),
      });
    } catch (error) {
      if (!(error instanceof CommunityError)) throw error;
      if (!error.isFinal) this.#later([infoHash], this.#wanted);
    } finally {
      this.#sendingCount--;
    }
  }

  /** Nobody answered: these wait in their queue for a better moment. */
  #later(infoHashes: readonly InfoHash[], queue: Set<InfoHash>): void {
    if (this.#end.signal.aborted) return;
    for (const infoHash of infoHashes) if (this.#all.has(infoHash)) queue.add(infoHash);
    this.#restFor(RETRY_MS);
  }
}
