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

/** What is known of a file. */
export interface FileHashRow {
  readonly kind: MediaKind;
  readonly contentType: string;
  /** The .torrent bytes; absent when the file was looked at and not hashed, because of its kind. */
  readonly metainfo?: Uint8Array;
}

const rowSchema = v.object({
  length: v.number(),
  modified_at_ms: v.number(),
  inode: v.number(),
  kind: v.picklist(["audio", "video", "other"]),
  content_type: v.string(),
  metainfo: v.nullable(v.instance(Uint8Array)),
});

/** The hash cache: path and stamp give kind and metainfo. A row whose stamp is not the file's any more is no answer. */
export class FileHashStore {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #paths: StatementSync;
  readonly #remove: StatementSync;

  /** Prepares its statements on a database of `openDatabase`. */
  constructor(database: DatabaseSync) {
    this.#get = database.prepare("SELECT * FROM file_hashes WHERE path = ?");
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO file_hashes (path, length, modified_at_ms, inode, kind, content_type, metainfo)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#paths = database.prepare("SELECT path FROM file_hashes WHERE substr(path, 1, length(?1)) = ?1");
    this.#remove = database.prepare("DELETE FROM file_hashes WHERE path = ?");
  }

  /** What was found out about the file as it is now. */
  get(path: string, stamp: FileStamp): FileHashRow | undefined {
    const raw = this.#get.get(path);
    if (raw === undefined) return undefined;
    const row = v.parse(rowSchema, raw);
    const then = { length: row.length, modifiedAtMs: row.modified_at_ms, inode: row.inode };
    if (!isSameStamp(then, stamp)) return undefined;
    const { kind, content_type: contentType, metainfo } = row;
    return { kind, contentType, ...(metainfo === null ? {} : { metainfo }) };
  }

  /** Remembers what was found out about a file that had this stamp before and after. */
  put(path: string, options: { readonly stamp: FileStamp; readonly row: FileHashRow }): void {
    const { stamp: { length, modifiedAtMs, inode }, row: { kind, contentType, metainfo } } = options;
    this.#put.run(path, length, modifiedAtMs, inode, kind, contentType, metainfo ?? null);
  }

  /** Forgets every file below the folder (a path that ends with a separator) that is not in `kept`. */
  prune(folder: string, kept: { has(path: string): boolean }): void {
    for (const row of this.#paths.all(folder)) {
      const { path } = v.parse(v.object({ path: v.string() }), row);
      if (!kept.has(path)) this.#remove.run(path);
    }
  }
}
