/**
 * What hashing found out about each file of a share, in SQLite, so that a restart hashes nothing. A file that was looked
 * at and is not to be shared is remembered too.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";
import type { MediaKind } from "../../shared/media_kind.ts";
import { type FileStamp, isSameStamp } from "./file_stamp.ts";
import { isWritten } from "./database.ts";

/** What is known of a file. */
export interface FileHashRow {
  readonly kind: MediaKind;
  readonly contentType: string;
  /** The .torrent bytes; absent when the file was looked at and not hashed, because of its kind. */
  readonly metainfo?: Uint8Array;
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
  kind: v.picklist(["audio", "video", "other"]),
  content_type: v.string(),
  metainfo: v.nullable(v.instance(Uint8Array)),
  seen_at_ms: v.number(),
});

/** The hash cache: path and stamp give kind and metainfo. A row whose stamp is not the file's any more is no answer. */
export class FileHashStore {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #see: StatementSync;
  readonly #nowMs: () => number;

  /** Prepares its statements on a database of `openDatabase`, and forgets files not seen for 90 days. */
  constructor(database: DatabaseSync, options: { readonly nowMs?: () => number } = {}) {
    this.#nowMs = options.nowMs ?? Date.now;
    this.#get = database.prepare("SELECT * FROM file_hashes WHERE path = ?");
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO file_hashes
         (path, length, modified_at_ms, inode, kind, content_type, metainfo, seen_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#see = database.prepare("UPDATE file_hashes SET seen_at_ms = ? WHERE path = ?");
    database.prepare("DELETE FROM file_hashes WHERE seen_at_ms < ?").run(this.#nowMs() - REMEMBERED_MS);
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
    const { kind, content_type: contentType, metainfo } = row;
    return { kind, contentType, ...(metainfo === null ? {} : { metainfo }) };
  }

  /**
   * Remembers what was found out about a file that had this stamp before and after. On a full disk it does not: the file
   * is hashed again after the next start.
   */
  put(path: string, options: { readonly stamp: FileStamp; readonly row: FileHashRow }): void {
    const { stamp: { length, modifiedAtMs, inode }, row: { kind, contentType, metainfo } } = options;
    isWritten(() =>
      this.#put.run(path, length, modifiedAtMs, inode, kind, contentType, metainfo ?? null, this.#nowMs())
    );
  }
}
