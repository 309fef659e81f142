/**
 * The session as the dashboard's HTTP API sees and steers it: what it shows, and what a person does to it.
 *
 * @module
 */
import type {
  FolderListing,
  PeerCatalogue,
  PeerStatus,
  ShareView,
  TorrentDetails,
  TorrentView,
} from "../shared/dashboard_views.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import type {
  CatalogueQuery,
  PeerSession,
  PeerSettings,
  PeerSettingsPatch,
  TorrentRatesPatch,
  TorrentSource,
  UploadedFile,
} from "./api/peer_session.ts";
import { RequestError } from "./api/request_error.ts";
import { DownloadChanges } from "./download_changes.ts";
import { listFolders, realFolder } from "./folders.ts";
import type { MediaFile } from "./media/media_file.ts";
import { peerCatalogue } from "./peer_catalogue.ts";
import { mergeSettings, writeSettings } from "./peer_settings.ts";
import { checkedSettings } from "./settings_check.ts";
import { resolveSource } from "./resolve.ts";
import { chosenFolder, type Session } from "./session.ts";
import { SessionMedia } from "./session_media.ts";
import { sessionMetrics } from "./session_metrics.ts";
import { sessionStatus } from "./session_status.ts";
import { reveal } from "./reveal.ts";
import { readSource } from "./source.ts";
import { type Surroundings, viewSurroundings } from "./surroundings.ts";
import { TorrentBytes } from "./torrent_bytes.ts";
import { TorrentViews } from "./torrent_views.ts";
import { takeFile } from "./uploads.ts";

/** How the API shows a session. */
export interface SessionApiOptions {
  /** The mode given on the command line; without one the user chooses, and it is remembered. */
  readonly mode?: PeerMode;
  /** Whether what is here is read for its tags, length and cover. Default true. */
  readonly isReadingMedia?: boolean;
  /** What is around; without it nobody is guided, and no tracker can be chosen. */
  readonly surroundings?: Surroundings;
}

/** The session behind the dashboard. */
export class SessionApi implements PeerSession, AsyncDisposable {
  readonly media: SessionMedia;
  readonly #session: Session;
  readonly #options: SessionApiOptions;
  readonly #fixedMode: PeerMode | undefined;
  readonly #views: TorrentViews;
  readonly #changes: DownloadChanges;
  readonly #listeners = new Set<() => void>();
  readonly #subscriptions: DisposableStack = new DisposableStack();
  #settings: PeerSettings;

  /** Steers this session, which it does not own. */
  constructor(session: Session, options: SessionApiOptions = {}) {
    this.#session = session;
    this.#options = options;
    this.#changes = new DownloadChanges(session);
    this.#fixedMode = options.mode;
    this.#settings = session.startSettings;
    this.media = new SessionMedia({
      session,
      isReading: options.isReadingMedia ?? true,
      find: ({ infoHash, index }) => this.mediaFile(infoHash, index),
      torrents: () => this.torrents(),
      onChange: (infoHash) => {
        if (infoHash !== undefined) {
          this.#views.invalidate(infoHash);
          session.describe(infoHash);
        }
        this.#tell();
      },
    });
    this.#views = new TorrentViews(session, this.media);
    this.#subscriptions.use(session.subscribe((infoHash) => this.#onChange(infoHash)));
    this.#subscriptions.use(options.surroundings?.subscribe(() => this.#tell()));
  }

  /** The mode in force. */
  get mode(): PeerMode | undefined {
    return this.#fixedMode ?? this.#settings.mode;
  }

  /** The peer as a whole. */
  status(): PeerStatus {
    const { surroundings } = this.#options;
    const { mode } = this;
    const isSettled = this.#settings.isWelcomed === true || this.#session.sharedFolders.rows.length > 0;
    return {
      ...sessionStatus(this.#session, { torrents: this.torrents(), settings: this.#settings }),
      ...(surroundings === undefined ? {} : viewSurroundings(surroundings, { mode, isSettled })),
      ...(mode === undefined ? {} : { mode }),
    };
  }

  /** All torrents, shared ones too. */
  torrents(): readonly TorrentView[] {
    return this.#views.all();
  }

  /** One torrent with its peers and pieces. */
  torrent(infoHash: InfoHash): TorrentDetails | undefined {
    return this.#views.details(infoHash);
  }

  /** Adds a torrent and starts it; one that is here is given back as it is. */
  async add(source: TorrentSource, options: { readonly signal: AbortSignal }): Promise<TorrentView> {
    const download = await resolveSource(readSource(source), {
      community: this.#session.community,
      signal: options.signal,
      ...(this.mode === undefined ? {} : { mode: this.mode }),
    });
    const known = this.#session.torrent(download.infoHash);
    return this.#views.of(known ?? await this.#session.downloads.add(download));
  }

  /** Pauses or resumes. */
  async setPaused(infoHash: InfoHash, isPaused: boolean): Promise<TorrentView> {
    return this.#views.of(await this.#changes.setPaused(infoHash, isPaused));
  }

  /** Chooses the files to download. */
  setWanted(infoHash: InfoHash, files: readonly number[] | undefined): TorrentView {
    return this.#views.of(this.#changes.setWanted(infoHash, files));
  }

  /** Changes a torrent's own speed limits. */
  setTorrentRates(infoHash: InfoHash, patch: TorrentRatesPatch): TorrentView {
    return this.#views.of(this.#changes.setRates(infoHash, patch));
  }

  /** Forgets a torrent, and deletes what was downloaded when asked. */
  async remove(infoHash: InfoHash, options: { readonly deleteFiles: boolean }): Promise<void> {
    await this.#changes.remove(infoHash, options);
    this.#views.forget(infoHash);
    this.media.forget(infoHash);
  }

  /** Shows a torrent's files in this computer's file manager. */
  async reveal(infoHash: InfoHash): Promise<void> {
    const { downloads, sharedFolders } = this.#session;
    const path = downloads.get(infoHash)?.layout?.paths.find((path) => path !== undefined) ??
      sharedFolders.file(infoHash)?.path;
    if (path === undefined) throw new RequestError(404, "Nothing of this is on the disk yet");
    await reveal(path);
  }

  /** The community's files of our mode, with what is already here. */
  async catalogue(query: CatalogueQuery, options: { readonly signal: AbortSignal }): Promise<PeerCatalogue> {
    return await peerCatalogue(query, {
      community: this.#session.community,
      mode: this.mode,
      version: this.catalogueVersion(),
      torrents: () => this.torrents(),
      presence: (infoHash) => this.#views.presence(infoHash, { mode: this.mode }),
      signal: options.signal,
    });
  }

  /** Changes when the catalogue should be asked again. */
  catalogueVersion(): string {
    return `${this.#session.community?.version ?? ""}/${this.media.version}`;
  }

  /** All shared folders. */
  shares(): readonly ShareView[] {
    return this.#session.sharedFolders.views();
  }

  /** Shares a folder. */
  async addShare(path: string): Promise<ShareView> {
    const { sharedFolders } = this.#session;
    const folder = await realFolder(path);
    if (sharedFolders.rows.some((row) => row.path === folder)) {
      throw new RequestError(409, `${folder} is shared already`);
    }
    const row = sharedFolders.add(folder);
    const view = this.shares().find((share) => share.id === row.id);
    if (view === undefined) throw new RequestError(409, `${folder} was removed at the same moment`);
    return view;
  }

  /** Shares a folder no more. */
  async removeShare(id: number): Promise<void> {
    if (!(await this.#session.sharedFolders.remove(id))) throw new RequestError(404, "There is no such shared folder");
  }

  /** Takes a new file into the first share. */
  async upload(
    name: string,
    body: ReadableStream<Uint8Array>,
    options: { readonly length?: number; readonly signal: AbortSignal },
  ): Promise<UploadedFile> {
    const share = this.#session.sharedFolders.rows[0];
    if (share === undefined) {
      await body.cancel();
      throw new RequestError(409, "Share a folder first: what you drop here is kept in it");
    }
    const taken = await takeFile(body, { folder: share.path, name, ...options });
    this.#session.sharedFolders.rescan(share.id);
    return { ...taken, shareId: share.id };
  }

  /** Lists the folders in a folder. */
  folders(path: string | undefined): Promise<FolderListing> {
    return listFolders(path);
  }

  /** What a person has set. */
  settings(): PeerSettings {
    return { ...this.#settings, ...(this.mode === undefined ? {} : { mode: this.mode }) };
  }

  /** Changes and keeps settings. */
  async changeSettings(given: PeerSettingsPatch): Promise<PeerSettings> {
    const patch = await checkedSettings(given, {
      mode: this.#fixedMode,
      isTrackerFixed: this.#options.surroundings?.isTrackerFixed ?? true,
      isDownloadsFolderFixed: this.#session.isDownloadsFolderFixed,
    });
    writeSettings(this.#session.settings, patch);
    this.#settings = mergeSettings(this.#settings, patch);
    this.#session.engine.downloadLimiter.rateBytesPerSecond = this.#settings.downloadRate;
    this.#session.engine.uploadLimiter.rateBytesPerSecond = this.#settings.uploadRate;
    this.#session.rename(this.#settings.name);
    if (patch.downloadsFolder !== undefined) this.#session.downloads.folder = chosenFolder(this.#settings);
    await this.#session.sharedFolders.setMode(this.mode);
    this.#tell();
    if (patch.tracker !== undefined) this.#options.surroundings?.onTrackerSet();
    return this.settings();
  }

  /** A file to stream. */
  mediaFile(infoHash: InfoHash, index: number): MediaFile | undefined {
    const torrent = this.#session.torrent(infoHash);
    const file = torrent?.info?.files[index];
    if (torrent === undefined || file === undefined || file.isPad) return undefined;
    const { kind, contentType } = this.#views.guesser(torrent)(file, index);
    return {
      infoHash,
      index,
      name: file.path.at(-1) ?? torrent.name,
      kind,
      contentType,
      bytes: new TorrentBytes(torrent, file),
    };
  }

  /** Tells when anything may have changed. While somebody listens the catalogue is watched closely. */
  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    const look = this.#session.community?.lookClosely();
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        look?.[Symbol.dispose]();
      },
    };
  }

  /** Metrics in Prometheus text format. */
  metrics(): Promise<string> {
    return sessionMetrics(this.status(), this.torrents());
  }

  /** Stops listening to the session. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriptions.dispose();
    await this.media[Symbol.asyncDispose]();
  }

  #onChange(infoHash: InfoHash | undefined): void {
    if (infoHash !== undefined) {
      this.#views.invalidate(infoHash);
      this.media.look(infoHash);
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
