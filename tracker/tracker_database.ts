/**
 * The tracker's SQLite database: its schema, and how one of an earlier version becomes one of this.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** The tables of the first version. */
const SCHEMA = `
  CREATE TABLE torrents (
    info_hash TEXT PRIMARY KEY,
    info_hash_v2 TEXT,
    content_key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_kind_claimed INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    file_count INTEGER NOT NULL,
    added_at_ms INTEGER NOT NULL,
    held_at_ms INTEGER NOT NULL,
    torrent_length INTEGER NOT NULL,
    torrent BLOB NOT NULL
  ) STRICT;
  CREATE INDEX torrents_by_v2 ON torrents (info_hash_v2);
  CREATE INDEX torrents_by_held ON torrents (held_at_ms);
`;

/** What each version added, the first one first. The schema's number in `PRAGMA user_version` is how many were done. */
const VERSIONS: readonly string[] = [
  SCHEMA,
  "ALTER TABLE torrents ADD COLUMN duration_seconds REAL;",
  // Sums in bytes, which outgrow what a number of JavaScript holds as an integer.
  "CREATE TABLE totals (name TEXT PRIMARY KEY, bytes REAL NOT NULL) STRICT;",
];

/** A database that this program cannot use, because a later one wrote it. */
export class StoreVersionError extends Error {
  override readonly name = "StoreVersionError";
}

/**
 * Opens or creates the database; the caller closes it.
 *
 * @param path a file, or `:memory:`
 * @throws {StoreVersionError} when a later program wrote it
 */
export function openTrackerDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000");
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > VERSIONS.length) {
    throw new StoreVersionError(
      `Cannot open ${path} as this version's catalogue: current value of its schema is ${version}`,
    );
  }
  if (version === VERSIONS.length) return;
  const missing = VERSIONS.slice(version).join("\n");
  database.exec(`BEGIN; ${missing} PRAGMA user_version = ${VERSIONS.length}; COMMIT`);
}
