/**
 * What a torrent is opened with: where its files lie, what is remembered of it, and who wants to know of it.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { InfoHash, InfoHashV2 } from "../shared/ids.ts";
import type { Metainfo } from "../shared/metainfo.ts";
import type { Engine } from "./engine.ts";
import type { TorrentRates } from "./torrent_limits.ts";
import type { StorageError } from "./storage/storage_error.ts";
import type { StorageRecord } from "./storage/torrent_storage.ts";

/** Where a torrent's files lie: a share in place, or a download below a folder. */
export type TorrentPlace =
  | { readonly type: "share"; readonly path: string }
  | { readonly type: "download"; readonly folder: string; readonly rootName?: string };

/** What survives a restart; each call saves before it returns. */
export interface TorrentMemory {
  /** Keeps what is verified. */
  saveRecord(record: StorageRecord): void;
  /** Keeps the .torrent, and the name that its files were given on disk. */
  saveMetainfo(metainfo: Uint8Array, rootName: string): void;
}

/** Bytes moved since the torrent was added. */
export interface TransferTotals {
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
}

/** What a torrent is opened with. */
export interface TorrentOptions {
  readonly engine: Engine;
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2;
  /** Shown until the metadata are known. */
  readonly name: string;
  /** Absent for a magnet or a bare info-hash: it is fetched from peers. */
  readonly metainfo?: Metainfo;
  readonly place: TorrentPlace;
  readonly record?: StorageRecord;
  /** The community's announce addresses, in tiers (BEP 12): for all but private torrents (BEP 27). */
  readonly trackers: readonly (readonly string[])[];
  /** Announce addresses of its magnet link, each a tier. */
  readonly linkTrackers?: readonly string[];
  /** Peers known beforehand, from its magnet link (`x.pe`). */
  readonly candidates?: readonly Endpoint[];
  readonly wantedFiles?: readonly number[];
  /** Its own speed limits; absent: none. */
  readonly rates?: TorrentRates;
  readonly isPaused?: boolean;
  readonly totals?: TransferTotals;
  readonly addedAtMs: number;
  readonly memory: TorrentMemory;
  /** Something that a view shows has changed. */
  readonly onChange: () => void;
  /** A shared file was found changed or unreadable while it was served. */
  readonly onShareBroken?: (error: StorageError) => void;
}
