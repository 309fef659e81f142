/**
 * What was moved since the tracker was first started, in SQLite: sums that go on over restarts.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { TrafficSums } from "./traffic_totals.ts";

/** Sums over all runs of a tracker. */
export interface KeptTotals extends TrafficSums {
  /** What its own library sent. */
  readonly givenBytes: number;
}

/** The table of sums. */
export class TotalsStore {
  readonly #all: StatementSync;
  readonly #set: StatementSync;

  /** Of a database of `openTrackerDatabase`, which stays its owner's. */
  constructor(database: DatabaseSync) {
    this.#all = database.prepare("SELECT name, bytes FROM totals");
    this.#set = database.prepare(
      "INSERT OR REPLACE INTO totals VALUES ('uploaded', ?), ('downloaded', ?), ('exchanged', ?), ('given', ?)",
    );
  }

  /** The sums as they were kept last; zero at first. */
  read(): KeptTotals {
    const bytes = new Map(this.#all.all().map((row) => [row.name, Number(row.bytes)]));
    return {
      uploadedBytes: bytes.get("uploaded") ?? 0,
      downloadedBytes: bytes.get("downloaded") ?? 0,
      exchangedBytes: bytes.get("exchanged") ?? 0,
      givenBytes: bytes.get("given") ?? 0,
    };
  }

  /** Keeps the sums. */
  write({ uploadedBytes, downloadedBytes, exchangedBytes, givenBytes }: KeptTotals): void {
    this.#set.run(uploadedBytes, downloadedBytes, exchangedBytes, givenBytes);
  }
}
