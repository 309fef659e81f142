/**
 * What the peer's dashboard shows, and the catalogue and shares that the tracker's shows too: the JSON shapes of the
 * routes and of the live updates. Plain data; sizes in bytes, rates in bytes per second, moments in milliseconds since
 * 1970. What only the tracker shows is in `tracker_dashboard_views.ts`.
 *
 * @module
 */
import type { MediaKind, PeerMode } from "./media_kind.ts";

/** How far a torrent is and what it does now. */
export type TorrentState =
  | "fetching-metadata"
  | "checking"
  | "downloading"
  | "seeding"
  | "paused"
  | "disk-full"
  | "failed";

/** What a file says of itself. Everything is absent until it was read, which takes a file that is here. */
export interface MediaWords {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly durationSeconds?: number;
  /** The address of its picture on this dashboard. Another picture has another address, so this one may be kept. */
  readonly picture?: string;
}

/** One file of a torrent. */
export interface TorrentFileView extends MediaWords {
  /** Index inside the torrent, pads included: the one in `/stream/{infoHash}/{index}`. */
  readonly index: number;
  readonly path: string;
  /** Where the file begins in the torrent (piece space, pads included). */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly verifiedBytes: number;
  /** False: it was unchosen, and is fetched only as far as a player asks for it. */
  readonly isWanted: boolean;
  readonly kind: MediaKind;
  readonly contentType: string;
}

/** One torrent as the peer's dashboard lists it. */
export interface TorrentView {
  readonly infoHash: string;
  readonly name: string;
  readonly state: TorrentState;
  /** Why it failed or waits, as a sentence; absent when all is well. */
  readonly message?: string;
  readonly kind: MediaKind;
  readonly sizeBytes: number;
  readonly verifiedBytes: number;
  readonly downloadRate: number;
  readonly uploadRate: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly peerCount: number;
  readonly seederCount: number;
  /** Seconds until complete at the present rate; absent when unknown or done. */
  readonly secondsLeft?: number;
  readonly addedAtMs: number;
  readonly isShare: boolean;
  readonly magnet: string;
  readonly files: readonly TorrentFileView[];
}

/** One connected peer of a torrent. */
export interface PeerView {
  readonly endpoint: string;
  readonly client: string;
  readonly downloadRate: number;
  readonly uploadRate: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly verifiedShare: number;
  readonly isChokingUs: boolean;
  readonly isInterestedInUs: boolean;
  readonly isChokedByUs: boolean;
  readonly isOutgoing: boolean;
  readonly requestsInFlight: number;
}

/** One announce address of a torrent and how it answered last. */
export interface TrackerView {
  readonly url: string;
  readonly state: "waiting" | "announcing" | "working" | "failed";
  readonly message?: string;
  readonly seederCount?: number;
  readonly leecherCount?: number;
  readonly nextAnnounceAtMs?: number;
}

/** A torrent with what only its own page shows. */
export interface TorrentDetails extends TorrentView {
  readonly pieceCount: number;
  readonly pieceLength: number;
  /** One character a piece: `.` missing, `~` being fetched, `#` verified. */
  readonly pieceMap: string;
  readonly peers: readonly PeerView[];
  readonly trackers: readonly TrackerView[];
  readonly bannedPeers: readonly string[];
  /** Limits of its own, within those of the program. */
  readonly limits: { readonly downloadRate?: number; readonly uploadRate?: number };
}

/** One row of the community's catalogue, as the tracker publishes it. */
export interface CatalogueEntry {
  readonly infoHash: string;
  readonly infoHashV2?: string;
  /** Other torrents with the very same content (same v2 pieces root). */
  readonly alternatives: readonly string[];
  readonly name: string;
  readonly kind: MediaKind;
  readonly sizeBytes: number;
  readonly fileCount: number;
  readonly seederCount: number;
  readonly leecherCount: number;
  readonly addedAtMs: number;
  /** How long it plays, as the first who shared it says; nobody has checked it. */
  readonly durationSeconds?: number;
}

/** A page of the catalogue. */
export interface CataloguePage {
  readonly entries: readonly CatalogueEntry[];
  readonly totalCount: number;
  /** Give it back as `cursor` to get the next page; absent on the last. */
  readonly nextCursor?: string;
  /** Grows with every change of the catalogue. */
  readonly version: number;
}

/** A catalogue row with what is already here. */
export interface CatalogueRow extends CatalogueEntry, MediaWords {
  readonly verifiedBytes: number;
  readonly state?: TorrentState;
  readonly isShare: boolean;
  /** The file to play: index in the torrent and its type. Known once the torrent is here. */
  readonly playIndex: number;
}

/** The peer's catalogue page: the community's rows of this mode, and whether the tracker could be asked. */
export interface PeerCatalogue {
  readonly rows: readonly CatalogueRow[];
  readonly totalCount: number;
  readonly nextCursor?: string;
  readonly isTrackerReachable: boolean;
  readonly message?: string;
  /** Of the catalogue when it was asked, as in {@link PeerUpdate}. */
  readonly version: string;
}

/** One file of a share. */
export interface SharedFileView {
  readonly infoHash: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly kind: MediaKind;
  readonly uploadedBytes: number;
}

/** A shared folder. */
export interface ShareView {
  readonly id: number;
  readonly path: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** The file being hashed and how far, absent when all is hashed. */
  readonly hashing?: {
    readonly name: string;
    readonly doneBytes: number;
    readonly totalBytes: number;
    readonly waitingCount: number;
  };
  /** Why this folder cannot be shared now, as a sentence. */
  readonly message?: string;
  readonly files: readonly SharedFileView[];
}

/** What changed in the shared folders. */
export interface ShareChange {
  /** Folders that are new or changed, in their order; of their files only those that did. */
  readonly changed: readonly (ShareView & {
    /** Info-hashes of files that are no longer in it. */
    readonly removedFiles: readonly string[];
  })[];
  /** Ids of folders that are no longer shared. */
  readonly removed: readonly number[];
}

/** The peer as a whole. */
export interface PeerStatus {
  readonly version: string;
  readonly mode?: PeerMode;
  readonly peerId: string;
  readonly port: number;
  /** What its owner calls it; absent when nothing. */
  readonly name?: string;
  readonly tracker?: { readonly address: string; readonly isReachable: boolean; readonly message?: string };
  /** Trackers on the local network. */
  readonly trackersFound?: readonly FoundTrackerView[];
  /** It is new here, and a person may want to be guided. */
  readonly firstSteps?: {
    /** Where the platform keeps media of this mode; absent where there is no such folder. */
    readonly suggestedShare?: string;
  };
  readonly downloadsFolder: string;
  /** It was given on the command line, and is not to be chosen. */
  readonly isDownloadsFolderFixed: boolean;
  readonly downloadRate: number;
  readonly uploadRate: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly peerCount: number;
  readonly limits: { readonly downloadRate?: number; readonly uploadRate?: number };
  readonly startedAtMs: number;
}

/** A tracker that makes itself known on the local network. */
export interface FoundTrackerView {
  readonly name: string;
  readonly address: string;
  /** Its community is a private one. */
  readonly needsKey: boolean;
}

/** What one live update of the peer's dashboard carries: the first has all, later ones what changed. */
export interface PeerUpdate {
  readonly status: PeerStatus;
  /** Torrents that changed since the last update (all in the first). */
  readonly torrents: readonly TorrentView[];
  /** Info-hashes that went away. */
  readonly removed: readonly string[];
  /** What changed in the shares, when anything did (all in the first). */
  readonly shares?: ShareChange;
  /** Changes when the catalogue should be asked again. */
  readonly catalogueVersion: string;
}

/** A folder listing of the share chooser. */
export interface FolderListing {
  readonly path: string;
  readonly parent?: string;
  readonly folders: readonly { readonly name: string; readonly path: string }[];
}
