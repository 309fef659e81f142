/**
 * A {@link PeerSession} in memory for this room's tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type {
  FolderListing,
  PeerCatalogue,
  PeerStatus,
  ShareView,
  TorrentDetails,
  TorrentView,
} from "../../shared/dashboard_views.ts";
import { type InfoHash, infoHash } from "../../shared/ids.ts";
import type { MediaFile } from "../media/media_file.ts";
import { MemoryBytes, sampleContent } from "../media/memory_bytes.ts";
import type { Picture } from "../media/picture.ts";
import type {
  CatalogueQuery,
  PeerMedia,
  PeerSession,
  PeerSettings,
  PeerSettingsPatch,
  TorrentRatesPatch,
  TorrentSource,
  UploadedFile,
} from "./peer_session.ts";
import { RequestError } from "./request_error.ts";

/** The one torrent that a session in memory has. */
export const hash: InfoHash = infoHash(new Uint8Array(20).fill(1));
/** A torrent that it has not, and that every source adds. */
export const otherHash: InfoHash = infoHash(new Uint8Array(20).fill(2));

/** A torrent's view with some fields set. */
export function torrentView(infoHash: InfoHash, change: Partial<TorrentView> = {}): TorrentView {
  return {
    infoHash,
    name: "film.mp4",
    state: "downloading",
    kind: "video",
    sizeBytes: 1000,
    verifiedBytes: 0,
    downloadRate: 0,
    uploadRate: 0,
    uploadedBytes: 0,
    downloadedBytes: 0,
    peerCount: 0,
    seederCount: 0,
    addedAtMs: 0,
    isShare: false,
    magnet: `magnet:?xt=urn:btih:${infoHash}`,
    files: [],
    ...change,
  };
}

/**
 * A session that remembers what it was asked. It refuses the source `nothing`, fails at `bug`, has shared `/shared`, and
 * has 10 MB of disk.
 */
export class MemorySession implements PeerSession {
  /** Every call that changes or asks something: its name and arguments. */
  readonly calls: unknown[] = [];
  readonly list: Map<string, TorrentView> = new Map([[hash, torrentView(hash)]]);
  readonly listeners: Set<() => void> = new Set();
  readonly bytes: MemoryBytes = new MemoryBytes(sampleContent(1000));
  /** By name, of every film. */
  readonly subtitles: Map<string, Uint8Array> = new Map();
  /** By "infoHash/index". */
  readonly pictures: Map<string, Picture> = new Map();
  readonly media: PeerMedia = {
    picture: ({ infoHash, index }) => this.pictures.get(`${infoHash}/${index}`),
    keepPicture: ({ infoHash, index }, picture) => {
      if (infoHash !== hash) throw new RequestError(404, "There is no such file here.");
      this.pictures.set(`${infoHash}/${index}`, picture);
    },
    describe: ({ infoHash }) =>
      Promise.resolve(infoHash === hash ? { contentType: "video/mp4", durationSeconds: 8, subtitles: [] } : undefined),
    subtitle: (_, { name }) => Promise.resolve(this.subtitles.get(name)),
    songs: () => [],
  };
  shareList: readonly ShareView[] = [];
  version = "1";
  /** Called when a listener comes or goes. */
  onListener: () => void = () => {};

  status(): PeerStatus {
    return {
      version: "0.1.0",
      mode: "video",
      peerId: "00",
      port: 6881,
      downloadsFolder: "/downloads",
      isDownloadsFolderFixed: false,
      downloadRate: 0,
      uploadRate: 0,
      downloadedBytes: 0,
      uploadedBytes: 0,
      peerCount: 0,
      limits: {},
      startedAtMs: 0,
    };
  }

  torrents(): readonly TorrentView[] {
    return [...this.list.values()];
  }

  torrent(infoHash: InfoHash): TorrentDetails | undefined {
    const view = this.list.get(infoHash);
    return view === undefined ? undefined : {
      ...view,
      pieceCount: 1,
      pieceLength: 1000,
      pieceMap: ".",
      peers: [],
      trackers: [],
      bannedPeers: [],
      limits: {},
    };
  }

  add(source: TorrentSource, { signal }: { readonly signal: AbortSignal }): Promise<TorrentView> {
    assert.equal(signal.aborted, false);
    this.calls.push(["add", source]);
    if (source === "nothing") return Promise.reject(new RequestError(422, "That is no torrent."));
    if (source === "bug") return Promise.reject(new Error("a secret"));
    return Promise.resolve(torrentView(otherHash));
  }

  setPaused(infoHash: InfoHash, isPaused: boolean): Promise<TorrentView> {
    this.calls.push(["setPaused", infoHash, isPaused]);
    if (!this.list.has(infoHash)) return Promise.reject(new RequestError(404, "It is not here."));
    return Promise.resolve(torrentView(infoHash, { state: isPaused ? "paused" : "downloading" }));
  }

  setWanted(infoHash: InfoHash, files: readonly number[] | undefined): TorrentView {
    this.calls.push(["setWanted", infoHash, files]);
    if (!this.list.has(infoHash)) throw new RequestError(404, "It is not here.");
    return torrentView(infoHash);
  }

  setTorrentRates(infoHash: InfoHash, patch: TorrentRatesPatch): TorrentView {
    this.calls.push(["setTorrentRates", infoHash, patch]);
    return torrentView(infoHash);
  }

  remove(infoHash: InfoHash, { deleteFiles }: { readonly deleteFiles: boolean }): Promise<void> {
    this.calls.push(["remove", infoHash, deleteFiles]);
    return Promise.resolve();
  }

  reveal(infoHash: InfoHash): Promise<void> {
    this.calls.push(["reveal", infoHash]);
    return Promise.resolve();
  }

  catalogue(query: CatalogueQuery): Promise<PeerCatalogue> {
    this.calls.push(["catalogue", query]);
    return Promise.resolve({ rows: [], totalCount: 0, isTrackerReachable: true, version: this.version });
  }

  catalogueVersion(): string {
    return this.version;
  }

  shares(): readonly ShareView[] {
    return this.shareList;
  }

  addShare(path: string): Promise<ShareView> {
    this.calls.push(["addShare", path]);
    if (path === "/shared") return Promise.reject(new RequestError(409, "It is shared already."));
    return Promise.resolve({ id: 3, path, fileCount: 0, sizeBytes: 0, files: [] });
  }

  removeShare(id: number): Promise<void> {
    this.calls.push(["removeShare", id]);
    return Promise.resolve();
  }

  async upload(
    name: string,
    body: ReadableStream<Uint8Array>,
    { length }: { readonly length?: number },
  ): Promise<UploadedFile> {
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > 10_000_000) throw new RequestError(507, "The disk is full.");
    }
    this.calls.push(["upload", name, sizeBytes, length]);
    return { name, sizeBytes, shareId: 1 };
  }

  folders(path: string | undefined): Promise<FolderListing> {
    this.calls.push(["folders", path]);
    return Promise.resolve({ path: path ?? "/home", folders: [] });
  }

  settings(): PeerSettings {
    return { mode: "video" };
  }

  changeSettings(patch: PeerSettingsPatch): Promise<PeerSettings> {
    this.calls.push(["changeSettings", patch]);
    return Promise.resolve({ mode: "audio" });
  }

  mediaFile(infoHash: InfoHash, index: number): MediaFile | undefined {
    if (infoHash !== hash || index !== 0) return undefined;
    return { infoHash, index, name: "film.mp4", kind: "video", contentType: "video/mp4", bytes: this.bytes };
  }

  subscribe(listener: () => void): Disposable {
    this.listeners.add(listener);
    this.onListener();
    return {
      [Symbol.dispose]: () => {
        this.listeners.delete(listener);
        this.onListener();
      },
    };
  }

  /** Tells every listener. */
  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  metrics(): Promise<string> {
    return Promise.resolve("playswarm_up 1\n");
  }
}
