/**
 * Settings by name, in SQLite.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** Small settings, JSON by key; the caller checks what it reads. */
export declare class SettingsStore {
  constructor(database: DatabaseSync);
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  remove(key: string): void;
}
