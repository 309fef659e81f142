/**
 * How often clients shall announce, and how long an announce holds: the interval grows with the number of leases so that
 * their renewals stay below a fixed rate, and jitter keeps clients that started together apart. Pure.
 *
 * @module
 */

/** A client not heard of for this many intervals is dropped: one announce may get lost, and the next one be late. */
export const LEASE_INTERVALS = 2.5;

/** Renewals a second that one program should have to answer: about a thirtieth of what it can, so bursts have room. */
export const RENEWALS_PER_SECOND = 2000;

/** No interval grows beyond half an hour: that is what public trackers ask for, and clients know no longer ones. */
export const MAX_INTERVAL_SECONDS = 1800;

/** An announce may be asked up to this share of the interval early, never late: leases are counted in full intervals. */
const JITTER_SHARE = 0.1;

/** libtorrent's default for the least time between announces. */
export const FOREIGN_INTERVAL_SECONDS = 300;

/** What an interval depends on. */
export interface IntervalOptions {
  /** The interval of a small community, in seconds, at least 1. */
  readonly baseSeconds: number;
  /** Leases that must be renewed once per interval. */
  readonly leaseCount: number;
}

/** The full interval for so many leases, in whole seconds: the base one until they make more renewals than we want. */
export function intervalFor(options: IntervalOptions): number {
  const needed = Math.ceil(options.leaseCount / RENEWALS_PER_SECOND);
  return Math.max(options.baseSeconds, Math.min(needed, MAX_INTERVAL_SECONDS));
}

/**
 * The interval to tell one client: up to {@link JITTER_SHARE} shorter than the full one, in whole seconds.
 *
 * @param random 0 (inclusive) to 1 (exclusive)
 */
export function withJitter(intervalSeconds: number, random: number): number {
  return intervalSeconds - Math.floor(intervalSeconds * JITTER_SHARE * random);
}

/** How long an announce holds when the client was told to come back within this interval, in milliseconds. */
export function leaseMs(intervalSeconds: number): number {
  return intervalSeconds * 1000 * LEASE_INTERVALS;
}

/**
 * The same for a client that is not ours: libtorrent, and with it qBittorrent and Deluge, comes back after five minutes
 * at the soonest, whatever it is told (`min_announce_interval`), and must not be forgotten in between.
 */
export function foreignLeaseMs(intervalSeconds: number): number {
  return leaseMs(Math.max(intervalSeconds, FOREIGN_INTERVAL_SECONDS));
}
