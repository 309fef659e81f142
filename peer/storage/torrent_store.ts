/**
 * The torrents we know, in SQLite.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { InfoHash } from "../../shared/ids.ts";
import type { StorageRecord } from "./torrent_storage.ts";

/** A torrent as remembered. */
export interface TorrentRow {
  readonly infoHash: InfoHash;
  /** The magnet link or what else it was added by; a magnet has no metainfo until it is fetched. */
  readonly source: string;
  /** The .torrent bytes, absent while a magnet's metadata is being fetched. */
  readonly metainfo?: Uint8Array;
  readonly folder: string;
  /** The name chosen in `folder` (see `chooseLayout`). */
  readonly rootName?: string;
  readonly isPaused: boolean;
  readonly addedAtMs: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Indices of the files wanted; absent: all. */
  readonly wantedFiles?: readonly number[];
  readonly record?: StorageRecord;
}

/** The torrents in the database. */
export declare class TorrentStore {
  constructor(database: DatabaseSync);
  all(): readonly TorrentRow[];
  get(infoHash: InfoHash): TorrentRow | undefined;
  /** Inserts or replaces. */
  put(row: TorrentRow): void;
  saveRecord(infoHash: InfoHash, record: StorageRecord): void;
  saveMetainfo(infoHash: InfoHash, metainfo: Uint8Array, rootName: string): void;
  savePaused(infoHash: InfoHash, isPaused: boolean): void;
  saveWanted(infoHash: InfoHash, wantedFiles: readonly number[] | undefined): void;
  saveTotals(infoHash: InfoHash, totals: { readonly uploadedBytes: number; readonly downloadedBytes: number }): void;
  remove(infoHash: InfoHash): void;
}
