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
import { type AnnounceEvent, type AnnounceResponse, TrackerRefusal } from "../../shared/wire/announce.ts";
import { type AnnouncedTorrent, AnnounceGroup, announceGroups, type AnnouncingClient } from "./announce_group.ts";
import { type AskTracker, trackerAsker } from "./ask_tracker.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Farewells } from "./farewells.ts";
import { Schedule } from "./schedule.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { TrackerHealth } from "./tracker_health.ts";
import { TrackerLease } from "./tracker_lease.ts";
import { authorityOf } from "./tracker_url.ts";
import type { UdpTrackerClient } from "./udp_tracker_client.ts";

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
  /** A tracker took an announce; `event` is what it said. */
  readonly onAnnounced?: (url: string, event: AnnounceEvent) => void;
  /** Asks trackers of all kinds. Default: `udp` and HTTP. */
  readonly ask?: AskTracker;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Questions at a time. Default 16. */
  readonly maxConcurrent?: number;
}

type Lease = TrackerLease<AnnounceGroup>;

/** The schedule of all announces. It owns the questions it asks; stop it, or dispose of it, which is the same. */
export class Announcer implements AsyncDisposable {
  readonly #options: AnnouncerOptions;
  readonly #ask: AskTracker;
  readonly #clock: Clock;
  readonly #client: AnnouncingClient;
  readonly #groups = new Map<InfoHash, readonly AnnounceGroup[]>();
  readonly #schedule: Schedule<AnnounceGroup | Lease>;
  readonly #health: TrackerHealth;
  readonly #leases = new Map<string, Lease>();
  readonly #announcing = new Set<AnnounceGroup>();
  readonly #farewells: Farewells;
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;

  /** Announces nothing until torrents are added. */
  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#ask = options.ask ?? trackerAsker(options);
    this.#health = new TrackerHealth(options.random);
    this.#clock = options.clock ?? systemClock;
    this.#farewells = new Farewells({ ask: this.#ask, clock: this.#clock });
    this.#schedule = new Schedule({
      clock: this.#clock,
      maxConcurrent: options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT,
      urgent: () => this.#farewells.tellNext(),
      begin: (item) => item instanceof AnnounceGroup ? this.#begin(item) : this.#keep(item),
    });
    const { peerId, port } = options;
    this.#client = { peerId, port, key: Math.floor(options.random() * 2 ** 32) };
  }

  /** Begins to announce a torrent, at once. Throws a TypeError when it is announced already or we have stopped. */
  add(infoHash: InfoHash, torrent: AnnouncedTorrent): void {
    if (this.#stopped !== undefined) throw new TypeError("Cannot announce a torrent: the announcer has stopped");
    if (this.#groups.has(infoHash)) throw new TypeError(`Cannot announce ${infoHash}: it is announced already`);
    const groups = announceGroups(infoHash, { torrent, random: this.#options.random });
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
      const dueMs = Math.max(this.#clock.now(), group.soonestAgainMs);
      const isSooner = dueMs < (this.#schedule.dueMs(group) ?? Infinity);
      if (!this.#announcing.has(group) && isSooner) this.#reschedule(group, dueMs);
    }
    this.#schedule.pump();
  }

  /** Ends a torrent; trackers that know of it are told in the background. */
  remove(infoHash: InfoHash): void {
    const groups = this.#groups.get(infoHash) ?? [];
    this.#groups.delete(infoHash);
    for (const group of groups) {
      this.#unschedule(group);
      group.isRemoved = true;
      if (!this.#announcing.has(group)) this.#queueFarewell(group);
    }
    this.#schedule.pump();
  }

  /**
   * Announces as if for the first time: the tracker at `authority` (`host:port`; left out: all) has lost what it knew,
   * because it restarted or the network changed.
   */
  reannounceAll(options: { readonly authority?: string } = {}): void {
    const { authority } = options;
    const isMeant = (url: string) => authority === undefined || authorityOf(url) === authority;
    this.#health.forget(isMeant);
    for (const groups of this.#groups.values()) {
      for (const group of groups) {
        if (![...group.urls()].some(isMeant)) continue;
        this.#unschedule(group);
        group.known = undefined;
        this.#makeDue(group, { isPumping: false });
      }
    }
    this.#schedule.pump();
  }

  /** How a torrent stands with each of its trackers; empty for one that is not announced. */
  status(infoHash: InfoHash): readonly TrackerView[] {
    return (this.#groups.get(infoHash) ?? []).flatMap((group) => {
      const dueMs = this.#schedule.dueMs(group) ?? this.#leaseDueMs(group);
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
    const running = this.#schedule.stop();
    const groups = new Set([...this.#groups.values()].flat()).union(this.#announcing);
    for (const group of groups) this.#queueFarewell(group);
    this.#groups.clear();
    this.#stopping.abort(new Deno.errors.Interrupted("the announcer is stopping"));
    await Promise.all([...running, this.#farewells.tellAll()]);
  }

  /** Makes a group the next to be announced, or again right after the announce that is under way. */
  #makeDue(group: AnnounceGroup, options: { readonly isPumping?: boolean } = {}): void {
    if (this.#announcing.has(group)) group.wantsAgain = true;
    else this.#reschedule(group, this.#clock.now());
    if (options.isPumping ?? true) this.#schedule.pump();
  }

  #reschedule(group: AnnounceGroup, dueMs: number): void {
    this.#unschedule(group);
    if (dueMs < Infinity) this.#schedule.set(group, dueMs);
  }

  #unschedule(group: AnnounceGroup): void {
    this.#schedule.delete(group);
    if (group.known !== undefined) this.#leases.get(group.known.authority)?.unpark(group);
  }

  /** Announces a group if one of its trackers may be asked now; otherwise it waits for the first that may. */
  #begin(group: AnnounceGroup): Promise<void> | undefined {
    const now = this.#clock.now();
    const dueMs = this.#retryAtMs(group);
    if (dueMs <= now) {
      this.#announcing.add(group);
      return this.#announce(group);
    }
    for (const url of group.urls()) {
      const message = this.#health.message(url);
      if (message !== undefined) group.failed(url, { message });
    }
    this.#reschedule(group, dueMs);
    return undefined;
  }

  /** The first moment at which one of the group's trackers may be asked. */
  #retryAtMs(group: AnnounceGroup): number {
    let first = Infinity;
    for (const url of group.urls()) first = Math.min(first, this.#blockedUntilMs(group, url));
    return first;
  }

  #blockedUntilMs(group: AnnounceGroup, url: string): number {
    return Math.max(this.#health.retryAtMs(url), group.refusedUntilMs(url));
  }

  /** Asks the group's trackers one after the other until one answers (BEP 12), and puts it back into the queue. */
  async #announce(group: AnnounceGroup): Promise<void> {
    const now = this.#clock.now();
    const urls = [...group.urls()].filter((url) => this.#blockedUntilMs(group, url) <= now);
    let nextMs: number | undefined;
    for (const [index, url] of urls.entries()) {
      nextMs = await this.#tryTracker(group, { url, hasFallback: index + 1 < urls.length });
      if (nextMs !== undefined || group.isRemoved || this.#stopping.signal.aborted) break;
    }
    this.#announcing.delete(group);
    if (this.#stopping.signal.aborted) return;
    if (group.isRemoved) return this.#queueFarewell(group);
    const isWanted = group.wantsAgain || (nextMs !== undefined && group.owesCompleted);
    group.wantsAgain = false;
    const soonestMs = Math.max(this.#clock.now(), this.#retryAtMs(group));
    if (isWanted || nextMs === undefined) return this.#reschedule(group, soonestMs);
    const lease = group.isLeaseShared ? this.#leases.get(group.known?.authority ?? "") : undefined;
    if (lease === undefined) this.#reschedule(group, nextMs);
    else this.#park(group, lease);
  }

  /** When it answered: the time of the next announce. */
  async #tryTracker(group: AnnounceGroup, how: { url: string; hasFallback: boolean }): Promise<number | undefined> {
    const { url, hasFallback } = how;
    const startedAtMs = this.#clock.now();
    const event = group.eventFor(authorityOf(url));
    group.began(url);
    try {
      const announce = group.announce(this.#client, { url, event });
      const response = await this.#ask(url, announce, { signal: this.#stopping.signal, hasFallback });
      return this.#succeeded(group, { url, event, response });
    } catch (error) {
      if (this.#stopping.signal.aborted) group.abandoned(url);
      else if (error instanceof TrackerRefusal) {
        group.refused(url, { error, nowMs: this.#clock.now(), random: this.#options.random });
      } else if (error instanceof TrackerFailure) {
        this.#health.failed(error, { startedAtMs, nowMs: this.#clock.now() });
        group.failed(url, { message: error.message });
      } else throw error;
      return undefined;
    }
  }

  #succeeded(
    group: AnnounceGroup,
    { url, event, response }: { url: string; event: AnnounceEvent; response: AnnounceResponse },
  ): number {
    const nowMs = this.#clock.now();
    const authority = authorityOf(url);
    this.#health.succeeded(url);
    const intervalMs = group.succeeded(url, { response, authority, event, nowMs });
    this.#renew(authority, { nowMs, intervalMs });
    this.#options.onAnnounced?.(url, event);
    const peers = response.peers.filter((peer) => peer.peerId !== this.#options.peerId);
    if (peers.length > 0 && !group.isRemoved && !this.#stopping.signal.aborted) {
      group.torrent.onPeers(peers.map(({ host, port }) => ({ host, port })));
    }
    return nowMs + intervalMs * (1 - INTERVAL_JITTER * this.#options.random());
  }

  /** Any announce renews what the tracker keeps of us, unless it has forgotten it meanwhile. */
  #renew(authority: string, { nowMs, intervalMs }: { nowMs: number; intervalMs: number }): void {
    const lease = this.#leases.get(authority) ?? new TrackerLease(authority, { nowMs, intervalMs });
    this.#leases.set(authority, lease);
    for (const group of lease.renew({ nowMs, intervalMs })) {
      group.known = undefined;
      this.#reschedule(group, nowMs);
    }
  }

  #park(group: AnnounceGroup, lease: Lease): void {
    lease.park(group);
    if (this.#schedule.dueMs(lease) === undefined) this.#schedule.set(lease, lease.dueMs);
  }

  /** If nobody has announced to the tracker for an interval, one of the parked does, the longest parked first. */
  #keep(lease: Lease): undefined {
    const group = lease.longestParked;
    const now = this.#clock.now();
    if (group === undefined) this.#leases.delete(lease.authority); // nothing hangs on it
    else if (lease.dueMs > now) this.#schedule.set(lease, lease.dueMs);
    else {
      this.#reschedule(group, now);
      this.#schedule.set(lease, now + lease.intervalMs);
    }
  }

  #leaseDueMs(group: AnnounceGroup): number | undefined {
    const lease = group.known === undefined ? undefined : this.#leases.get(group.known.authority);
    return lease?.has(group) ? this.#schedule.dueMs(lease) : undefined;
  }

  /** A tracker that knows of the torrent, or is just being told, is to be told that it is over. */
  #queueFarewell(group: AnnounceGroup): void {
    const url = group.known?.url ?? group.asking;
    if (url === undefined || this.#health.retryAtMs(url) > this.#clock.now()) return;
    this.#farewells.add({ url, announce: group.announce(this.#client, { url, event: "stopped" }) });
    group.known = undefined;
  }
}

/** Enough to announce ten thousand torrents within seconds to a near tracker, few enough not to flood a far one. */
const DEFAULT_MAX_CONCURRENT = 16;
/** Never later than the interval, as leases are counted in intervals. */
const INTERVAL_JITTER = 0.05;
