/**
 * Announces all torrents of one session to their trackers (BEP 3, 12, 15, 21, 31): when, to whom, with which event.
 * Invariants: one timer and a bounded number of questions at a time, however many torrents; a tracker that fails is
 * asked by one torrent for all, with growing pauses; a torrent that was announced says goodbye when it is removed.
 *
 * A *group* is a torrent with trackers of which one is enough (a tier, or all tiers). A *lease* is what our community's
 * tracker keeps of us as a client: any announce renews it for all swarms, so groups that share it are *parked*.
 * @module
 */

import type { TrackerView } from "../../shared/dashboard_views.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import {
  type Announce,
  type AnnounceEvent,
  type AnnounceResponse,
  TrackerRefusal,
} from "../../shared/wire/announce.ts";
import { type AnnouncedTorrent, AnnounceGroup } from "./announce_group.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import { DueQueue } from "./due_queue.ts";
import { announceByHttp } from "./http_tracker_client.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { authorityOf, parseTrackerUrl } from "./tracker_url.ts";
import type { UdpTrackerClient } from "./udp_tracker_client.ts";

/** How one tracker is asked. */
export interface AskTrackerOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Another address will be asked if this one fails, so it need not be insisted on. */
  readonly hasFallback: boolean;
}

/**
 * Sends one announce. Throws `TrackerRefusal`, `TrackerFailure`, or the signal's reason.
 */
export type AskTracker = (url: string, announce: Announce, options: AskTrackerOptions) => Promise<AnnounceResponse>;

/** What an {@link Announcer} is made of. */
export interface AnnouncerOptions {
  /** Ours. */
  readonly peerId: PeerId;
  /** The port on which peers reach us, 0 when none does. */
  readonly port: number;
  /** Gives numbers in [0, 1): shuffles tiers, spreads announces, makes our key. */
  readonly random: () => number;
  /** Asks trackers over UDP; it stays its owner's. */
  readonly udp: UdpTrackerClient;
  /** Asks trackers of all kinds. Default: `udp` and HTTP. */
  readonly ask?: AskTracker;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Questions at a time. Default 16. */
  readonly maxConcurrent?: number;
}

/** How it stands with one address, for all torrents. */
interface Health {
  failureCount: number;
  failedAtMs: number;
  retryAtMs: number;
  message: string;
}

/** What one tracker keeps of us as a client. */
interface Lease {
  readonly authority: string;
  readonly parked: Set<AnnounceGroup>;
  renewedAtMs: number;
  intervalMs: number;
}

interface Farewell {
  readonly infoHash: InfoHash;
  readonly url: string;
  readonly announce: Announce;
}

/** The schedule of all announces. It owns the questions it asks; stop it, or dispose of it, which is the same. */
export class Announcer implements AsyncDisposable {
  readonly #options: AnnouncerOptions;
  readonly #ask: AskTracker;
  readonly #clock: Clock;
  readonly #maxConcurrent: number;
  readonly #key: number;
  readonly #groups = new Map<InfoHash, readonly AnnounceGroup[]>();
  readonly #queue = new DueQueue<AnnounceGroup | Lease>();
  readonly #health = new Map<string, Health>();
  readonly #leases = new Map<string, Lease>();
  readonly #running = new Set<Promise<void>>();
  readonly #farewells: Farewell[] = [];
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;
  #timer: Disposable | undefined;
  #timerDueMs = Infinity;

  /** Announces nothing until torrents are added. */
  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#ask = options.ask ?? ((url, announce, how) => this.#askByUrl(url, announce, how));
    this.#clock = options.clock ?? systemClock;
    this.#maxConcurrent = options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT;
    this.#key = Math.floor(options.random() * 2 ** 32);
  }

  /** Begins to announce a torrent, at once. Throws a TypeError when it is announced already or we have stopped. */
  add(infoHash: InfoHash, torrent: AnnouncedTorrent): void {
    if (this.#stopped !== undefined) throw new TypeError("Cannot announce a torrent: the announcer has stopped");
    if (this.#groups.has(infoHash)) throw new TypeError(`Cannot announce ${infoHash}: it is announced already`);
    const groups = groupsOf(infoHash, { torrent, random: this.#options.random });
    this.#groups.set(infoHash, groups);
    for (const group of groups) this.#makeDue(group);
  }

  /** Says that a torrent has just become complete, at once; not to be called for one that was so when it was added. */
  completed(infoHash: InfoHash): void {
    for (const group of this.#groups.get(infoHash) ?? []) {
      group.owesCompleted = true;
      this.#makeDue(group);
    }
  }

  /** Asks for peers as soon as the trackers can bear it. Trackers that failed are not asked sooner. */
  announceSoon(infoHash: InfoHash): void {
    for (const group of this.#groups.get(infoHash) ?? []) {
      const dueMs = Math.max(this.#clock.now(), group.announcedAtMs + group.soonestAgainMs);
      const isSooner = dueMs < (this.#queue.dueMs(group) ?? Infinity);
      if (group.asking === undefined && isSooner) this.#schedule(group, dueMs);
    }
    this.#pump();
  }

  /** Ends a torrent; trackers that know of it are told in the background. */
  remove(infoHash: InfoHash): void {
    const groups = this.#groups.get(infoHash) ?? [];
    this.#groups.delete(infoHash);
    for (const group of groups) {
      this.#unschedule(group);
      group.isRemoved = true;
      if (group.asking === undefined) this.#queueFarewell(group);
    }
    this.#pump();
  }

  /**
   * Announces as if for the first time: the tracker at `authority` (`host:port`; left out: all) has lost what it knew,
   * because it restarted or the network changed.
   */
  reannounceAll(options: { readonly authority?: string } = {}): void {
    const { authority } = options;
    const isMeant = (url: string) => authority === undefined || authorityOf(url) === authority;
    for (const url of this.#health.keys()) if (isMeant(url)) this.#health.delete(url);
    for (const groups of this.#groups.values()) {
      for (const group of groups) {
        if (![...group.urls()].some(isMeant)) continue;
        group.known = undefined;
        this.#makeDue(group, { isPumping: false });
      }
    }
    this.#pump();
  }

  /** How a torrent stands with each of its trackers; empty for one that is not announced. */
  status(infoHash: InfoHash): readonly TrackerView[] {
    return (this.#groups.get(infoHash) ?? []).flatMap((group) => {
      const dueMs = this.#queue.dueMs(group) ?? this.#leaseDueMs(group);
      return group.views(dueMs === undefined ? undefined : Math.round(Date.now() + dueMs - this.#clock.now()));
    });
  }

  /**
   * Ends everything: trackers that know of a torrent are told, many at a time, for at most two seconds; those that are
   * not reached notice by themselves when the lease is over. Calling it again waits for the same end.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#queue.clear();
    for (const groups of this.#groups.values()) for (const group of groups) this.#queueFarewell(group);
    this.#groups.clear();
    this.#stopping.abort(new Deno.errors.Interrupted("the announcer is stopping"));
    using deadline = new Deadline({ timeoutMs: STOP_TIMEOUT_MS, what: "the trackers", clock: this.#clock });
    const takeLeave = async () => {
      for (let next = this.#farewells.shift(); next !== undefined; next = this.#farewells.shift()) {
        if (deadline.signal.aborted) return;
        await this.#takeLeave(next, deadline.signal);
      }
    };
    await Promise.all([...this.#running, ...Array.from({ length: STOP_CONCURRENCY }, takeLeave)]);
  }

  /** Makes a group the next to be announced, or again right after the announce that is under way. */
  #makeDue(group: AnnounceGroup, options: { readonly isPumping?: boolean } = {}): void {
    if (group.asking !== undefined) group.wantsAgain = true;
    else this.#schedule(group, this.#clock.now());
    if (options.isPumping ?? true) this.#pump();
  }

  #schedule(group: AnnounceGroup, dueMs: number): void {
    this.#unschedule(group);
    if (dueMs < Infinity) this.#queue.set(group, dueMs);
  }

  #unschedule(group: AnnounceGroup): void {
    this.#queue.delete(group);
    if (group.known !== undefined) this.#leases.get(group.known.authority)?.parked.delete(group);
  }

  /** Starts what is due and may run, then sets the one timer for the rest. */
  #pump(): void {
    if (this.#stopped !== undefined) return;
    while (this.#running.size < this.#maxConcurrent) {
      const farewell = this.#farewells.shift();
      if (farewell !== undefined) {
        this.#run(this.#takeLeave(farewell, this.#stopping.signal));
        continue;
      }
      const item = this.#queue.popDue(this.#clock.now());
      if (item === undefined) break;
      if (item instanceof AnnounceGroup) this.#begin(item);
      else this.#renew(item);
    }
    this.#setTimer();
  }

  #run(task: Promise<void>): void {
    const running = task.finally(() => {
      this.#running.delete(running);
      this.#pump();
    });
    this.#running.add(running);
  }

  #setTimer(): void {
    // With all places taken, the end of a question comes before the timer anyway.
    const dueMs = this.#running.size < this.#maxConcurrent ? this.#queue.nextDueMs ?? Infinity : Infinity;
    if (this.#timer !== undefined && this.#timerDueMs === dueMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#timerDueMs = dueMs;
    if (dueMs === Infinity) return;
    this.#timer = this.#clock.after(Math.max(0, Math.ceil(dueMs - this.#clock.now())), () => {
      this.#timer = undefined;
      this.#pump();
    });
  }

  /** Announces a group if one of its trackers may be asked now; otherwise it waits for the first that may. */
  #begin(group: AnnounceGroup): void {
    const now = this.#clock.now();
    const dueMs = this.#retryAtMs(group);
    if (dueMs <= now) return this.#run(this.#announce(group));
    for (const url of group.urls()) {
      const health = this.#health.get(url);
      if (health !== undefined && health.retryAtMs > now) group.failed(url, { message: health.message });
    }
    this.#schedule(group, dueMs);
  }

  /** The first moment at which one of the group's trackers may be asked. */
  #retryAtMs(group: AnnounceGroup): number {
    let first = Infinity;
    for (const url of group.urls()) first = Math.min(first, this.#blockedUntilMs(group, url));
    return first;
  }

  #blockedUntilMs(group: AnnounceGroup, url: string): number {
    return Math.max(this.#health.get(url)?.retryAtMs ?? -Infinity, group.refusedUntilMs(url));
  }

  /** Asks the group's trackers one after the other until one answers (BEP 12). */
  async #announce(group: AnnounceGroup): Promise<void> {
    const now = this.#clock.now();
    const urls = [...group.urls()].filter((url) => this.#blockedUntilMs(group, url) <= now);
    for (const [index, url] of urls.entries()) {
      if (await this.#tryTracker(group, { url, hasFallback: index + 1 < urls.length })) return;
      if (this.#stopping.signal.aborted) return;
      if (group.isRemoved) return this.#queueFarewell(group);
    }
    const isWanted = group.wantsAgain;
    group.wantsAgain = false;
    this.#schedule(group, Math.max(isWanted ? 0 : this.#clock.now(), this.#retryAtMs(group)));
  }

  /** True when it answered. */
  async #tryTracker(group: AnnounceGroup, how: { url: string; hasFallback: boolean }): Promise<boolean> {
    const { url, hasFallback } = how;
    const startedAtMs = this.#clock.now();
    group.began(url);
    const event = group.eventFor(authorityOf(url));
    try {
      const announce = this.#announceOf(group, { url, event });
      const response = await this.#ask(url, announce, { signal: this.#stopping.signal, hasFallback });
      this.#succeeded(group, { url, event, response });
      return true;
    } catch (error) {
      if (this.#stopping.signal.aborted) group.abandoned(url);
      else if (error instanceof TrackerRefusal) this.#refused(group, { url, error });
      else if (error instanceof TrackerFailure) this.#failed(group, { error, url, startedAtMs });
      else throw error;
      return false;
    }
  }

  #announceOf(group: AnnounceGroup, { url, event }: { url: string; event: AnnounceEvent }): Announce {
    const { uploaded, downloaded, left } = group.torrent.state();
    const trackerId = group.trackerId(url);
    return {
      infoHash: group.infoHash,
      peerId: this.#options.peerId,
      port: this.#options.port,
      uploaded,
      downloaded,
      left,
      key: this.#key,
      ...(event !== undefined && { event }),
      // Nobody waits for the peers of a torrent that is only kept.
      ...((event === "stopped" || group.isLeaseShared) && { numWant: 0 }),
      ...(trackerId !== undefined && { trackerId }),
    };
  }

  #succeeded(
    group: AnnounceGroup,
    { url, event, response }: { url: string; event: AnnounceEvent; response: AnnounceResponse },
  ): void {
    const now = this.#clock.now();
    const authority = authorityOf(url);
    const intervalMs = 1000 * clamp(
      Math.max(response.intervalSeconds, response.minIntervalSeconds ?? 0),
      { min: MIN_INTERVAL_SECONDS, max: MAX_INTERVAL_SECONDS },
    );
    this.#health.delete(url);
    group.succeeded(url, { response, authority });
    group.announcedAtMs = now;
    group.soonestAgainMs = response.minIntervalSeconds !== undefined
      ? Math.min(1000 * response.minIntervalSeconds, intervalMs)
      : clamp(intervalMs * SOON_SHARE, { min: MIN_SOON_MS, max: MAX_SOON_MS });
    const lease = this.#renewed(authority, { now, intervalMs });
    if (group.isRemoved) return this.#queueFarewell(group);
    if (this.#stopping.signal.aborted) return;
    const isWanted = group.wantsAgain;
    group.wantsAgain = false;
    // "started" of a complete torrent says that it is complete; one that became so meanwhile says it once more.
    if (event === "completed") group.owesCompleted = false;
    if (isWanted || group.owesCompleted) this.#schedule(group, now);
    else if (group.isLeaseShared) this.#park(group, lease);
    else this.#schedule(group, now + intervalMs * (1 - INTERVAL_JITTER * this.#options.random()));
    const peers = response.peers.filter((peer) => peer.peerId !== this.#options.peerId);
    if (peers.length > 0) group.torrent.onPeers(peers.map(({ host, port }) => ({ host, port })));
  }

  #refused(group: AnnounceGroup, { url, error }: { url: string; error: TrackerRefusal }): void {
    group.refusalCount += 1;
    const delayMs = error.retryInSeconds !== undefined
      ? 1000 * Math.max(MIN_INTERVAL_SECONDS, error.retryInSeconds)
      : this.#backOffMs(group.refusalCount);
    group.failed(url, { message: error.reason, untilMs: this.#clock.now() + delayMs });
  }

  #failed(
    group: AnnounceGroup,
    { error, url, startedAtMs }: { error: TrackerFailure; url: string; startedAtMs: number },
  ): void {
    const now = this.#clock.now();
    const health = this.#health.get(url) ?? { failureCount: 0, failedAtMs: -Infinity, retryAtMs: 0, message: "" };
    this.#health.set(url, health);
    health.message = error.message;
    group.failed(url, { message: error.message });
    // Questions that were under way together found out together: that is one failure, not sixteen.
    if (startedAtMs < health.failedAtMs || (startedAtMs === health.failedAtMs && health.retryAtMs > now)) return;
    health.failureCount += 1;
    health.failedAtMs = now;
    health.retryAtMs = now + 1000 * (error.retryInSeconds ?? this.#backOffMs(health.failureCount) / 1000);
  }

  #backOffMs(failureCount: number): number {
    const delayMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failureCount - 1));
    return delayMs * (1 - BACK_OFF_JITTER * this.#options.random());
  }

  /** Any announce renews what the tracker keeps of us, unless it has been forgotten meanwhile. */
  #renewed(authority: string, { now, intervalMs }: { now: number; intervalMs: number }): Lease {
    const lease = this.#leases.get(authority) ??
      { authority, parked: new Set<AnnounceGroup>(), renewedAtMs: now, intervalMs };
    this.#leases.set(authority, lease);
    if (now - lease.renewedAtMs > lease.intervalMs * LEASE_INTERVALS) {
      for (const group of [...lease.parked]) {
        this.#schedule(group, now);
        group.known = undefined;
      }
    }
    lease.renewedAtMs = now;
    lease.intervalMs = intervalMs;
    return lease;
  }

  #park(group: AnnounceGroup, lease: Lease): void {
    this.#queue.delete(group);
    lease.parked.add(group);
    if (this.#queue.dueMs(lease) === undefined) this.#queue.set(lease, lease.renewedAtMs + lease.intervalMs);
  }

  /** If nobody has announced to the tracker for an interval, one of the parked does, the longest parked first. */
  #renew(lease: Lease): void {
    const [group] = lease.parked;
    if (group === undefined) {
      // Without parked groups nothing hangs on it.
      this.#leases.delete(lease.authority);
      return;
    }
    const now = this.#clock.now();
    const dueMs = lease.renewedAtMs + lease.intervalMs;
    if (dueMs > now) return this.#queue.set(lease, dueMs);
    this.#schedule(group, now);
    this.#queue.set(lease, now + lease.intervalMs);
  }

  #leaseDueMs(group: AnnounceGroup): number | undefined {
    const lease = group.known === undefined ? undefined : this.#leases.get(group.known.authority);
    return lease?.parked.has(group) ? this.#queue.dueMs(lease) : undefined;
  }

  /** A tracker that knows of the torrent, or is just being told, is to be told that it is over. */
  #queueFarewell(group: AnnounceGroup): void {
    const url = group.known?.url ?? group.asking;
    if (url === undefined) return;
    const announce = this.#announceOf(group, { url, event: "stopped" });
    group.known = undefined;
    this.#farewells.push({ infoHash: group.infoHash, url, announce });
  }

  async #takeLeave({ url, announce }: Farewell, signal: AbortSignal): Promise<void> {
    try {
      await this.#ask(url, announce, { signal, hasFallback: true });
    } catch (error) {
      // It will notice by itself; and when we are stopping there is no time to try again.
      if (signal.aborted || error instanceof TrackerFailure || error instanceof TrackerRefusal) return;
      throw error;
    }
  }

  async #askByUrl(url: string, announce: Announce, options: AskTrackerOptions): Promise<AnnounceResponse> {
    const { signal, hasFallback } = options;
    if (parseTrackerUrl(url).transport === "udp") {
      return await this.#options.udp.announce(url, announce, { signal, ...(hasFallback && { attempts: 2 }) });
    }
    return await announceByHttp(url, announce, { signal, clock: this.#clock });
  }
}

/** Enough to announce ten thousand torrents within seconds to a near tracker, few enough not to flood a far one. */
const DEFAULT_MAX_CONCURRENT = 16;
/** A user who closes the program does not wait longer. */
const STOP_TIMEOUT_MS = 2000;
/** More at a time than usually, as there is so little time. */
const STOP_CONCURRENCY = 64;
/** A tracker that was restarted is back within seconds, one that is gone is not worth more than a question in 5 minutes. */
const FIRST_BACK_OFF_MS = 5000;
const MAX_BACK_OFF_MS = 300_000;
/** The pause is shortened by up to this share, so that the clients of a tracker that failed do not come back as one. */
const BACK_OFF_JITTER = 0.25;
/** Never later than the interval, as leases are counted in intervals. */
const INTERVAL_JITTER = 0.05;
/** Of what trackers ask: tests use a second, no tracker should keep peers waiting for more than an hour. */
const MIN_INTERVAL_SECONDS = 1;
const MAX_INTERVAL_SECONDS = 3600;
/** When peers run out a quarter of the interval is polite, unless the tracker says itself what is. */
const SOON_SHARE = 0.25;
const MIN_SOON_MS = 5000;
const MAX_SOON_MS = 60_000;
/** Our tracker drops a client after 2.5 intervals; what was parked longer has to be announced anew. */
const LEASE_INTERVALS = 2;

function clamp(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, value));
}

/** One group a tier, or one for all, see `AnnouncedTorrent.announceTo`. */
function groupsOf(
  infoHash: InfoHash,
  { torrent, random }: { torrent: AnnouncedTorrent; random: () => number },
): readonly AnnounceGroup[] {
  const tiers = torrent.trackers.filter((tier) => tier.length > 0);
  const sets = torrent.announceTo === "first-tier" ? (tiers.length > 0 ? [tiers] : []) : tiers.map((tier) => [tier]);
  return sets.map((set, index) => new AnnounceGroup(infoHash, { torrent, tiers: set, isFirst: index === 0, random }));
}
