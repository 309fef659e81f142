/**
 * The program's SQLite database.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** Opens (creating and migrating) the database at `path`, or in memory with `":memory:"`. Close with `using`/`close()`. */
export declare function openDatabase(path: string): DatabaseSync;
