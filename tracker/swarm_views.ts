/**
 * What the rest of the tracker sees of swarms and clients: objects made when somebody looks, none of which is kept.
 *
 * @module
 */
import type { InfoHash, PeerId } from "../shared/ids.ts";
import type { Contact } from "./client_table.ts";
import type { SwarmCounts } from "./swarm_table.ts";
import type { TrafficSums } from "./traffic_totals.ts";

/** A client's part in one swarm, as it was when it was looked at. */
export interface Member {
  readonly client: TrackedClient;
  readonly infoHash: InfoHash;
  /** Bytes it lacks; 0 is a seeder. */
  readonly leftBytes: number;
  /** Incomplete and content (BEP 21): it needs no seeders. */
  readonly isPartialSeeder: boolean;
}

/** A client, as it was when it was looked at. */
export interface TrackedClient {
  readonly peerId: PeerId;
  /** Where others reach it: canonical text of an IP address. */
  readonly host: string;
  readonly port: number;
  /** Its address on its own LAN, when it told it from behind a public address. */
  readonly lanHost?: string;
  /** Whether it took a connection from outside when it was tried; absent until it was. */
  readonly isReachable?: boolean;
  /** What its owner calls it; absent where nobody said. */
  readonly displayName?: string;
  /** How it announced last; absent while it is only known from elsewhere. */
  readonly contact?: Contact;
  readonly seenAtMs: number;
  /** Sums over its swarms of what it reported since it is known here. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** In how many swarms it is. */
  readonly membershipCount: number;
  /** What it is in, made as it is gone through. */
  memberships(): IteratorObject<Member>;
}

/** A swarm, as it was when it was looked at. */
export interface Swarm {
  readonly infoHash: InfoHash;
  readonly size: number;
  /** Whether it was noted that the catalogue does not know its torrent. */
  readonly isUndescribed: boolean;
  readonly counts: SwarmCounts;
  /** Every member, in no order, made as it is gone through. */
  members(): IteratorObject<Member>;
  /** Bytes that all members lack together, each at most `sizeBytes`; of a very large swarm as far as some speak for all. */
  leftBytes(sizeBytes: number): number;
  /** Whether anybody has a byte of this torrent, which is `sizeBytes` long. */
  hasData(sizeBytes: number): boolean;
}

/** Totals over all swarms. */
export interface SwarmTotals extends TrafficSums {
  /** Programs: one that has another peer id for each torrent counts once. */
  readonly clientCount: number;
  readonly swarmCount: number;
  readonly membershipCount: number;
}
