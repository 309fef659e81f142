/**
 * What a tracker is started with.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import type { CommunityStore } from "./community_store.ts";
import type { AccessLists } from "./gatekeeper.ts";
import { MAX_INTERVAL_SECONDS } from "./intervals.ts";
import type { MetadataFetcherOptions } from "./metadata_fetch.ts";

/** What a tracker is started with. */
export interface TrackerOptions {
  /** The address to bind; `::` is everything, IPv4 too. */
  readonly host: string;
  /** For UDP and TCP; 0 for any that is free for both. */
  readonly port: number;
  /** Seconds between announces in a small community, 1 to 1,800. */
  readonly intervalSeconds: number;
  /** The key of a private community. */
  readonly key?: string;
  /** Who and what is let in; default: everybody and everything. */
  readonly lists?: AccessLists;
  /** Requests a second from one address, 0 for no limit; default `DEFAULT_REQUESTS_PER_SECOND`. */
  readonly requestsPerSecond?: number;
  /** Where the catalogue is remembered; absent: in memory. */
  readonly dataDirectory?: string;
  /** What it shares with other trackers of its community; belongs to the tracker. */
  readonly store?: CommunityStore;
  /** By which it writes what it remembers each minute; the machine's own by default, for tests. */
  readonly clock?: Clock;
  /** How metadata of foreign torrents are fetched; for tests. */
  readonly metadata?: Pick<MetadataFetcherOptions, "fetch" | "graceMs" | "firstRetryMs">;
}

/**
 * Looks at what the types do not say.
 *
 * @throws {RangeError} when an option is out of range
 */
export function checkOptions({ port, intervalSeconds }: TrackerOptions): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot use the port as 0 to 65535: current value is ${port}`);
  }
  if (!Number.isInteger(intervalSeconds) || intervalSeconds < 1 || intervalSeconds > MAX_INTERVAL_SECONDS) {
    throw new RangeError(
      `Cannot use the interval as 1 to ${MAX_INTERVAL_SECONDS} seconds: current value is ${intervalSeconds}`,
    );
  }
}
