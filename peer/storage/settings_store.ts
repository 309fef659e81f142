/**
 * Settings by name, in SQLite.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import * as v from "valibot";

const rowSchema = v.object({ value: v.pipe(v.string(), v.parseJson()) });

/** Small settings: any JSON value by key. Whoever reads one checks its shape, as another version may have written it. */
export class SettingsStore {
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #remove: StatementSync;

  /** Prepares its statements on a database of `openDatabase`. */
  constructor(database: DatabaseSync) {
    this.#get = database.prepare("SELECT value FROM settings WHERE key = ?");
    this.#set = database.prepare("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)");
    this.#remove = database.prepare("DELETE FROM settings WHERE key = ?");
  }

  /** The value, `undefined` when it was never set. */
  get(key: string): unknown {
    const row = this.#get.get(key);
    return row === undefined ? undefined : v.parse(rowSchema, row).value;
  }

  /**
   * Remembers a value.
   *
   * @throws {TypeError} when it is nothing that JSON can say
   */
  set(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`Cannot keep a ${typeof value} as the setting ${key}`);
    this.#set.run(key, text);
  }

  /** Forgets a value. */
  remove(key: string): void {
    this.#remove.run(key);
  }
}
