/**
 * Takes over what members say of themselves: what they lack, what they moved, whether they became complete. Pure.
 *
 * @module
 */
import type { PeerId } from "../shared/ids.ts";
import { type AnnounceRecord, ID_WORDS, writeId } from "./announce_record.ts";
import type { SwarmRegistry } from "./swarm_registry.ts";
import { NO_TRAFFIC, type Traffic, type TrafficSums, TrafficTotals } from "./traffic_totals.ts";

/** What a member says, and how long after the last time. */
export interface Report {
  readonly record: AnnounceRecord;
  readonly sinceMs: number;
}

/** Reports of all members. */
export class MemberReports {
  readonly #registry: SwarmRegistry;
  readonly #traffic: TrafficTotals;
  #library: Uint32Array | undefined;

  /** Of these; the sums go on from what was moved before. */
  constructor(registry: SwarmRegistry, before?: TrafficSums) {
    this.#registry = registry;
    this.#traffic = new TrafficTotals(before);
  }

  /** What all members moved. */
  get sums(): TrafficSums {
    return this.#traffic.sums;
  }

  /** Which client is the tracker's own library: what it sends is not what peers take from one another. */
  setLibrary(peerId: PeerId): void {
    this.#library = new Uint32Array(ID_WORDS);
    writeId(this.#library, peerId);
  }

  /** Takes a report over. Gives whether the swarm's size or content changed by it. */
  take(membership: number, report: Report): boolean {
    const { memberships, clients, swarms } = this.#registry;
    const { record } = report;
    const client = memberships.client(membership);
    const isNew = memberships.leaseEndsAtMs(membership) === 0;
    // What a client reports counts from its start; one that we meet later is counted from where it is then.
    const isFresh = record.event === "started" || isNew;
    const { uploadedBytes, downloadedBytes } = isFresh ? NO_TRAFFIC : this.count(membership, report);
    memberships.setTraffic(membership, record.uploaded, record.downloaded);
    if (clients.countTraffic(client, { uploadedBytes, downloadedBytes, nowMs: record.nowMs })) {
      this.#registry.tellLoad(client, membership);
    }
    // One that lacks nothing is a seeder, whatever it says.
    this.#registry.setPartialSeeder(membership, record.event === "paused" && record.left > 0);
    const leftBytes = memberships.leftBytes(membership);
    if (leftBytes === record.left) return false;
    if (record.event === "completed" && !isNew && leftBytes > 0) swarms.countCompleted(memberships.swarm(membership));
    this.#registry.setLeft(membership, record.left);
    return true;
  }

  /** Counts what a member says that it moved since its last report. */
  count(membership: number, { record, sinceMs }: Report): Traffic {
    const { memberships, clients } = this.#registry;
    return this.#traffic.count({
      before: {
        uploadedBytes: memberships.uploadedBytes(membership),
        downloadedBytes: memberships.downloadedBytes(membership),
      },
      now: { uploadedBytes: record.uploaded, downloadedBytes: record.downloaded },
      sinceMs,
      isLibrary: this.#library !== undefined && clients.hasPeerId(memberships.client(membership), this.#library),
    });
  }
}
