/**
 * The shared folders, in SQLite.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** A shared folder. */
export interface ShareRow {
  readonly id: number;
  readonly path: string;
  readonly addedAtMs: number;
}

/** The shares in the database. */
export declare class ShareStore {
  constructor(database: DatabaseSync);
  all(): readonly ShareRow[];
  /** The share of this path, new or known. */
  add(path: string, options: { readonly addedAtMs: number }): ShareRow;
  remove(id: number): boolean;
}
