/**
 * The shared folders, in SQLite.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";

/** A shared folder. */
export interface ShareRow {
  readonly id: number;
  /** Absolute. */
  readonly path: string;
  readonly addedAtMs: number;
}

const rowSchema = v.object({ id: v.number(), path: v.string(), added_at_ms: v.number() });

/** The shares in the database. An id is never given twice. */
export class ShareStore {
  readonly #all: StatementSync;
  readonly #add: StatementSync;
  readonly #find: StatementSync;
  readonly #remove: StatementSync;

  /** Prepares its statements on a database of `openDatabase`. */
  constructor(database: DatabaseSync) {
    this.#all = database.prepare("SELECT * FROM shares ORDER BY id");
    this.#add = database.prepare("INSERT INTO shares (path, added_at_ms) VALUES (?, ?) ON CONFLICT (path) DO NOTHING");
    this.#find = database.prepare("SELECT * FROM shares WHERE path = ?");
    this.#remove = database.prepare("DELETE FROM shares WHERE id = ?");
  }

  /** All shares, in the order in which they were added. */
  all(): readonly ShareRow[] {
    return this.#all.all().map(readRow);
  }

  /** The share of this path, new or known. */
  add(path: string, options: { readonly addedAtMs: number }): ShareRow {
    this.#add.run(path, options.addedAtMs);
    return readRow(this.#find.get(path));
  }

  /** Forgets a share; false when there was none of this id. */
  remove(id: number): boolean {
    return Number(this.#remove.run(id).changes) > 0;
  }
}

function readRow(raw: unknown): ShareRow {
  const row = v.parse(rowSchema, raw);
  return { id: row.id, path: row.path, addedAtMs: row.added_at_ms };
}
