/**
 * The session as the dashboard's HTTP API sees and steers it: views, and refusals in sentences.
 *
 * @module
 */
import type {
  CatalogueRow,
  FolderListing,
  PeerCatalogue,
  PeerStatus,
  ShareView,
  TorrentDetails,
  TorrentView,
} from "../shared/dashboard_views.ts";
import { formatEndpoint } from "../shared/endpoint.ts";
import { type InfoHash, parseInfoHash } from "../shared/ids.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import { VERSION } from "../shared/version.ts";
import type {
  CatalogueQuery,
  PeerSession,
  PeerSettings,
  PeerSettingsPatch,
  TorrentSource,
  UploadedFile,
} from "./api/peer_session.ts";
import { RequestError } from "./api/request_error.ts";
import { CommunityError } from "./community.ts";
import { listFolders, realFolder } from "./folders.ts";
import type { MediaFile } from "./media/media_file.ts";
import { MediaGuesses } from "./media_guesses.ts";
import { readSettings, writeSettings } from "./peer_settings.ts";
import { resolveSource } from "./resolve.ts";
import type { Session } from "./session.ts";
import { sessionMetrics } from "./session_metrics.ts";
import { readSource } from "./source.ts";
import type { Torrent } from "./torrent.ts";
import { TorrentBytes } from "./torrent_bytes.ts";
import { viewDetails, viewResting, viewRestingDetails, viewTorrent } from "./torrent_view.ts";
import { takeFile } from "./uploads.ts";

/** How the API shows a session. */
export interface SessionApiOptions {
  /** The mode given on the command line; without one the user chooses, and it is remembered. */
  readonly mode?: PeerMode;
}

/** The session behind the dashboard. */
export class SessionApi implements PeerSession, Disposable {
  readonly #session: Session;
  readonly #fixedMode: PeerMode | undefined;
  readonly #guesses = new MediaGuesses();
  readonly #views = new Map<InfoHash, TorrentView>();
  readonly #listeners = new Set<() => void>();
  readonly #subscription: Disposable;
  #settings: PeerSettings;

  /** Steers this session, which it does not own. */
  constructor(session: Session, options: SessionApiOptions = {}) {
    this.#session = session;
    this.#fixedMode = options.mode;
    this.#settings = readSettings(session.settings);
    this.#subscription = session.subscribe((infoHash) => this.#onChange(infoHash));
  }

  /** The mode in force. */
  get mode(): PeerMode | undefined {
    return this.#fixedMode ?? this.#settings.mode;
  }

  /** The peer as a whole. */
  status(): PeerStatus {
    const { engine, community, downloadsFolder, startedAtMs } = this.#session;
    const torrents = this.torrents();
    const sum = (pick: (view: TorrentView) => number) => torrents.reduce((total, view) => total + pick(view), 0);
    const { downloadRate, uploadRate } = this.#settings;
    const problem = community?.problem;
    return {
      version: VERSION,
      peerId: engine.peerId,
      port: engine.listenPort,
      downloadsFolder,
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
    const { downloads, sharedTorrents } = this.#session;
    const views = [...downloads.all()].map((torrent) => this.#view(torrent));
    for (const infoHash of sharedTorrents.infoHashes()) {
      const view = this.#shareView(infoHash);
      if (view !== undefined) views.push(view);
    }
    return views;
  }

  /** One torrent with its peers and pieces. */
  torrent(infoHash: InfoHash): TorrentDetails | undefined {
    const { downloads, sharedTorrents, engine } = this.#session;
    const announces = engine.announcer.status(infoHash);
    const torrent = downloads.get(infoHash) ?? sharedTorrents.awake(infoHash);
    if (torrent !== undefined) return viewDetails(torrent, { ...this.#viewOptions(torrent), announces });
    const file = sharedTorrents.file(infoHash);
    const view = this.#shareView(infoHash);
    return file && view && viewRestingDetails(view, file.metainfo.info, announces);
  }

  /** Adds a torrent and starts it; one that is here is given back as it is. */
  async add(source: TorrentSource, options: { readonly signal: AbortSignal }): Promise<TorrentView> {
    const download = await resolveSource(readSource(source), {
      community: this.#session.community,
      signal: options.signal,
      ...(this.mode === undefined ? {} : { mode: this.mode }),
    });
    const known = this.#session.torrent(download.infoHash);
    if (known !== undefined) return this.#view(known);
    return this.#view(this.#session.downloads.add(download));
  }

  /** Pauses or resumes. */
  async setPaused(infoHash: InfoHash, isPaused: boolean): Promise<TorrentView> {
    const { downloads } = this.#session;
    this.#expectDownload(infoHash, isPaused ? "paused" : "resumed");
    await downloads.setPaused(infoHash, isPaused);
    const torrent = downloads.get(infoHash);
    if (torrent === undefined) throw notHere(infoHash);
    return this.#view(torrent);
  }

  /** Forgets a torrent, and deletes what was downloaded when asked. */
  async remove(infoHash: InfoHash, options: { readonly deleteFiles: boolean }): Promise<void> {
    this.#expectDownload(infoHash, "removed");
    await this.#session.downloads.remove(infoHash, options);
    this.#guesses.forget(infoHash);
    this.#views.delete(infoHash);
  }

  /** The community's files of our mode, with what is already here. */
  async catalogue(query: CatalogueQuery, options: { readonly signal: AbortSignal }): Promise<PeerCatalogue> {
    const { community } = this.#session;
    const nothing = { rows: [], totalCount: 0, isTrackerReachable: false };
    if (community === undefined) {
      return {
        ...nothing,
        message: "No tracker is set: start the peer with --tracker HOST to see what your community shares",
      };
    }
    const { text, ...rest } = query;
    try {
      const page = await community.catalogue({
        ...rest,
        q: text,
        ...(this.mode === undefined ? {} : { mode: this.mode }),
      }, options);
      const { totalCount, nextCursor } = page;
      const rows = page.entries.map((entry): CatalogueRow => ({
        ...entry,
        ...this.#presence(parseInfoHash(entry.infoHash)),
      }));
      return { rows, totalCount, isTrackerReachable: true, ...(nextCursor === undefined ? {} : { nextCursor }) };
    } catch (error) {
      if (!(error instanceof CommunityError)) throw error;
      return { ...nothing, message: error.message };
    }
  }

  /** Changes when the catalogue should be asked again. */
  catalogueVersion(): string {
    return this.#session.community?.version ?? "";
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
  async changeSettings(patch: PeerSettingsPatch): Promise<PeerSettings> {
    if (patch.mode !== undefined && this.#fixedMode !== undefined && patch.mode !== this.#fixedMode) {
      throw new RequestError(
        409,
        `The mode was set to ${this.#fixedMode} when the peer was started: start it without --mode to choose here`,
      );
    }
    this.#settings = writeSettings(this.#session.settings, patch);
    this.#session.engine.downloadLimiter.rateBytesPerSecond = this.#settings.downloadRate;
    this.#session.engine.uploadLimiter.rateBytesPerSecond = this.#settings.uploadRate;
    await this.#session.sharedFolders.setMode(this.mode);
    this.#tell();
    return this.settings();
  }

  /** A file to stream. */
  mediaFile(infoHash: InfoHash, index: number): MediaFile | undefined {
    const torrent = this.#session.torrent(infoHash);
    const file = torrent?.info?.files[index];
    if (torrent === undefined || file === undefined || file.isPad) return undefined;
    const { kind, contentType } = this.#viewOptions(torrent).guess(file, index);
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
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #onChange(infoHash: InfoHash | undefined): void {
    if (infoHash !== undefined) this.#views.delete(infoHash);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #viewOptions(torrent: Torrent) {
    const shared = this.#session.sharedTorrents.file(torrent.infoHash);
    const guess: Parameters<typeof viewTorrent>[1]["guess"] = torrent.place.type === "share" && shared !== undefined
      ? () => shared
      : (file, index) => this.#guesses.guess(torrent, { file, index });
    return { guess, trackers: this.#session.community?.announceUrls ?? [] };
  }

  /** The view of a torrent; one that has company changes all the time, any other is made once. */
  #view(torrent: Torrent): TorrentView {
    const isBusy = torrent.swarm.peers.size > 0 || torrent.phase === "checking";
    const known = isBusy ? undefined : this.#views.get(torrent.infoHash);
    if (known !== undefined) return known;
    const view = viewTorrent(torrent, this.#viewOptions(torrent));
    if (isBusy) this.#views.delete(torrent.infoHash);
    else this.#views.set(torrent.infoHash, view);
    return view;
  }

  #shareView(infoHash: InfoHash): TorrentView | undefined {
    const { sharedTorrents, community } = this.#session;
    const awake = sharedTorrents.awake(infoHash);
    if (awake !== undefined) return this.#view(awake);
    const file = sharedTorrents.file(infoHash);
    if (file === undefined) return undefined;
    const known = this.#views.get(infoHash);
    if (known !== undefined) return known;
    const view = viewResting(file, {
      totals: sharedTorrents.totals(infoHash),
      addedAtMs: sharedTorrents.addedAtMs(infoHash),
      trackers: community?.announceUrls ?? [],
    });
    this.#views.set(infoHash, view);
    return view;
  }

  /** What of a catalogue row is here already. */
  #presence(infoHash: InfoHash): Pick<CatalogueRow, "verifiedBytes" | "state" | "isShare" | "playIndex"> {
    const torrent = this.#session.downloads.get(infoHash);
    const view = torrent === undefined ? this.#shareView(infoHash) : this.#view(torrent);
    if (view === undefined) return { verifiedBytes: 0, isShare: false, playIndex: 0 };
    const playable = view.files.find((file) => file.kind === this.mode) ?? view.files[0];
    const { verifiedBytes, state, isShare } = view;
    return { verifiedBytes, state, isShare, playIndex: playable?.index ?? 0 };
  }

  #expectDownload(infoHash: InfoHash, action: string): void {
    if (this.#session.downloads.get(infoHash) !== undefined) return;
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
