/**
 * What the tracker's dashboard shows: the JSON shapes of its routes and of its live updates. Plain data; sizes in bytes,
 * rates in bytes per second, moments in milliseconds since 1970.
 *
 * @module
 */
import type { ShareChange } from "./dashboard_views.ts";
import type { MediaKind } from "./media_kind.ts";

/** A file of a client, as the tracker knows it. */
export interface ClientFileView {
  readonly infoHash: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly kind: MediaKind;
  readonly isSeeder: boolean;
  readonly leftBytes: number;
}

/** An active client of the tracker. */
export interface ClientView {
  readonly peerId: string;
  readonly client: string;
  readonly endpoint: string;
  /** What its owner calls it; absent where nobody said, as of other programs. */
  readonly name?: string;
  /** How it announced last; absent while this tracker only knows of it from before a restart or from another tracker. */
  readonly transport?: "udp" | "http";
  /** By which version of IP it announced last; absent like {@link transport}. */
  readonly ipVersion?: 4 | 6;
  /** Whether it takes connections from outside; absent until it was tried, which only public addresses are. */
  readonly isReachable?: boolean;
  /** From how far away it is reached: this computer, the local network, anywhere. */
  readonly reach: "loopback" | "private" | "public";
  /** When it announced last. */
  readonly seenAtMs: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  /** All of them; live updates carry only the first of many. */
  readonly fileCount: number;
  readonly files: readonly ClientFileView[];
}

/** One swarm of the tracker. */
export interface SwarmView {
  readonly infoHash: string;
  readonly name?: string;
  readonly kind?: MediaKind;
  readonly sizeBytes?: number;
  readonly seederCount: number;
  readonly leecherCount: number;
  /** Clients seen to become complete since the swarm came into being. */
  readonly completedCount: number;
  /** Bytes that all members lack together, as they say; absent while nobody has described the torrent, as the size is. */
  readonly leftBytes?: number;
  /**
   * Copies that the members hold together, as they say: a seeder holds one, a leecher the part that it has. Below 1 nobody
   * can become complete; above it everybody can where there is a seeder, and most likely where there is none. Absent like
   * {@link leftBytes}.
   */
  readonly copyCount?: number;
}

/** The tracker as a whole. */
export interface TrackerStatus {
  readonly version: string;
  readonly instanceId: string;
  readonly port: number;
  /** Where others reach it, host and port, the address to give to a friend first. */
  readonly addresses: readonly string[];
  /** Whether it is a private community's, whose key has to be known. */
  readonly hasKey: boolean;
  readonly clientCount: number;
  readonly swarmCount: number;
  readonly fileCount: number;
  readonly fileBytes: number;
  readonly announceCount: { readonly udp: number; readonly http: number };
  readonly refusedCount: number;
  /** As clients report since the tracker was first started, like {@link downloadedBytes}. */
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly intervalSeconds: number;
  readonly startedAtMs: number;
}

/** What the tracker's own library gave, and what it was spared. */
export interface OriginView {
  /** Bytes of blocks that it sent since the tracker was first started. */
  readonly givenBytes: number;
  /** Bytes that peers took from one another instead: as they report them, and no more than both sides say. */
  readonly savedBytes: number;
}

/** What a tracker did in a span of time. */
export interface TrafficSample {
  /** The end of the span. */
  readonly atMs: number;
  readonly clientCount: number;
  /** Announces answered a second. */
  readonly announceRate: number;
  /** Bytes a second that clients said they gave, the library's own among them. */
  readonly uploadRate: number;
}

/** What one live update of the tracker's dashboard carries: the first has all, later ones what changed. */
export interface TrackerUpdate {
  readonly status: TrackerStatus;
  /** Clients that changed since the last update, of a large community the first ones (all of those in the first). */
  readonly clients: readonly ClientView[];
  /** Clients that went away, as {@link clientKey} names them. */
  readonly removedClients: readonly string[];
  /** Swarms that changed, of many the largest. */
  readonly swarms: readonly SwarmView[];
  /** Info-hashes of swarms that went away. */
  readonly removedSwarms: readonly string[];
  /** What changed in the library, when anything did. */
  readonly library?: ShareChange;
  /** Which of the clients is the tracker's own library; absent when it announces nothing. */
  readonly libraryPeerId?: string;
  /** Absent when there is no library. */
  readonly origin?: OriginView;
  /** Spans that ended since the last update (the last hour in the first). */
  readonly samples: readonly TrafficSample[];
  /** Changes when the catalogue should be asked again. */
  readonly catalogueVersion: string;
}

/**
 * What tells clients apart.
 *
 * @param client a client's view
 */
export function clientKey(client: Pick<ClientView, "peerId" | "endpoint">): string {
  return `${client.peerId} ${client.endpoint}`;
}
