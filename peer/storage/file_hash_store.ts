/**
 * What hashing found out about each file of a share, in SQLite, so that a restart hashes nothing. A file that was looked
 * at and is not to be shared is remembered too.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";
import { parseInfoHash, parseInfoHashV2 } from "../../shared/ids.ts";
import { MEDIA_KINDS, type MediaKind } from "../../shared/media_kind.ts";
import { decodeMetainfo, encodeMetainfo, type Metainfo } from "../../shared/metainfo.ts";
import { type FileStamp, isSameStamp } from "./file_stamp.ts";
import { isWritten } from "./database.ts";
import { summarize, type TorrentSummary } from "./shared_file.ts";

/** What is known of a file. */
export interface FileHashRow {
  readonly kind: MediaKind;
  readonly contentType: string;
  /** Absent when the file was looked at and not hashed, because of its kind. */
  readonly torrent?: TorrentSummary;
}

/** What was found out about a file. */
export interface HashedFile {
  readonly kind: MediaKind;
  readonly contentType: string;
  /** As {@link FileHashRow.torrent}. */
  readonly metainfo?: Metainfo;
}

/**
 * How long a file that is not seen any more is remembered: a disk that is plugged in now and then should not be hashed
 * each time.
 */
const REMEMBERED_MS = 90 * 24 * 3600 * 1000;

/** How exactly it is remembered when a file was seen: writing it each time would make every start a write of all rows. */
const SEEN_STEP_MS = 24 * 3600 * 1000;

const rowSchema = v.object({
  length: v.number(),
  modified_at_ms: v.number(),
  inode: v.number(),
  kind: v.picklist(MEDIA_KINDS),
  content_type: v.string(),
  seen_at_ms: v.number(),
  torrent: v.nullable(v.string()),
});

const blobSchema = v.object({ metainfo: v.instance(Uint8Array) });

/** The hash cache: path and stamp give kind and torrent. A row whose stamp is not the file's any more is no answer. */
export class FileHashStore {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #see: StatementSync;
  readonly #getMetainfo: StatementSync;
  readonly #putMetainfo: StatementSync;
  readonly #dropMetainfo: StatementSync;
  readonly #summarize: StatementSync;
  readonly #nowMs: () => number;

  /** Prepares its statements on a database of `openDatabase`, and forgets files not seen for 90 days. */
  constructor(database: DatabaseSync, options: { readonly nowMs?: () => number } = {}) {
    this.#nowMs = options.nowMs ?? Date.now;
    this.#get = database.prepare("SELECT * FROM file_hashes WHERE path = ?");
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO file_hashes
         (path, length, modified_at_ms, inode, kind, content_type, torrent, seen_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#see = database.prepare("UPDATE file_hashes SET seen_at_ms = ? WHERE path = ?");
    this.#summarize = database.prepare("UPDATE file_hashes SET torrent = ? WHERE path = ?");
    this.#getMetainfo = database.prepare("SELECT metainfo FROM file_metainfo WHERE path = ?");
    this.#putMetainfo = database.prepare("INSERT OR REPLACE INTO file_metainfo (path, metainfo) VALUES (?, ?)");
    this.#dropMetainfo = database.prepare("DELETE FROM file_metainfo WHERE path = ?");
    database.prepare("DELETE FROM file_hashes WHERE seen_at_ms < ?").run(this.#nowMs() - REMEMBERED_MS);
    database.exec("DELETE FROM file_metainfo WHERE path NOT IN (SELECT path FROM file_hashes)");
  }

  /** What was found out about the file as it is now. */
  get(path: string, stamp: FileStamp): FileHashRow | undefined {
    const raw = this.#get.get(path);
    if (raw === undefined) return undefined;
    const row = v.parse(rowSchema, raw);
    const then = { length: row.length, modifiedAtMs: row.modified_at_ms, inode: row.inode };
    if (!isSameStamp(then, stamp)) return undefined;
    const now = this.#nowMs();
    if (now - row.seen_at_ms > SEEN_STEP_MS) isWritten(() => this.#see.run(now, path));
    const { kind, content_type: contentType } = row;
    const torrent = row.torrent === null ? this.#summaryOf(path) : readSummary(row.torrent);
    return { kind, contentType, ...(torrent === undefined ? {} : { torrent }) };
  }

  /** The torrent of a file that {@link get} gave one for. */
  metainfo(path: string): Metainfo | undefined {
    const raw = this.#getMetainfo.get(path);
    return raw === undefined ? undefined : decodeMetainfo(v.parse(blobSchema, raw).metainfo);
  }

  /**
   * Remembers what was found out about a file that had this stamp before and after. On a full disk it does not, and says
   * so: the file is hashed again after the next start.
   */
  put(path: string, options: { readonly stamp: FileStamp; readonly row: HashedFile }): boolean {
    const { stamp: { length, modifiedAtMs, inode }, row: { kind, contentType, metainfo } } = options;
    const torrent = metainfo === undefined ? null : JSON.stringify(summarize(metainfo));
    return isWritten(() => {
      // The torrent first: a row that promises one must not be there without it.
      if (metainfo === undefined) this.#dropMetainfo.run(path);
      else this.#putMetainfo.run(path, encodeMetainfo(metainfo));
      this.#put.run(path, length, modifiedAtMs, inode, kind, contentType, torrent, this.#nowMs());
    });
  }

  /** Rows of the first version have none yet. */
  #summaryOf(path: string): TorrentSummary | undefined {
    const metainfo = this.metainfo(path);
    if (metainfo === undefined) return undefined;
    const summary = summarize(metainfo);
    isWritten(() => this.#summarize.run(JSON.stringify(summary), path));
    return summary;
  }
}

const hashSchema = v.pipe(v.string(), v.transform(parseInfoHash));
const summarySchema = v.object({
  name: v.string(),
  infoHashes: v.tupleWithRest([hashSchema], hashSchema),
  infoHashV2: v.optional(v.pipe(v.string(), v.transform(parseInfoHashV2))),
  pieceCount: v.number(),
});

function readSummary(text: string): TorrentSummary {
  const { infoHashV2, ...rest } = v.parse(summarySchema, JSON.parse(text));
  return { ...rest, ...(infoHashV2 === undefined ? {} : { infoHashV2 }) };
}
