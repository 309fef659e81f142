/**
 * The session as the dashboard's HTTP API sees and steers it: views, and refusals in sentences.
 *
 * @module
 */
import type {
  FolderListing,
  FoundTrackerView,
  PeerCatalogue,
  PeerStatus,
  ShareView,
  TorrentDetails,
  TorrentView,
} from "../shared/dashboard_views.ts";
import { formatEndpoint } from "../shared/endpoint.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import { VERSION } from "../shared/version.ts";
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
import { listFolders, realFolder } from "./folders.ts";
import type { MediaFile } from "./media/media_file.ts";
import { peerCatalogue } from "./peer_catalogue.ts";
import { mergeSettings, writeSettings } from "./peer_settings.ts";
import { checkedSettings } from "./settings_check.ts";
import { resolveSource } from "./resolve.ts";
import { chosenFolder, type Session } from "./session.ts";
import { SessionMedia } from "./session_media.ts";
import { sessionMetrics } from "./session_metrics.ts";
import { reveal } from "./reveal.ts";
import { readSource } from "./source.ts";
import type { Torrent } from "./torrent.ts";
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

/** What a peer knows of the network and the machine that it runs on, and who changes its tracker. */
export interface Surroundings {
  /** Trackers on the local network, now. */
  readonly trackers: readonly FoundTrackerView[];
  /** Calls the listener when those changed. */
  subscribe(listener: () => void): Disposable;
  /** Whether the command line left the first steps open: which tracker, which shares. */
  readonly isOpen: boolean;
  /** The tracker was given on the command line, and is not to be chosen. */
  readonly isTrackerFixed: boolean;
  /** The folder where the platform keeps media of a mode; undefined where it is not there. */
  suggestedShare(mode: PeerMode | undefined): string | undefined;
  /** Another tracker was set: the session is to be opened anew. */
  onTrackerSet(): void;
}

/** The session behind the dashboard. */
export class SessionApi implements PeerSession, AsyncDisposable {
  readonly media: SessionMedia;
  readonly #session: Session;
  readonly #options: SessionApiOptions;
  readonly #fixedMode: PeerMode | undefined;
  readonly #views: TorrentViews;
  readonly #listeners = new Set<() => void>();
  readonly #subscriptions: DisposableStack = new DisposableStack();
  #settings: PeerSettings;

  /** Steers this session, which it does not own. */
  constructor(session: Session, options: SessionApiOptions = {}) {
    this.#session = session;
    this.#options = options;
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
    const { engine, community, downloadsFolder, isDownloadsFolderFixed, startedAtMs } = this.#session;
    const torrents = this.torrents();
    const sum = (pick: (view: TorrentView) => number) => torrents.reduce((total, view) => total + pick(view), 0);
    const { downloadRate, uploadRate } = this.#settings;
    const problem = community?.problem;
    return {
      version: VERSION,
      peerId: engine.peerId,
      port: engine.listenPort,
      downloadsFolder,
      isDownloadsFolderFixed,
      downloadRate: sum((view) => view.downloadRate),
      uploadRate: sum((view) => view.uploadRate),
      downloadedBytes: sum((view) => view.downloadedBytes),
      uploadedBytes: sum((view) => view.uploadedBytes),
      peerCount: sum((view) => view.peerCount),
      limits: {
        ...(downloadRate === undefined ? {} : { downloadRate }),
        ...(uploadRate === undefined ? {} : { uploadRate }),
      },
      startedAtMs,
      ...this.#surroundings(),
      ...(this.mode === undefined ? {} : { mode: this.mode }),
      ...(community === undefined ? {} : {
        tracker: {
          address: formatEndpoint(community.tracker),
          isReachable: problem === undefined,
          ...(problem === undefined ? {} : { message: problem }),
        },
      }),
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
    const { downloads } = this.#session;
    this.#expectDownload(infoHash, isPaused ? "paused" : "resumed");
    await downloads.setPaused(infoHash, isPaused);
    const torrent = downloads.get(infoHash);
    if (torrent === undefined) throw notHere(infoHash);
    return this.#views.of(torrent);
  }

  /** Chooses the files to download. */
  setWanted(infoHash: InfoHash, files: readonly number[] | undefined): TorrentView {
    const torrent = this.#downloadOf(infoHash, "downloaded in part");
    const known = torrent.info?.files;
    const wrong = files?.find((file) => known !== undefined && known[file]?.isPad !== false);
    if (wrong !== undefined) throw new RequestError(404, `${torrent.name} has no file ${wrong}.`);
    this.#session.downloads.setWanted(infoHash, files);
    return this.#views.of(torrent);
  }

  /** Changes a torrent's own speed limits. */
  setTorrentRates(infoHash: InfoHash, { downloadRate, uploadRate }: TorrentRatesPatch): TorrentView {
    const torrent = this.#downloadOf(infoHash, "limited by itself");
    const { rates } = torrent.limits;
    const down = downloadRate === undefined ? rates.downloadRate : downloadRate ?? undefined;
    const up = uploadRate === undefined ? rates.uploadRate : uploadRate ?? undefined;
    this.#session.downloads.setRates(infoHash, {
      ...(down === undefined ? {} : { downloadRate: down }),
      ...(up === undefined ? {} : { uploadRate: up }),
    });
    return this.#views.of(torrent);
  }

  /** Forgets a torrent, and deletes what was downloaded when asked. */
  async remove(infoHash: InfoHash, options: { readonly deleteFiles: boolean }): Promise<void> {
    this.#expectDownload(infoHash, "removed");
    await this.#session.downloads.remove(infoHash, options);
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

  #surroundings(): Pick<PeerStatus, "trackersFound" | "firstSteps"> {
    const { surroundings } = this.#options;
    if (surroundings === undefined) return {};
    const { trackers, isOpen } = surroundings;
    const isNew = isOpen && this.#settings.isWelcomed !== true && this.shares().length === 0;
    const suggestedShare = isNew ? surroundings.suggestedShare(this.mode) : undefined;
    return {
      ...(trackers.length === 0 ? {} : { trackersFound: trackers }),
      ...(isNew ? { firstSteps: suggestedShare === undefined ? {} : { suggestedShare } } : {}),
    };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #expectDownload(infoHash: InfoHash, action: string): void {
    this.#downloadOf(infoHash, action);
  }

  #downloadOf(infoHash: InfoHash, action: string): Torrent {
    const torrent = this.#session.downloads.get(infoHash);
    if (torrent !== undefined) return torrent;
    if (this.#session.sharedTorrents.has(infoHash)) {
      throw new RequestError(
        409,
        `A shared file cannot be ${action}: take it out of its folder, or share the folder no more`,
      );
    }
    throw notHere(infoHash);
  }
}

function notHere(infoHash: InfoHash): RequestError {
  return new RequestError(404, `There is no torrent ${infoHash} here`);
}
