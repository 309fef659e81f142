/**
 * The program's one SQLite database (`node:sqlite`): what must survive a crash and is no file of the user's. Its stores
 * are `torrent_store.ts`, `share_store.ts`, `file_hash_store.ts`, `settings_store.ts` and `media_store.ts`.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/**
 * What each version adds to the one before; `user_version` counts how many were run. An entry that was released is never
 * changed: a new one follows.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE torrents (
     info_hash TEXT PRIMARY KEY,
     source TEXT NOT NULL,
     metainfo BLOB,
     folder TEXT NOT NULL,
     root_name TEXT,
     is_paused INTEGER NOT NULL,
     added_at_ms INTEGER NOT NULL,
     uploaded_bytes INTEGER NOT NULL,
     downloaded_bytes INTEGER NOT NULL,
     wanted_files TEXT,
     verified BLOB,
     stamps TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE shares (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     path TEXT NOT NULL UNIQUE,
     added_at_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE file_hashes (
     path TEXT PRIMARY KEY,
     length INTEGER NOT NULL,
     modified_at_ms INTEGER NOT NULL,
     inode INTEGER NOT NULL,
     kind TEXT NOT NULL,
     content_type TEXT NOT NULL,
     metainfo BLOB,
     seen_at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE settings (
     key TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE media_facts (
     info_hash TEXT NOT NULL,
     file_index INTEGER NOT NULL,
     facts TEXT NOT NULL,
     picture TEXT,
     PRIMARY KEY (info_hash, file_index)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE pictures (
     id INTEGER PRIMARY KEY,
     hash TEXT NOT NULL UNIQUE,
     content_type TEXT NOT NULL,
     bytes BLOB NOT NULL
   ) STRICT;`,
  // Torrents of ten thousand films are a gigabyte: a start reads the rows and leaves them where they are.
  `CREATE TABLE file_metainfo (
     path TEXT PRIMARY KEY,
     metainfo BLOB NOT NULL
   ) STRICT;
   INSERT INTO file_metainfo SELECT path, metainfo FROM file_hashes WHERE metainfo IS NOT NULL;
   ALTER TABLE file_hashes DROP COLUMN metainfo;
   ALTER TABLE file_hashes ADD COLUMN torrent TEXT;`,
  "ALTER TABLE torrents ADD COLUMN rates TEXT;",
  // Subtitles have become a kind of their own: those that were seen before are looked at again.
  "DELETE FROM file_hashes WHERE kind = 'other' AND (path LIKE '%.srt' OR path LIKE '%.vtt');",
];

/**
 * Opens the database at `path` (its folder must exist), or one in memory with `":memory:"`; makes and migrates it as
 * needed. Whoever opens it closes it with `close()`.
 *
 * A write-ahead log makes each write one append, without waiting for the disk: `kill -9` loses nothing, a power cut
 * perhaps the last writes, and never what held before.
 *
 * @throws {RangeError} when a newer version of this program made it
 * @throws {Error} of `node:sqlite` when it is no database, or cannot be written
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;");
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Runs a write that may wait. False: there is no room left on the disk, nothing was changed, and the database is as good
 * as before. Any other error is thrown.
 */
export function isWritten(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof Error && "errcode" in error && FULL_CODES.some((code) => code === error.errcode)) return false;
    throw error;
  }
}

/** SQLITE_FULL, and SQLITE_IOERR_SHMSIZE when it is the log's index that finds no room (sqlite.org/rescode.html). */
const FULL_CODES = [13, 4874];

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > MIGRATIONS.length) {
    throw new RangeError(`Cannot open ${path}: it is of version ${version}, this program knows ${MIGRATIONS.length}`);
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index >= version) database.exec(`BEGIN; ${migration} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
