/**
 * The hashes of shared files, in SQLite.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { FileStamp } from "./file_stamp.ts";

/** What was found out about a file. */
export interface FileHashRow {
  readonly metainfo: Uint8Array;
  readonly kind: string;
  readonly contentType: string;
}

/** The hash cache: path and stamp → metainfo. */
export declare class FileHashStore {
  constructor(database: DatabaseSync);
  get(path: string, stamp: FileStamp): FileHashRow | undefined;
  put(path: string, stamp: FileStamp, row: FileHashRow): void;
}
