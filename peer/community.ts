/**
 * The community's tracker as a peer talks to it over HTTP beside the announces: its catalogue, the torrents that it
 * keeps, and the publishing of our own. It watches for changes by the catalogue's entity tag, which costs the tracker
 * nothing while nothing changes.
 *
 * @module
 */
import * as v from "valibot";
import type { CataloguePage } from "../shared/dashboard_views.ts";
import { type Endpoint, formatEndpoint } from "../shared/endpoint.ts";
import type { InfoHash } from "../shared/ids.ts";
import { MEDIA_KINDS, type MediaKind, type PeerMode } from "../shared/media_kind.ts";
import { MAX_METAINFO_LENGTH } from "../shared/metainfo.ts";

/** While somebody looks at the catalogue: new files have to be seen within seconds. */
const WATCHED_POLL_MS = 1_500;
/** While nobody looks: often enough to notice soon that the tracker was restarted and has forgotten us. */
const IDLE_POLL_MS = 10_000;
/** A tracker in the same house answers in milliseconds; one far away in less than this. */
const REQUEST_TIMEOUT_MS = 8_000;
/** A page has at most some hundred rows of some hundred bytes; this is far beyond. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

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

/** The tracker could not be asked, or it said no; the message is a sentence for the user. */
export class CommunityError extends Error {
  override readonly name = "CommunityError";
  /** Asking the same again would be answered the same. */
  readonly isFinal: boolean;

  /** Takes the sentence for the user, and whether asking again is in vain (it is not). */
  constructor(message: string, options: ErrorOptions & { readonly isFinal?: boolean } = {}) {
    super(message, options);
    this.isFinal = options.isFinal ?? false;
  }
}

/** How to reach the tracker and whom to tell of changes. */
export interface CommunityOptions {
  readonly tracker: Endpoint;
  /** The secret of a private community: the first segment of every path. */
  readonly key?: string;
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
    const prefix = options.key === undefined ? "" : `/${encodeURIComponent(options.key)}`;
    this.#base = `http://${formatEndpoint(options.tracker)}${prefix}`;
  }

  /** The addresses to announce to, in the order to try them: UDP first, HTTP where datagrams do not pass. */
  get announceUrls(): readonly string[] {
    return [`${this.#base.replace("http:", "udp:")}/announce`, `${this.#base}/announce`];
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
    const response = await this.#request(`/catalogue?${parameters}`, options);
    if (!response.ok) throw await refusal(response, "read the catalogue");
    const text = new TextDecoder().decode(await this.#read(response, MAX_PAGE_BYTES));
    const parsed = v.safeParse(catalogueSchema, parseJson(text));
    if (!parsed.success) throw this.#notATracker();
    return parsed.output;
  }

  /** The .torrent that the tracker keeps for an info-hash, or undefined when it has none. @throws {CommunityError} */
  async torrent(infoHash: InfoHash, options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array | undefined> {
    const response = await this.#request(`/torrents/${infoHash}.torrent`, options);
    if (response.status === 404) return void (await response.body?.cancel());
    if (!response.ok) throw await refusal(response, "fetch the torrent");
    return await this.#read(response, MAX_METAINFO_LENGTH);
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
    const response = await this.#request(`/torrents/${options.infoHash}?kind=${kind}${length}`, {
      method: "PUT",
      headers: { "content-type": "application/x-bittorrent" },
      body: Uint8Array.from(metainfo),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (!response.ok) throw await refusal(response, "publish the torrent");
    await response.body?.cancel();
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
      const response = await this.#request("/catalogue?limit=1", { headers: { "if-none-match": this.#entityTag } });
      await response.body?.cancel();
      if (response.status !== 304 && !response.ok) throw await refusal(response, "read the catalogue");
      const instance = response.headers.get("playswarm-tracker");
      if (instance === null) throw this.#notATracker();
      this.#noteInstance(instance);
      this.#note(undefined, response.headers.get("etag") ?? this.#entityTag);
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

  async #request(path: string, options: RequestInit): Promise<Response> {
    const signals = [this.#end.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)];
    if (options.signal) signals.push(options.signal);
    try {
      return await fetch(`${this.#base}${path}`, { ...options, redirect: "error", signal: AbortSignal.any(signals) });
    } catch (error) {
      throw this.#explain(error);
    }
  }

  async #read(response: Response, maxLength: number): Promise<Uint8Array> {
    try {
      return await limitedBytes(response, maxLength);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** fetch, and the body it gives, fail with TypeError when the network does and with DOMException when aborted. */
  #explain(error: unknown): unknown {
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) return error;
    const where = formatEndpoint(this.tracker);
    return new CommunityError(`Cannot reach the tracker at ${where}: is it running, and is the address right?`, {
      cause: error,
    });
  }
}

/** Refusals that end by themselves: the request came too late, or too soon. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429]);

const catalogueSchema = v.object({
  entries: v.array(v.object({
    infoHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
    infoHashV2: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    alternatives: v.array(v.string()),
    name: v.string(),
    kind: v.picklist(MEDIA_KINDS),
    sizeBytes: v.number(),
    fileCount: v.number(),
    seederCount: v.number(),
    leecherCount: v.number(),
    addedAtMs: v.number(),
    durationSeconds: v.exactOptional(v.number()),
  })),
  totalCount: v.number(),
  nextCursor: v.exactOptional(v.string()),
  version: v.number(),
});

/** Reads a body up to the limit; a longer one is refused before it fills the memory. */
async function limitedBytes(response: Response, maxLength: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > maxLength) throw new CommunityError(`Cannot read the tracker's answer: it is over ${maxLength} bytes`);
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function refusal(response: Response, action: string): Promise<CommunityError> {
  await response.body?.cancel();
  const hint = response.status === 404 || response.status === 403 ? "; does this community ask for a key?" : "";
  const isFinal = response.status >= 400 && response.status < 500 && !PASSING_STATUSES.has(response.status);
  return new CommunityError(`Cannot ${action}: the tracker answered ${response.status}${hint}`, { isFinal });
}
