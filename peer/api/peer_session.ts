/**
 * What the peer's HTTP API needs of the session: declared here, by its consumer, and implemented by `peer/session.ts`.
 * Whatever the session refuses it refuses by throwing a `RequestError` with a sentence.
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
} from "../../shared/dashboard_views.ts";
import type { InfoHash } from "../../shared/ids.ts";
import type { PeerMode } from "../../shared/media_kind.ts";
import type { MediaFile } from "../media/media_file.ts";
import type { MediaDesk } from "./media_routes.ts";
import type { PictureShelf } from "./picture_routes.ts";

/** What a torrent is added from: a magnet link, an info-hash, a name in the catalogue, or a .torrent's bytes. */
export type TorrentSource = string | { readonly metainfo: Uint8Array };

/** The orders of the catalogue. */
export type CatalogueSort = "name" | "new" | "size" | "length" | "seeders";

/** What is asked for of the catalogue, beside words. */
export interface CatalogueFilter {
  /** Only what is on this computer, wholly or in part. */
  readonly isHere?: boolean;
  /** Only what somebody on our network has. */
  readonly isNear?: boolean;
  /** Without single files that end so: extensions in lower case, with commas between them. */
  readonly without?: string;
}

/** What to list of the catalogue. */
export interface CatalogueQuery {
  /** Words that the name must hold; empty for all. */
  readonly text: string;
  readonly sort: CatalogueSort;
  readonly filter: CatalogueFilter;
  /** Rows to pass over first. */
  readonly offset?: number;
  /** Where the page starts, as the page before it said; absent for the first. */
  readonly cursor?: string;
  /** At most so many rows, 1 to 200. */
  readonly limit: number;
}

/** What a person may set. Rates in bytes per second; absent means no limit. */
export interface PeerSettings {
  readonly mode?: PeerMode;
  readonly downloadRate?: number;
  readonly uploadRate?: number;
  /** Where new downloads go; absent: where the platform keeps downloads. */
  readonly downloadsFolder?: string;
  /** The tracker that was chosen here. */
  readonly tracker?: ChosenTracker;
  /** What the peer is called, as its tracker shows it; absent: nothing. */
  readonly name?: string;
  /** The first steps were taken, or passed over. */
  readonly isWelcomed?: boolean;
}

/** A tracker that was chosen, or found and joined. */
export interface ChosenTracker {
  /** `HOST:PORT`. */
  readonly address: string;
  /** How it called itself when it was found: it is followed to another address. */
  readonly name?: string;
  /** The secret of a private community. */
  readonly key?: string;
}

/** A change of the settings: what is absent stays, `null` takes away what was set. */
export interface PeerSettingsPatch {
  readonly mode?: PeerMode;
  readonly downloadRate?: number | null;
  readonly uploadRate?: number | null;
  readonly downloadsFolder?: string | null;
  readonly tracker?: ChosenTracker | null;
  readonly name?: string | null;
  readonly isWelcomed?: boolean;
}

/** A change of a torrent's own limits, in bytes per second. */
export type TorrentRatesPatch = Pick<PeerSettingsPatch, "downloadRate" | "uploadRate">;

/** A file that was uploaded into a share. */
export interface UploadedFile {
  /** Its name in the share: the one asked for, made safe and free. */
  readonly name: string;
  readonly sizeBytes: number;
  /** The share it lies in. */
  readonly shareId: number;
}

/** What the media routes need. */
export type PeerMedia = PictureShelf & MediaDesk;

/**
 * A running peer, as its dashboard sees and steers it. Views are immutable snapshots; a view that did not change
 * should be the same object as before, which makes the live updates of thousands of torrents cheap.
 */
export interface PeerSession {
  /** What is known of the inside of media files. */
  readonly media: PeerMedia;
  /** The peer as a whole, now. */
  status(): PeerStatus;
  /** All torrents, shared ones too. */
  torrents(): readonly TorrentView[];
  /** One torrent with its peers and pieces; undefined when it is not here. */
  torrent(infoHash: InfoHash): TorrentDetails | undefined;
  /**
   * Adds a torrent and starts it; one that is here already is given back as it is.
   *
   * @throws RequestError 422 when the source is none of ours to understand, 404 when the catalogue has no such name.
   */
  add(source: TorrentSource, options: { readonly signal: AbortSignal }): Promise<TorrentView>;
  /** Pauses or resumes; 404 when it is not here. */
  setPaused(infoHash: InfoHash, isPaused: boolean): Promise<TorrentView>;
  /**
   * Chooses the files to download, by index in the torrent; undefined: all of them. 404 when it is not here or has no such
   * file, 409 for a shared file.
   */
  setWanted(infoHash: InfoHash, files: readonly number[] | undefined): TorrentView;
  /** Changes a torrent's own speed limits: what is absent stays, `null` takes one away. As {@link setWanted} refuses. */
  setTorrentRates(infoHash: InfoHash, patch: TorrentRatesPatch): TorrentView;
  /** Forgets a torrent, and deletes what was downloaded when asked; 404 when it is not here, 409 for a shared file. */
  remove(infoHash: InfoHash, options: { readonly deleteFiles: boolean }): Promise<void>;
  /** Shows a torrent's files in this computer's file manager; 404 when nothing of it is here, 501 without a desktop. */
  reveal(infoHash: InfoHash): Promise<void>;
  /** Lists the community's files of our mode. An unreachable tracker is not an error: the page says so. */
  catalogue(query: CatalogueQuery, options: { readonly signal: AbortSignal }): Promise<PeerCatalogue>;
  /** Changes when the catalogue should be asked again. */
  catalogueVersion(): string;
  /** All shared folders. */
  shares(): readonly ShareView[];
  /** Shares a folder; 422 when it cannot be read or is no folder, 409 when it is shared already. */
  addShare(path: string): Promise<ShareView>;
  /** Shares a folder no more; its files stay. 404 when there is no such share. */
  removeShare(id: number): Promise<void>;
  /**
   * Takes a new file into the first share.
   *
   * @param name Any name that a browser gives; it is made safe here.
   * @param body The file, read with back-pressure. The session reads it to the end or cancels it.
   * @param options `length`: how long the body will be, when the request says so. `signal`: aborted when the sender left.
   * @throws RequestError 409 when there is no share, 507 when the disk is full. Nothing is left behind then.
   */
  upload(
    name: string,
    body: ReadableStream<Uint8Array>,
    options: { readonly length?: number; readonly signal: AbortSignal },
  ): Promise<UploadedFile>;
  /** Lists the folders in a folder, the home folder by default; 404 when there is none, 403 when it cannot be read. */
  folders(path: string | undefined): Promise<FolderListing>;
  /** What a person has set. */
  settings(): PeerSettings;
  /** Changes and keeps settings; gives them as they are now. */
  changeSettings(patch: PeerSettingsPatch): Promise<PeerSettings>;
  /** A file to stream; undefined when it is not here or its metadata are not known yet. */
  mediaFile(infoHash: InfoHash, index: number): MediaFile | undefined;
  /** Tells when anything may have changed, at most every few milliseconds; disposing ends the calls. */
  subscribe(listener: () => void): Disposable;
  /** Metrics in Prometheus text format 0.0.4. */
  metrics(): Promise<string>;
}
