/**
 * The community's tracker as a peer talks to it over HTTP beside the announces: its catalogue, the torrents that it
 * keeps, and the publishing of our own. It watches for changes by the catalogue's entity tag, which costs the tracker
 * nothing while nothing changes.
 *
 * @module
 */
import type { CataloguePage } from "../shared/dashboard_views.ts";
import { type Endpoint, formatEndpoint } from "../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../shared/ids.ts";
import type { MediaKind, PeerMode } from "../shared/media_kind.ts";
import { MAX_METAINFO_LENGTH } from "../shared/metainfo.ts";
import { ProtocolError } from "../shared/protocol_error.ts";
import type { TorrentOffer } from "../shared/torrent_offer.ts";
import { CommunityError, limitedBytes, readCataloguePage, readWanted, refusal } from "./community_answer.ts";
import { closeOnAbort, Deadline } from "./net/deadline.ts";
import { hostAddresses } from "./net/host_addresses.ts";
import { announceUrlsOf, type CommunityAddress, trackerBase } from "./tracker_address.ts";

/** While somebody looks at the catalogue: new files have to be seen within seconds. */
const WATCHED_POLL_MS = 1_500;
/** While nobody looks: often enough to notice soon that the tracker was restarted and has forgotten us. */
const IDLE_POLL_MS = 10_000;
/** A tracker in the same house answers in milliseconds; one far away in less than this. */
const REQUEST_TIMEOUT_MS = 8_000;
/** A page has at most some hundred rows of some hundred bytes; this is far beyond. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Info-hashes that the tracker says it wants: twice what an offer may hold. */
const MAX_WANTED_BYTES = 64 * 1024;

/** What may be asked of the catalogue. */
export interface CatalogueQuery {
  readonly mode?: PeerMode | "subtitles";
  /** Words that the name has to contain. */
  readonly q?: string;
  readonly sort?: string;
  readonly cursor?: string;
  readonly limit?: number;
  /** Rows to pass over first. */
  readonly offset?: number;
  /** Extensions of what is left out, with commas between them. */
  readonly without?: string;
  /** Only what somebody on our network has. */
  readonly near?: true;
}

/** How to reach the tracker and whom to tell of changes. */
export interface CommunityOptions extends CommunityAddress {
  /** The catalogue changed, or the tracker came or went. */
  readonly onChange: () => void;
  /** The tracker was restarted: it has forgotten who we are and what we have. */
  readonly onRestart: () => void;
}

/** The HTTP side of the tracker. Watches it from {@link start} until it is disposed. */
export class Community implements AsyncDisposable {
  readonly tracker: Endpoint;
  readonly #base: string;
  readonly #options: CommunityOptions;
  readonly #end = new AbortController();
  #watcherCount = 0;
  #entityTag = "";
  #instance: string | undefined;
  #problem: string | undefined;
  /** Ends the pause of this round, also when it has not begun yet. */
  #awakened = Promise.withResolvers<void>();
  #watching: Promise<void> | undefined;

  /** Asks nothing before {@link start} or a call. */
  constructor(options: CommunityOptions) {
    this.tracker = options.tracker;
    this.#options = options;
    this.#base = trackerBase(options);
  }

  /** The addresses to announce to, in the order to try them: UDP first, HTTP where datagrams do not pass. */
  get announceUrls(): readonly string[] {
    return announceUrlsOf(this.#options);
  }

  /** Why the tracker cannot be reached, as a sentence; undefined when it answers. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Changes whenever the catalogue does. */
  get version(): string {
    return this.#entityTag;
  }

  /** Begins to watch the catalogue. */
  start(): void {
    this.#watching ??= this.#watch();
  }

  /** Somebody looks at the catalogue until the returned scope ends: watch it closely. */
  lookClosely(): Disposable {
    const look = new DisposableStack();
    this.#watcherCount++;
    look.defer(() => void this.#watcherCount--);
    this.#awakened.resolve();
    return look;
  }

  /** A page of the catalogue. @throws {CommunityError} */
  async catalogue(query: CatalogueQuery, options: { readonly signal?: AbortSignal } = {}): Promise<CataloguePage> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== "") parameters.set(name, String(value));
    }
    return await this.#ask(`/catalogue?${parameters}`, options, async (response) => {
      if (!response.ok) throw await refusal(response, "read the catalogue");
      const page = readCataloguePage(new TextDecoder().decode(await limitedBytes(response, MAX_PAGE_BYTES)));
      if (page === undefined) throw this.#notATracker();
      return page;
    });
  }

  /** The .torrent that the tracker keeps for an info-hash, or undefined when it has none. @throws {CommunityError} */
  async torrent(infoHash: InfoHash, options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array | undefined> {
    return await this.#ask(`/torrents/${infoHash}.torrent`, options, async (response) => {
      if (response.status === 404) return void (await response.body?.cancel());
      if (!response.ok) throw await refusal(response, "fetch the torrent");
      return await limitedBytes(response, MAX_METAINFO_LENGTH);
    });
  }

  /**
   * Which of these torrents (at most 500) the tracker does not have, or knows less of than we do.
   *
   * @throws {CommunityError} a final one when the tracker does not take offers
   */
  async wanted(
    offers: readonly TorrentOffer[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<ReadonlySet<InfoHash>> {
    const torrents = offers.map(({ infoHash, durationSeconds }) => ({ infoHash, seconds: durationSeconds }));
    const request = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ torrents }),
      ...options,
    };
    return await this.#ask("/torrents/wanted", request, async (response) => {
      if (!response.ok) throw await refusal(response, "offer torrents");
      const wanted = readWanted(new TextDecoder().decode(await limitedBytes(response, MAX_WANTED_BYTES)));
      if (wanted === undefined) throw this.#notATracker();
      return wanted;
    });
  }

  /** Gives the tracker a torrent that we share. @throws {CommunityError} */
  async publish(
    metainfo: Uint8Array,
    options: {
      readonly infoHash: InfoHash;
      readonly kind: MediaKind;
      readonly durationSeconds?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<void> {
    const { kind, durationSeconds } = options;
    const length = durationSeconds === undefined ? "" : `&seconds=${durationSeconds.toFixed(3)}`;
    const request = {
      method: "PUT",
      headers: { "content-type": "application/x-bittorrent" },
      body: Uint8Array.from(metainfo),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    await this.#ask(`/torrents/${options.infoHash}?kind=${kind}${length}`, request, async (response) => {
      if (!response.ok) throw await refusal(response, "publish the torrent");
      await response.body?.cancel();
    });
  }

  /**
   * Tells the tracker what a client is called that has announced itself, with this `ip` if any; an empty name takes away
   * what it was. Gives whether the tracker knew it.
   *
   * @throws {CommunityError}
   */
  async tellName(
    client: { readonly peerId: PeerId; readonly port: number; readonly name: string; readonly ip?: string },
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    const { peerId, ...body } = client;
    const request = {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...options,
    };
    for (const base of await this.#bases()) {
      const isKnown = await this.#ask(`/clients/${peerId}`, { ...request, base }, async (response) => {
        if (!response.ok && response.status !== 404) throw await refusal(response, "tell the peer's name");
        await response.body?.cancel();
        return response.ok;
      });
      if (isKnown) return true;
    }
    return false;
  }

  /** Ends the watching and every request. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#awakened.resolve();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#end.signal.aborted) {
      this.#awakened = Promise.withResolvers();
      await this.#look();
      await this.#pause(this.#watcherCount > 0 ? WATCHED_POLL_MS : IDLE_POLL_MS);
    }
  }

  async #look(): Promise<void> {
    try {
      const request = { headers: { "if-none-match": this.#entityTag } };
      await this.#ask("/catalogue?limit=1", request, async (response) => {
        await response.body?.cancel();
        if (response.status !== 304 && !response.ok) throw await refusal(response, "read the catalogue");
        const instance = response.headers.get("playswarm-tracker");
        if (instance === null) throw this.#notATracker();
        this.#noteInstance(instance);
        this.#note(undefined, response.headers.get("etag") ?? this.#entityTag);
      });
    } catch (error) {
      if (!(error instanceof CommunityError)) throw error;
      if (!this.#end.signal.aborted) this.#note(error.message, this.#entityTag);
    }
  }

  /** Something else answers there; it is named without the key. */
  #notATracker(): CommunityError {
    return new CommunityError(`What answers at ${formatEndpoint(this.tracker)} is not a Playswarm tracker`);
  }

  #noteInstance(instance: string): void {
    const hasChanged = this.#instance !== undefined && this.#instance !== instance;
    this.#instance = instance;
    if (hasChanged) this.#options.onRestart();
  }

  #note(problem: string | undefined, entityTag: string): void {
    if (problem === this.#problem && entityTag === this.#entityTag) return;
    this.#problem = problem;
    this.#entityTag = entityTag;
    this.#options.onChange();
  }

  async #pause(durationMs: number): Promise<void> {
    if (this.#end.signal.aborted) return;
    const { promise, resolve } = this.#awakened;
    const timer = setTimeout(resolve, durationMs);
    await promise;
    clearTimeout(timer);
  }

  /**
   * The tracker by its name, then by each of its addresses: a client is known by the address that it announced from, and
   * that is of the same family only by chance.
   */
  async #bases(): Promise<readonly string[]> {
    const { host, port } = this.tracker;
    const others = (await hostAddresses(host)).filter((address) => address !== host);
    return [
      this.#base,
      ...others.map((address) => trackerBase({ ...this.#options, tracker: { host: address, port } })),
    ];
  }

  /**
   * What `read` makes of the answer, in time. `AbortSignal.timeout` and `AbortSignal.any` would keep what they were made
   * of for as long as the timer runs and the session lasts: thousands of them when thousands of torrents are sent.
   */
  async #ask<Answer>(
    path: string,
    options: RequestInit & { readonly base?: string },
    read: (response: Response) => Promise<Answer>,
  ): Promise<Answer> {
    const { base = this.#base, signal, ...request } = options;
    const what = `the tracker at ${formatEndpoint(this.tracker)}`;
    using deadline = new Deadline({ timeoutMs: REQUEST_TIMEOUT_MS, what, signal: this.#end.signal });
    using _caller = signal ? closeOnAbort(signal, () => deadline.abort(signal.reason)) : undefined;
    try {
      return await read(await fetch(`${base}${path}`, { ...request, redirect: "error", signal: deadline.signal }));
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** fetch, and the body it gives, fail with TypeError when the network does, else with the reason why they were ended. */
  #explain(error: unknown): unknown {
    const isUnreached = error instanceof TypeError || error instanceof DOMException || error instanceof ProtocolError;
    if (!isUnreached) return error;
    const where = formatEndpoint(this.tracker);
    return new CommunityError(`Cannot reach the tracker at ${where}: is it running, and is the address right?`, {
      cause: error,
    });
  }
}
