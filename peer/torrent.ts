/**
 * One torrent: the place where its swarm, its disk, its announces and its players meet.
 *
 * @module
 */
import { Bitfield } from "../shared/bitfield.ts";
import type { Endpoint } from "../shared/endpoint.ts";
import type { InfoHash, InfoHashV2 } from "../shared/ids.ts";
import type { Info, Metainfo } from "../shared/metainfo.ts";
import { announceTiers } from "./announce_tiers.ts";
import { Demands, type DemandWindow, type StatedDemand } from "./demands.ts";
import type { Found } from "./discovery.ts";
import type { Engine } from "./engine.ts";
import type { PeerConnection } from "./net/connection.ts";
import { Presence } from "./presence.ts";
import type { FileLayout } from "./storage/file_layout.ts";
import { StorageError } from "./storage/storage_error.ts";
import type { TorrentStorage } from "./storage/torrent_storage.ts";
import type { SwarmHost } from "./swarm_host.ts";
import type { ReadableTorrent } from "./torrent_bytes.ts";
import { TorrentDisk } from "./torrent_disk.ts";
import { TorrentLimits } from "./torrent_limits.ts";
import type { TorrentOptions, TorrentPlace, TransferTotals } from "./torrent_options.ts";
import { TorrentSwarm } from "./torrent_swarm.ts";
import { areAllIn, wantedPieces } from "./wanted_pieces.ts";

/** What a torrent does now, coarsely. */
export type TorrentPhase = "fetching-metadata" | "checking" | "active" | "paused" | "failed";

/** One torrent, from when it was added until it is disposed. */
export class Torrent implements AsyncDisposable, ReadableTorrent, SwarmHost {
  readonly infoHash: InfoHash;
  readonly addedAtMs: number;
  readonly place: TorrentPlace;
  readonly swarm: TorrentSwarm;
  readonly limits: TorrentLimits;
  readonly #options: TorrentOptions;
  readonly #engine: Engine;
  readonly #disk: TorrentDisk;
  readonly #demands: Demands;
  /** A share is announced by whoever holds it, also while its torrent rests. */
  readonly #presence: Presence | undefined;
  #isPaused: boolean;
  #wantedFiles: readonly number[] | undefined;
  #hasCompleted = false;
  #uploadedBytes: number;
  #downloadedBytes: number;

  /** Opens the files, or looks for the metadata, at once. */
  constructor(options: TorrentOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.infoHash = options.infoHash;
    this.addedAtMs = options.addedAtMs;
    this.place = options.place;
    this.#isPaused = options.isPaused ?? false;
    this.#wantedFiles = options.wantedFiles;
    this.#uploadedBytes = options.totals?.uploadedBytes ?? 0;
    this.#downloadedBytes = options.totals?.downloadedBytes ?? 0;
    this.limits = new TorrentLimits(options.engine, options.rates ?? {});
    this.swarm = new TorrentSwarm({
      engine: options.engine,
      infoHash: options.infoHash,
      host: this,
      ...(options.infoHashV2 === undefined ? {} : { infoHashV2: options.infoHashV2 }),
    });
    this.#disk = new TorrentDisk({
      ...options,
      onOpen: (storage, { info }) => this.#begin(info, storage),
      onNews: (news) => this.swarm.handle(news),
      needsSha1: () => this.swarm.hasV1Peers,
      onContradiction: () => this.swarm.dropV1Peers(),
      onFull: (isFull) => this.swarm.handle({ type: isFull ? "storage-full" : "storage-ready" }),
      onFailed: (error) => this.#onFailed(error),
    });
    this.#demands = new Demands((demands) => this.swarm.handle({ type: "demand-moved", demands }));
    this.#presence = this.place.type === "share" ? undefined : this.#makePresence();
    if (this.#isPaused) this.swarm.handle({ type: "paused" });
    if (options.metainfo !== undefined) this.#open(options.metainfo);
    else if (!this.#isPaused) this.#presence?.join();
    this.#addLinkPeers(options.candidates ?? []);
  }

  /** The info dictionary, once it is known. */
  get info(): Info | undefined {
    return this.metainfo?.info;
  }

  /** The full SHA-256 of a v2 or hybrid torrent, once it is known. */
  get infoHashV2(): InfoHashV2 | undefined {
    return this.info?.infoHashV2 ?? this.#options.infoHashV2;
  }

  /** What a .torrent file of it says, once it is known. */
  get metainfo(): Metainfo | undefined {
    return this.#disk.metainfo;
  }

  /** What it is called. */
  get name(): string {
    return this.info?.name ?? this.#options.name;
  }

  /** Where its files lie, once that is decided. */
  get layout(): FileLayout | undefined {
    return this.#disk.layout;
  }

  /** The disk side, once it is open. */
  get storage(): TorrentStorage | undefined {
    return this.#disk.storage;
  }

  /** What it does now. */
  get phase(): TorrentPhase {
    if (this.failure !== undefined) return "failed";
    if (this.#isPaused) return "paused";
    if (this.metainfo === undefined) return "fetching-metadata";
    return this.storage === undefined ? "checking" : "active";
  }

  /** Whether it waits for room on the disk. */
  get isDiskFull(): boolean {
    return this.#disk.isFull;
  }

  /** Why it failed. */
  get failure(): Error | undefined {
    return this.#disk.failure;
  }

  /** Bytes hashed so far while it is checked at its start. */
  get checkedBytes(): number {
    return this.#disk.checkedBytes;
  }

  /** Whether every wanted piece is verified and on disk. */
  get isComplete(): boolean {
    return this.#hasCompleted || (this.storage?.verified.isComplete ?? false);
  }

  /** Content bytes that are verified and on disk. */
  get verifiedBytes(): number {
    return this.#disk.verifiedBytes;
  }

  /** Whether a player has stated a demand. */
  get isRead(): boolean {
    return this.#demands.all.length > 0;
  }

  /** Whether the user paused it. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether the file at this index is to be downloaded; what a player asks for comes all the same. */
  isWanted(file: number): boolean {
    return this.#wantedFiles?.includes(file) ?? true;
  }

  /** Bytes moved since it was added. */
  get totals(): TransferTotals {
    return { uploadedBytes: this.#uploadedBytes, downloadedBytes: this.#downloadedBytes };
  }

  /** Resolves when its files were looked at and it serves and fetches; fails when they cannot be used. */
  async whenOpen(): Promise<void> {
    await this.#disk.opened;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Takes over an incoming connection; it is served once the files are open. */
  adopt(connection: PeerConnection): void {
    this.swarm.adopt(connection, { after: this.#disk.opened });
  }

  /** Tells of peers that may have it, by the user's own word: of a private torrent, too. */
  addCandidates(candidates: readonly Endpoint[]): void {
    if (candidates.length > 0) this.swarm.handle({ type: "candidates-found", candidates, source: "manual" });
  }

  /** Its link was added once more: the files that it names are wanted too (BEP 53), and its peers may be new. */
  addLink(link: { readonly files?: readonly number[]; readonly peers?: readonly Endpoint[] }): void {
    if (link.files !== undefined && this.#wantedFiles !== undefined) {
      this.want([...new Set([...this.#wantedFiles, ...link.files])].sort((one, other) => one - other));
    }
    this.#addLinkPeers(link.peers ?? []);
  }

  /** The files to download, by index, as the user or a link chose them; undefined: all. */
  get wantedFiles(): readonly number[] | undefined {
    return this.#wantedFiles;
  }

  /** Peers were found. False when it may not be spoken of: it is paused, broken, or private (BEP 27). */
  find({ candidates, source, isUrgent }: Found): boolean {
    if (this.#isPaused || this.failure !== undefined || this.info?.isPrivate === true) return false;
    if (!this.isComplete || isUrgent) this.swarm.handle({ type: "candidates-found", candidates, source });
    return true;
  }

  /** Pauses: all peers are let go and nothing is announced. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#presence?.leave();
    this.swarm.handle({ type: "paused" });
    this.#options.onChange();
  }

  /** Goes on after a pause. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.swarm.handle({ type: "resumed" });
    this.#presence?.join();
    this.#options.onChange();
  }

  /** Chooses the files to download, by index in the torrent; undefined: all of them. What is here stays here. */
  want(files: readonly number[] | undefined): void {
    this.#wantedFiles = files;
    const { info } = this;
    if (info !== undefined && this.storage !== undefined) {
      const wanted = files === undefined ? Bitfield.full(info.geometry.pieceCount) : wantedPieces(info, files);
      this.#hasCompleted = areAllIn(wanted, this.storage.verified);
      this.swarm.handle({ type: "wanted-changed", wanted });
      this.swarm.greetAll();
    }
    this.#options.onChange();
  }

  /** Verified bytes that can be read from `offset` of the piece space on, without a gap. */
  availableFrom(offset: number): number {
    return this.#disk.availableFrom(offset);
  }

  /** Copies verified bytes; gives how many. */
  readInto(offset: number, into: Uint8Array): number {
    return this.storage?.readInto(offset, into) ?? 0;
  }

  /** Waits until the byte at `offset` is verified. Fails when the torrent fails or is removed. */
  async whenReadable(offset: number, options: { readonly signal: AbortSignal }): Promise<void> {
    await this.#disk.whenReadable(offset, options);
  }

  /** Time passed. */
  tick(): void {
    this.swarm.tick();
  }

  /** States what a player wants soon. */
  demand(window: DemandWindow): StatedDemand {
    return this.#demands.state(window);
  }

  /** Leaves the swarm, writes what is complete, closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#presence?.leave();
    this.#disk.stop();
    await this.#disk.opened;
    await this.swarm[Symbol.asyncDispose]();
    // The last message of a peer may have completed the metadata, which opens the files.
    await this.#disk[Symbol.asyncDispose]();
  }

  /** Whether peers that know only v1 may come in; of a magnet whose metadata are not here yet everybody may. */
  async admitsV1(): Promise<boolean> {
    if (this.info?.version !== "hybrid") return true;
    await this.#disk.opened;
    return await this.storage?.proveSha1() ?? false;
  }

  /** The metadata of a magnet came in and match its info-hash. */
  onInfo(info: Info): void {
    this.#open({ info, pieceLayers: new Map(), trackers: [] });
  }

  /** A block was kept. */
  onDownloaded(byteCount: number): void {
    this.#downloadedBytes += byteCount;
  }

  /** A block was sent. */
  onUploaded(byteCount: number): void {
    this.#uploadedBytes += byteCount;
  }

  /** A block could not be read: a shared file that changed under us is withdrawn. */
  onUploadFailed(error: Error): void {
    if (error instanceof StorageError && this.place.type === "share") this.#options.onShareBroken?.(error);
  }

  /** The last wanted piece was verified. */
  onCompleted(): void {
    this.#hasCompleted = true;
    this.swarm.greetAll();
    // A tracker counts who has all of it; one who wanted a part stays what it was (BEP 21).
    if (this.storage?.verified.isComplete === true) this.#presence?.complete();
    this.#options.onChange();
  }

  /** The swarm could do with more peers. */
  onWantCandidates(): void {
    this.#presence?.wantPeers();
  }

  /** A peer was found out. */
  onBanned(): void {
    this.#options.onChange();
  }

  #makePresence(): Presence {
    return new Presence({
      engine: this.#engine,
      infoHash: this.infoHash,
      trackers: () => this.#trackers(),
      isPrivate: () => this.info?.isPrivate,
      state: () => ({
        uploaded: this.#uploadedBytes,
        downloaded: this.#downloadedBytes,
        left: this.#leftBytes(),
        isPartialSeed: this.#hasCompleted && this.storage?.verified.isComplete === false,
      }),
      onPeers: (candidates) => this.swarm.handle({ type: "candidates-found", candidates, source: "tracker" }),
      onTrackerSwitched: () => this.swarm.handle({ type: "tracker-switched" }),
    });
  }

  /** A private torrent (BEP 27) is announced to its own trackers and nowhere else. */
  #trackers(): readonly (readonly string[])[] {
    const own = [...(this.#options.linkTrackers ?? []).map((url) => [url]), ...(this.metainfo?.trackers ?? [])];
    return announceTiers({ ofCommunity: this.#options.trackers, own, isPrivate: this.info?.isPrivate === true });
  }

  #addLinkPeers(candidates: readonly Endpoint[]): void {
    if (candidates.length > 0) this.swarm.handle({ type: "candidates-found", candidates, source: "magnet" });
  }

  /** Bytes still to fetch. A magnet whose length nobody knows says one, so that no tracker takes it for a seeder. */
  #leftBytes(): number {
    const { info } = this;
    const storage = this.storage;
    if (info === undefined || storage === undefined) return 1;
    if (storage.verified.isComplete) return 0;
    return Math.max(1, info.geometry.contentLength - this.verifiedBytes);
  }

  #open(metainfo: Metainfo): void {
    this.#disk.open(metainfo);
    this.swarm.provide(metainfo.info);
    this.#presence?.noteMetadata();
    this.#options.onChange();
  }

  #begin(info: Info, storage: TorrentStorage): void {
    const wanted = this.#wantedFiles === undefined ? undefined : wantedPieces(info, this.#wantedFiles);
    // The machine says that it completed only when it did so just now.
    this.#hasCompleted = wanted !== undefined && areAllIn(wanted, storage.verified);
    this.swarm.begin({
      type: "metadata-known",
      info,
      verified: storage.verified,
      hasLayers: storage.hashes.hasLayers,
      ...(wanted === undefined ? {} : { wanted }),
    });
    if (!this.#isPaused) this.#presence?.join();
  }

  /** Nothing more can be done with the files: leaves the swarm. */
  #onFailed(error: StorageError): void {
    this.#presence?.leave();
    this.swarm.handle({ type: "paused" });
    if (this.place.type === "share") this.#options.onShareBroken?.(error);
  }
}
