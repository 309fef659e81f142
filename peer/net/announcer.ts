/** Announces all torrents. @module */
import type { TrackerView } from "../../shared/dashboard_views.ts";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import type { Clock } from "./clock.ts";
import type { UdpTrackerClient } from "./udp_tracker_client.ts";

/** What a torrent says of itself when it is announced. */
export interface AnnounceState {
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
}
/** A torrent as the announcer sees it. */
export interface AnnouncedTorrent {
  /** Tiers of announce addresses (BEP 12): `udp://`, `http://`, `https://`. */
  readonly trackers: readonly (readonly string[])[];
  state(): AnnounceState;
  onPeers(peers: readonly Endpoint[]): void;
  /** True: the first tier is announced once, then kept by the client's lease. Read at each announce: may be a getter. */
  readonly leaseShared?: boolean;
  /** Default "every-tier": each tier has one working tracker. "first-tier": BEP 12 to the letter. */
  readonly announceTo?: "every-tier" | "first-tier";
}
/** What the announcer is made of. */
export interface AnnouncerOptions {
  readonly peerId: PeerId;
  /** The port on which peers reach us. */
  readonly port: number;
  /** Gives numbers in [0, 1): shuffles tiers, spreads announces, makes the key. */
  readonly random: () => number;
  readonly udp: UdpTrackerClient;
  readonly clock?: Clock;
  readonly maxConcurrent?: number;
}
/** Announces all torrents of one session. */
export declare class Announcer implements AsyncDisposable {
  constructor(options: AnnouncerOptions);
  add(infoHash: InfoHash, torrent: AnnouncedTorrent): void;
  completed(infoHash: InfoHash): void;
  announceSoon(infoHash: InfoHash): void;
  remove(infoHash: InfoHash): void;
  reannounceAll(): void;
  status(infoHash: InfoHash): readonly TrackerView[];
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
