/**
 * The torrents we know, in SQLite: what was added, where it lies, and what of it was verified.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";
import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import { isWritten } from "./database.ts";
import type { StorageRecord } from "./torrent_storage.ts";

/** A torrent as remembered. */
export interface TorrentRow {
  readonly infoHash: InfoHash;
  /** What it was added by: a magnet link, a name… */
  readonly source: string;
  /** The .torrent bytes; absent while a magnet's metadata is being fetched. */
  readonly metainfo?: Uint8Array;
  /** Absolute. */
  readonly folder: string;
  /** The name chosen in `folder` (see `chooseLayout`); absent as long as the metainfo is. */
  readonly rootName?: string;
  readonly isPaused: boolean;
  readonly addedAtMs: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** Indices of the files wanted; absent: all. */
  readonly wantedFiles?: readonly number[];
  /** Its own speed limits, bytes a second. */
  readonly rates?: { readonly downloadRate?: number; readonly uploadRate?: number };
  /** What its storage saved last. */
  readonly record?: StorageRecord;
}

const wholeNumber = v.pipe(v.number(), v.safeInteger());

const rowSchema = v.object({
  info_hash: v.string(),
  source: v.string(),
  metainfo: v.nullable(v.instance(Uint8Array)),
  folder: v.string(),
  root_name: v.nullable(v.string()),
  is_paused: wholeNumber,
  added_at_ms: wholeNumber,
  uploaded_bytes: wholeNumber,
  downloaded_bytes: wholeNumber,
  wanted_files: v.nullable(v.pipe(v.string(), v.parseJson(), v.array(wholeNumber))),
  rates: v.nullable(v.pipe(
    v.string(),
    v.parseJson(),
    v.object({ downloadRate: v.optional(v.number()), uploadRate: v.optional(v.number()) }),
  )),
  verified: v.nullable(v.instance(Uint8Array)),
  stamps: v.nullable(v.pipe(
    v.string(),
    v.parseJson(),
    v.array(v.nullable(v.object({ length: v.number(), modifiedAtMs: v.number(), inode: v.number() }))),
  )),
});

const COLUMNS = [
  "info_hash",
  "source",
  "metainfo",
  "folder",
  "root_name",
  "is_paused",
  "added_at_ms",
  "uploaded_bytes",
  "downloaded_bytes",
  "wanted_files",
  "verified",
  "stamps",
];

/**
 * The torrents in the database. Each write is on its own, and over when it returns; only what a running torrent saves of
 * itself waits on a full disk until something is saved again: to lose it costs looking at the files once more.
 */
export class TorrentStore {
  readonly #all: StatementSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #saveRecord: StatementSync;
  readonly #saveMetainfo: StatementSync;
  readonly #savePaused: StatementSync;
  readonly #saveWanted: StatementSync;
  readonly #saveTotals: StatementSync;
  readonly #saveRates: StatementSync;
  readonly #remove: StatementSync;
  /** Writes that found no room, the newest of each kind, by torrent. */
  readonly #waiting = new Map<InfoHash, Map<string, () => void>>();

  /** Prepares its statements on a database of {@link openDatabase}. */
  constructor(database: DatabaseSync) {
    const set = (columns: string) => database.prepare(`UPDATE torrents SET ${columns} WHERE info_hash = ?`);
    this.#all = database.prepare("SELECT * FROM torrents ORDER BY added_at_ms, info_hash");
    this.#get = database.prepare("SELECT * FROM torrents WHERE info_hash = ?");
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO torrents (${COLUMNS.join()}) VALUES (${COLUMNS.map(() => "?").join()})`,
    );
    this.#saveRecord = set("verified = ?, stamps = ?");
    this.#saveMetainfo = set("metainfo = ?, root_name = ?");
    this.#savePaused = set("is_paused = ?");
    this.#saveWanted = set("wanted_files = ?");
    this.#saveTotals = set("uploaded_bytes = ?, downloaded_bytes = ?");
    this.#saveRates = set("rates = ?");
    this.#remove = database.prepare("DELETE FROM torrents WHERE info_hash = ?");
  }

  /** All torrents, in the order in which they were added. */
  all(): readonly TorrentRow[] {
    return this.#all.all().map(readRow);
  }

  /** One torrent, if it is known. */
  get(infoHash: InfoHash): TorrentRow | undefined {
    const row = this.#get.get(infoHash);
    return row === undefined ? undefined : readRow(row);
  }

  /** Adds the torrent, or replaces all that is known of it. */
  put(row: TorrentRow): void {
    this.#waiting.delete(row.infoHash);
    this.#put.run(
      row.infoHash,
      row.source,
      row.metainfo ?? null,
      row.folder,
      row.rootName ?? null,
      Number(row.isPaused),
      row.addedAtMs,
      row.uploadedBytes,
      row.downloadedBytes,
      row.wantedFiles === undefined ? null : JSON.stringify(row.wantedFiles),
      row.record?.verified ?? null,
      stampsText(row.record),
    );
  }

  /** Remembers what its storage says is verified. */
  saveRecord(infoHash: InfoHash, record: StorageRecord): void {
    this.#save(infoHash, "record", () => this.#saveRecord.run(record.verified, stampsText(record), infoHash));
  }

  /** Remembers the metainfo of what was a magnet, or its piece layers; and the name chosen in its folder. */
  saveMetainfo(infoHash: InfoHash, metainfo: Uint8Array, options: { readonly rootName: string }): void {
    this.#save(infoHash, "metainfo", () => this.#saveMetainfo.run(metainfo, options.rootName, infoHash));
  }

  /** Remembers whether it is paused. */
  savePaused(infoHash: InfoHash, isPaused: boolean): void {
    this.#savePaused.run(Number(isPaused), infoHash);
  }

  /** Remembers which files are wanted; `undefined`: all. */
  saveWanted(infoHash: InfoHash, wantedFiles: readonly number[] | undefined): void {
    this.#saveWanted.run(wantedFiles === undefined ? null : JSON.stringify(wantedFiles), infoHash);
  }

  /** Remembers its own speed limits. */
  saveRates(infoHash: InfoHash, rates: NonNullable<TorrentRow["rates"]>): void {
    this.#saveRates.run(JSON.stringify(rates), infoHash);
  }

  /** Remembers how much went each way. */
  saveTotals(
    infoHash: InfoHash,
    totals: { readonly uploadedBytes: number; readonly downloadedBytes: number },
  ): void {
    const { uploadedBytes, downloadedBytes } = totals;
    this.#save(infoHash, "totals", () => this.#saveTotals.run(uploadedBytes, downloadedBytes, infoHash));
  }

  /** Forgets the torrent; its files are not touched. */
  remove(infoHash: InfoHash): void {
    this.#waiting.delete(infoHash);
    this.#remove.run(infoHash);
  }

  /** Writes this, and all that waits, as long as there is room. */
  #save(infoHash: InfoHash, what: "record" | "metainfo" | "totals", write: () => void): void {
    const mine = this.#waiting.get(infoHash) ?? new Map<string, () => void>();
    this.#waiting.set(infoHash, mine.set(what, write));
    for (const [owner, writes] of this.#waiting) {
      for (const [key, next] of writes) {
        if (!isWritten(next)) return;
        writes.delete(key);
      }
      this.#waiting.delete(owner);
    }
  }
}

function stampsText(record: StorageRecord | undefined): string | null {
  return record?.stamps === undefined ? null : JSON.stringify(record.stamps.map((stamp) => stamp ?? null));
}

function readRow(raw: unknown): TorrentRow {
  const row = v.parse(rowSchema, raw);
  const stamps = row.stamps?.map((stamp) => stamp ?? undefined);
  const record = row.verified === null ? undefined : { verified: row.verified, ...(stamps ? { stamps } : {}) };
  return {
    infoHash: parseInfoHash(row.info_hash),
    source: row.source,
    folder: row.folder,
    isPaused: row.is_paused !== 0,
    addedAtMs: row.added_at_ms,
    uploadedBytes: row.uploaded_bytes,
    downloadedBytes: row.downloaded_bytes,
    ...(row.metainfo === null ? {} : { metainfo: row.metainfo }),
    ...(row.root_name === null ? {} : { rootName: row.root_name }),
    ...(row.wanted_files === null ? {} : { wantedFiles: row.wanted_files }),
    ...(row.rates === null ? {} : { rates: definedRates(row.rates) }),
    ...(record === undefined ? {} : { record }),
  };
}

function definedRates(
  { downloadRate, uploadRate }: {
    readonly downloadRate?: number | undefined;
    readonly uploadRate?: number | undefined;
  },
): NonNullable<TorrentRow["rates"]> {
  return {
    ...(downloadRate === undefined ? {} : { downloadRate }),
    ...(uploadRate === undefined ? {} : { uploadRate }),
  };
}
