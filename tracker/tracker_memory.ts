/**
 * What the tracker remembers beyond its own process: each minute and when it ends, a snapshot of the swarms in its data
 * folder and the sums of what was moved; and the store that it shares with other trackers of its community.
 *
 * @module
 */
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { InfoHash } from "../shared/ids.ts";
import type { Clock } from "./clock.ts";
import type { Catalogue } from "./catalogue.ts";
import { Community } from "./community.ts";
import type { CommunityStore } from "./community_store.ts";
import type { MeetingPoint } from "./meeting_point.ts";
import { readSnapshot, writeSnapshot } from "./snapshot.ts";
import type { Swarms } from "./swarms.ts";

/** A crash loses so much of who is where, and of what was moved. */
export const WRITE_EVERY_MS = 60_000;

const logger = getLogger(["playswarm", "tracker"]);

/** What a {@link TrackerMemory} is made of. */
export interface TrackerMemoryOptions {
  readonly swarms: Swarms;
  readonly catalogue: Catalogue;
  readonly meeting: MeetingPoint;
  /** Where the snapshot is; absent: there is none. */
  readonly dataDirectory?: string;
  /** What is shared with other trackers; belongs to the memory. */
  readonly store?: CommunityStore;
  /** Keeps the sums of what was moved. */
  readonly noteTotals: () => void;
  /** The clock of leases: milliseconds since 1970. */
  readonly clock: Clock;
}

/** Remembers until disposed of, and then for the next start. */
export class TrackerMemory implements AsyncDisposable {
  readonly #options: TrackerMemoryOptions;
  readonly #path: string | undefined;
  #community: Community | undefined;
  #timer: Disposable | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: TrackerMemoryOptions) {
    this.#options = options;
    this.#path = options.dataDirectory === undefined ? undefined : join(options.dataDirectory, "swarms.snapshot");
  }

  /** Takes in who was here before and what other trackers know. */
  static async open(options: TrackerMemoryOptions): Promise<TrackerMemory> {
    const memory = new TrackerMemory(options);
    await memory.#recall();
    const { store } = options;
    if (store !== undefined) {
      memory.#community = await Community.join({
        ...options,
        store,
        now: () => options.clock.now(),
        date: Date.now,
      });
    }
    memory.#schedule();
    return memory;
  }

  /** Whether the shared store can be reached; undefined where there is none. */
  get isStoreConnected(): boolean | undefined {
    return this.#community?.isConnected;
  }

  /** A torrent became known here. */
  noteTorrent(infoHash: InfoHash): void {
    this.#community?.noteTorrent(infoHash);
  }

  /** Writes the last snapshot, and leaves the community. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer?.[Symbol.dispose]();
    await this.#writing;
    await this.#write();
    await this.#community?.[Symbol.asyncDispose]();
  }

  async #recall(): Promise<void> {
    const { meeting, clock } = this.#options;
    if (this.#path === undefined) return;
    for await (const entry of readSnapshot({ path: this.#path, nowMs: clock.now() })) {
      if (entry.type === "member") meeting.restoreMember(entry.member);
      else meeting.restoreName(entry.client);
    }
  }

  #schedule(): void {
    if (this.#isClosed || this.#path === undefined) return;
    this.#timer = this.#options.clock.after(WRITE_EVERY_MS, () => {
      this.#writing = this.#write().finally(() => this.#schedule());
    });
  }

  async #write(): Promise<void> {
    if (this.#path === undefined) return;
    const { swarms, clock, noteTotals } = this.#options;
    noteTotals();
    try {
      await writeSnapshot(
        {
          records: (from, count) => swarms.copy.records(from, count),
          end: () => swarms.sweepLength,
          named: () => swarms.copy.named(),
        },
        { path: this.#path, nowMs: clock.now() },
      );
    } catch (error) {
      // A full or vanished disk: clients will be known again as they announce.
      if (!(error instanceof Error)) throw error;
      logger.warn("Cannot write {path}: {error}", { path: this.#path, error });
    }
  }
}
