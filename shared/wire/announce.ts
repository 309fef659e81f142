/**
 * What an announce and a scrape say, whichever the transport (BEP 3, 15, 48): the common vocabulary of `udp_tracker.ts`
 * and `http_tracker_query.ts` with `http_tracker_answer.ts`.
 *
 * @module
 */

import type { Endpoint } from "../endpoint.ts";
import type { InfoHash, PeerId } from "../ids.ts";

/**
 * Why a client announces; `undefined` is the regular announce. `paused` is a partial seed: it is incomplete and wants
 * nothing more (BEP 21).
 */
export type AnnounceEvent = "started" | "stopped" | "completed" | "paused" | undefined;

/**
 * `left` of a client that does not know yet how long the torrent is (it has only a magnet). Clients send the largest
 * number they can; everything beyond what a number holds exactly is read as this.
 */
export const UNKNOWN_LEFT: number = Number.MAX_SAFE_INTEGER;

/** A client tells a tracker where it stands in one swarm (BEP 3). */
export interface Announce {
  /** Which swarm. */
  readonly infoHash: InfoHash;
  /** Who. */
  readonly peerId: PeerId;
  /** Where it takes peer connections, 0 to 65535; 0 says that it takes none. */
  readonly port: number;
  /** Bytes sent since `started`. */
  readonly uploaded: number;
  /** Bytes received since `started`. */
  readonly downloaded: number;
  /** Bytes it lacks; 0 is a seeder; {@link UNKNOWN_LEFT} when it cannot know. */
  readonly left: number;
  /** Why now. */
  readonly event?: AnnounceEvent;
  /** How many peers it would like; absent: the tracker decides. */
  readonly numWant?: number;
  /** Tells the same client apart behind several addresses, 0 to 2³²−1 (BEP 7, BEP 15). */
  readonly key?: number;
  /** The address it claims instead of the one it announces from, an IP literal. Trackers honour it under few conditions. */
  readonly ip?: string;
  /** What the tracker gave as its `tracker id` the last time; HTTP only. */
  readonly trackerId?: string;
}

/** A peer as a tracker gives it. */
export interface AnnouncedPeer extends Endpoint {
  /** Only in the dictionary form of HTTP. */
  readonly peerId?: PeerId;
}

/** A tracker's answer to an announce (BEP 3). */
export interface AnnounceResponse {
  /** Seconds until the next regular announce. */
  readonly intervalSeconds: number;
  /** Seconds before which no announce but an event is welcome; HTTP only. */
  readonly minIntervalSeconds?: number;
  /** Clients that have everything. */
  readonly seederCount: number;
  /** Clients that have not. */
  readonly leecherCount: number;
  /** Some of them; hosts may be IPv4, IPv6 or, from HTTP dictionaries, names. */
  readonly peers: readonly AnnouncedPeer[];
  /** To be sent back with the next announce; HTTP only. */
  readonly trackerId?: string;
  /** A sentence for the user, although the announce went well; HTTP only. */
  readonly warning?: string;
  /** The client's address as the tracker sees it, an IP literal (BEP 24); HTTP only. */
  readonly externalAddress?: string;
}

/** How large a swarm is (BEP 48). */
export interface ScrapeCounts {
  /** Clients that have everything. */
  readonly seederCount: number;
  /** How often a client announced `completed`. */
  readonly completedCount: number;
  /** Clients that have not. */
  readonly leecherCount: number;
  /** Those of the leechers that want no more (BEP 21); absent where the tracker does not say; HTTP only. */
  readonly partialSeederCount?: number;
}

/** How large which swarm is. */
export interface ScrapeEntry extends ScrapeCounts {
  /** Which swarm. */
  readonly infoHash: InfoHash;
}

/** A tracker's no: an answer that was understood, so no `ProtocolError` (BEP 3 `failure reason`, BEP 15 error). */
export class TrackerRefusal extends Error {
  /** Always `TrackerRefusal`. */
  override readonly name = "TrackerRefusal";
  /** The tracker's own words. */
  readonly reason: string;
  /** Seconds after which it may be asked again (BEP 31); `Infinity`: never; absent: it did not say. */
  readonly retryInSeconds?: number;

  /** `reason` in the tracker's own words, and what else it said. */
  constructor(reason: string, options: { readonly retryInSeconds?: number } = {}) {
    super(`The tracker refused: ${reason}`);
    this.reason = reason;
    if (options.retryInSeconds !== undefined) this.retryInSeconds = options.retryInSeconds;
  }
}
