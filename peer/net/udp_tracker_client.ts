/** BEP 15 client. @module */
import type { InfoHash } from "../../shared/ids.ts";
import type { Announce, AnnounceResponse, ScrapeEntry } from "../../shared/wire/announce.ts";
import type { Clock } from "./clock.ts";

/** What the client is made of. */
export interface UdpTrackerClientOptions {
  readonly random: () => number;
  readonly clock?: Clock;
  readonly firstTimeoutMs?: number;
}
/** How one question is asked. */
export interface UdpAskOptions {
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}
/** BEP 15 client. */
export declare class UdpTrackerClient implements AsyncDisposable {
  constructor(options: UdpTrackerClientOptions);
  announce(url: string, announce: Announce, options?: UdpAskOptions): Promise<AnnounceResponse>;
  scrape(url: string, infoHashes: readonly InfoHash[], options?: UdpAskOptions): Promise<readonly ScrapeEntry[]>;
  [Symbol.asyncDispose](): Promise<void>;
}
