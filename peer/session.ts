/**
 * All torrents of one program: those that were added and those of the shared folders. Makes what they share, lets
 * connections in, talks to the community's tracker, and ends everything in order.
 *
 * @module
 */
import { type InfoHash, truncateInfoHash } from "../shared/ids.ts";
import { infoHashesOf } from "../shared/info_hashes.ts";
import { downloadsFolder } from "../shared/platform_folders.ts";
import type { Handshake } from "../shared/wire/handshake.ts";
import type { Community } from "./community.ts";
import type { Found } from "./discovery.ts";
import { Downloads } from "./downloads.ts";
import type { Engine } from "./engine.ts";
import { InfoHashAliases } from "./info_hash_aliases.ts";
import { communityToJoin, Membership } from "./membership.ts";
import type { PeerConnection } from "./net/connection.ts";
import type { HandshakeAnswer } from "./net/listener.ts";
import { openEngine } from "./open_engine.ts";
import type { PeerSettings } from "./api/peer_session.ts";
import { startSettings } from "./peer_settings.ts";
import type { SessionOptions } from "./session_options.ts";
import { rememberedSource } from "./source.ts";
import { SharedFolders } from "./shared_folders.ts";
import { SharedTorrents } from "./shared_torrents.ts";
import { openDatabase } from "./storage/database.ts";
import { FileHashStore } from "./storage/file_hash_store.ts";
import { MediaStore } from "./storage/media_store.ts";
import { SettingsStore } from "./storage/settings_store.ts";
import { ShareStore } from "./storage/share_store.ts";
import type { SharedFile } from "./storage/shared_file.ts";
import { TorrentStore } from "./storage/torrent_store.ts";
import type { Torrent } from "./torrent.ts";

/** How often torrents are told that time passed: the deadlines of blocks are some hundred milliseconds apart. */
const TICK_MS = 100;
/** Rates go on changing for some seconds after the last peer has left, until they are down to nothing. */
const STILL_MS = 5_000;
/** How often transfer totals are written and shown: a crash may cost a few seconds of statistics. */
const COUNT_MS = 5_000;

/** Everything of one program that has to do with torrents. */
export class Session implements AsyncDisposable {
  readonly engine: Engine;
  readonly settings: SettingsStore;
  readonly mediaStore: MediaStore;
  readonly downloads: Downloads;
  readonly sharedFolders: SharedFolders;
  readonly sharedTorrents: SharedTorrents;
  /** The folder for downloads was given for this run. */
  readonly isDownloadsFolderFixed: boolean;
  readonly startedAtMs: number = Date.now();
  /** The mode and limits that it was opened with: those given, else those remembered. */
  readonly startSettings: PeerSettings;
  readonly #scope: AsyncDisposableStack;
  readonly #listeners = new Set<(infoHash: InfoHash | undefined) => void>();
  readonly #aliases = new InfoHashAliases();
  readonly #membership: Membership | undefined;
  /** When a torrent last had company. */
  #busyAt = -Infinity;

  /** Opens the database, binds the port and brings back what was there. @throws Deno.errors.AddrInUse */
  static async open(options: SessionOptions): Promise<Session> {
    if (options.downloadsFolder !== undefined) await Deno.mkdir(options.downloadsFolder, { recursive: true });
    if (options.dataDirectory !== undefined) await Deno.mkdir(options.dataDirectory, { recursive: true });
    await using scope = new AsyncDisposableStack();
    const session = new Session(options, scope);
    session.#start();
    return session;
  }

  private constructor(options: SessionOptions, scope: AsyncDisposableStack) {
    const file = options.dataDirectory === undefined ? ":memory:" : `${options.dataDirectory}/playswarm.db`;
    const database = openDatabase(file);
    scope.defer(() => database.close());
    this.settings = new SettingsStore(database);
    this.mediaStore = new MediaStore(database);
    this.startSettings = startSettings(this.settings, options);
    this.isDownloadsFolderFixed = options.downloadsFolder !== undefined;
    this.engine = openEngine({
      ...options,
      rates: this.startSettings,
      route: (handshake) => this.#route(handshake),
      infoHashes: () => this.#infoHashes(),
      onConnection: (connection) => this.#onConnection(connection),
      lanAddressFor: (url) => this.#membership?.lanAddressFor(url),
      onAnnounced: (url, event) => this.#membership?.noteAnnounced(url, event),
      onFound: (infoHash, found) => this.#onFound(infoHash, found),
    }, scope);
    const community = communityToJoin(options, this.startSettings);
    this.#membership = community && scope.use(
      new Membership({
        ...community,
        engine: this.engine,
        name: this.startSettings.name ?? "",
        ...(options.host === undefined ? {} : { host: options.host }),
        onChange: () => this.#tell(undefined),
      }),
    );
    const trackers = this.community === undefined ? [] : [this.community.announceUrls];
    const onChange = (infoHash: InfoHash) => this.#tell(infoHash);
    this.downloads = scope.use(
      new Downloads({
        engine: this.engine,
        store: new TorrentStore(database),
        folder: options.downloadsFolder ?? chosenFolder(this.startSettings),
        trackers,
        sourceOf: rememberedSource,
        onMetainfo: (torrent, { info }) => this.#aliases.add(torrent.infoHash, infoHashesOf(info)),
        onRemoved: (torrent, how) => this.#onDownloadRemoved(torrent, how),
        onChange,
      }),
    );
    this.sharedTorrents = scope.use(
      new SharedTorrents({
        engine: this.engine,
        trackers,
        onBroken: (path) => this.sharedFolders.invalidate(path),
        onChange: (infoHash) => {
          this.sharedFolders.noteUpload(infoHash);
          this.#tell(infoHash);
        },
      }),
    );
    this.downloads.restore();
    this.sharedFolders = scope.use(
      new SharedFolders({
        store: new ShareStore(database),
        cache: new FileHashStore(database),
        pool: this.engine.pool,
        ...(this.startSettings.mode === undefined ? {} : { mode: this.startSettings.mode }),
        onAdded: (shared) => this.#onShared(shared),
        onRemoved: (infoHash) => this.#onUnshared(infoHash),
        onChange: () => this.#tell(undefined),
        uploadedBytes: (infoHash) => this.sharedTorrents.totals(infoHash).uploadedBytes,
      }),
    );
    this.#scope = scope.move();
  }

  /** A torrent by any of its info-hashes; a shared one that rests is woken. */
  torrent(infoHash: InfoHash): Torrent | undefined {
    const known = this.#aliases.resolve(infoHash);
    return this.downloads.get(known) ?? this.sharedTorrents.wake(known);
  }

  /** The tracker that we belong to, if we do. */
  get community(): Community | undefined {
    return this.#membership?.community;
  }

  /** Where new downloads go. */
  get downloadsFolder(): string {
    return this.downloads.folder;
  }

  /** More is known of what a torrent's files hold: the community is told how long a shared one plays. */
  describe(infoHash: InfoHash): void {
    this.#membership?.publisher.refresh(infoHash);
  }

  /** The peer is called so from now on; undefined: it has no name. */
  rename(name: string | undefined): void {
    this.#membership?.rename(name);
  }

  /** Calls the listener with what changed: a torrent, or undefined for anything else. */
  subscribe(listener: (infoHash: InfoHash | undefined) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Leaves all swarms and closes everything; what is resumable is saved. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }

  #start(): void {
    const ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#scope.defer(() => clearInterval(ticker));
    const counter = setInterval(() => this.#count(), COUNT_MS);
    this.#scope.defer(() => clearInterval(counter));
    this.community?.start();
  }

  #tick(): void {
    const isDownloading = this.downloads.tick();
    const isSharing = this.sharedTorrents.tick();
    const now = this.engine.now();
    if (isDownloading || isSharing) this.#busyAt = now;
    // Progress and rates are told of once for all, not piece by piece.
    if (now - this.#busyAt < STILL_MS) this.#tell(undefined);
  }

  #count(): void {
    this.downloads.saveTotals();
    this.sharedTorrents.tellUploads();
  }

  #tell(infoHash: InfoHash | undefined): void {
    for (const listener of this.#listeners) listener(infoHash);
  }

  *#infoHashes(): Iterable<InfoHash> {
    for (const { infoHash } of this.downloads.all()) yield infoHash;
    yield* this.sharedTorrents.infoHashes();
    yield* this.#aliases.all();
  }

  /** Which torrent an incoming handshake is for. A v1 handshake of a peer that also speaks v2 is upgraded (BEP 52). */
  #route(handshake: Handshake): HandshakeAnswer | undefined {
    const infoHash = this.#aliases.resolve(handshake.infoHash);
    const download = this.downloads.get(infoHash);
    const shared = download === undefined ? this.sharedTorrents.file(infoHash) : undefined;
    const isHere = shared !== undefined || download !== undefined;
    if (!isHere || download?.isPaused) return undefined;
    const v2 = download?.info?.infoHashV2 ?? shared?.infoHashV2;
    return {
      peerId: this.engine.peerId,
      infoHash: handshake.supportsV2 && v2 !== undefined ? truncateInfoHash(v2) : handshake.infoHash,
      supportsV2: v2 !== undefined,
    };
  }

  #onConnection(connection: PeerConnection): void {
    const torrent = this.torrent(connection.handshake.infoHash);
    if (torrent === undefined) return connection.close("the torrent was just removed");
    torrent.adopt(connection);
  }

  /** Peers were found without a tracker. A share is not woken for them where they will hear that it is here. */
  #onFound(infoHash: InfoHash, found: Found): boolean {
    const known = this.#aliases.resolve(infoHash);
    const torrent = found.isUrgent ? this.torrent(known) : this.downloads.get(known);
    return torrent?.find(found) ?? this.sharedTorrents.has(known);
  }

  /** What a download stood for may be shared again from where it lies. */
  #onDownloadRemoved(torrent: Torrent, options: { readonly haveFilesGone: boolean }): void {
    this.#aliases.drop(torrent.infoHash, torrent.info === undefined ? [] : infoHashesOf(torrent.info));
    for (const file of this.sharedFolders.files()) {
      // A file that was just deleted is still known to its folder for a moment.
      const isGone = options.haveFilesGone && torrent.layout?.paths.includes(file.path);
      if (!isGone && !this.sharedTorrents.has(file.infoHash)) this.#onShared(file);
    }
  }

  #onShared(file: SharedFile): void {
    const { infoHash } = file;
    // What is being downloaded into a shared folder, or was, is served as the download that it is.
    if (this.#downloadOf(infoHash) !== undefined || this.#isDownload(file.path)) return;
    this.#aliases.add(infoHash, file.infoHashes);
    this.sharedTorrents.add(file);
    this.#membership?.publisher.add({
      infoHash,
      kind: file.kind,
      metainfo: () => this.sharedTorrents.metainfo(infoHash),
      // What we make of a shared file is a torrent of this file alone.
      durationSeconds: () => this.mediaStore.facts({ infoHash, index: 0 })?.durationSeconds,
    });
  }

  #onUnshared(infoHash: InfoHash): void {
    const file = this.sharedTorrents.file(infoHash);
    if (file === undefined) return;
    this.#aliases.drop(infoHash, file.infoHashes);
    this.sharedTorrents.remove(infoHash);
    this.#membership?.publisher.remove(infoHash);
  }

  #downloadOf(infoHash: InfoHash): Torrent | undefined {
    return this.downloads.get(this.#aliases.resolve(infoHash));
  }

  #isDownload(path: string): boolean {
    for (const torrent of this.downloads.all()) {
      if (torrent.layout?.paths.includes(path)) return true;
    }
    return false;
  }
}

/** The folder for downloads that these settings name, else the platform's. It is made when the first download needs it. */
export function chosenFolder(settings: PeerSettings): string {
  return settings.downloadsFolder ?? downloadsFolder();
}
