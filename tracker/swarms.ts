/**
 * The tracker's swarm state: who is in which swarm, until when, and whom an asker gets (BEP 3, 7, 15, 21, 48). A pure
 * state machine: the moment and chance are arguments.
 *
 * @module
 */
import type { InfoHash, PeerId } from "../shared/ids.ts";
import type { ScrapeEntry } from "../shared/wire/announce.ts";
import { ADDRESS_WORDS, reachOf } from "./address_words.ts";
import { AnnounceAnswer, MAX_PEER_COUNT } from "./announce_answer.ts";
import { AnnounceRecord, ID_WORDS, writeId } from "./announce_record.ts";
import type { AnnounceRequest, AnnounceResult } from "./announce_request.ts";
import { clientAddress } from "./client_address.ts";
import { givenResponse } from "./given_peer.ts";
import { withJitter } from "./intervals.ts";
import { Leases } from "./leases.ts";
import { MemberReports } from "./member_reports.ts";
import type { OwnAddress } from "./peer_reach.ts";
import { ADDRESS_CROWDED, type Refusal, TRACKER_FULL } from "./refusal.ts";
import { SIP_KEY_LENGTH, SipHash } from "./sip_hash.ts";
import { Succession } from "./succession.ts";
import { SwarmCopy } from "./swarm_copy.ts";
import { type ClientName, SwarmRegistry } from "./swarm_registry.ts";
import { SwarmSweep } from "./swarm_sweep.ts";
import type { SwarmCounts } from "./swarm_table.ts";
import type { Swarm, SwarmTotals, TrackedClient } from "./swarm_views.ts";
import { TorrentAliases } from "./torrent_aliases.ts";
import type { TrafficSums } from "./traffic_totals.ts";

/** Peers given when the asker does not say: what BEP 3 calls the default, and more than a client dials at once. */
export const DEFAULT_PEER_COUNT = 50;

/** Memberships in all, each at most 250 bytes with all that belongs to it: 625 MB at the very most. */
const MAX_MEMBERSHIPS = 2_500_000;

/** Peer ids at one address that is not our own machine: some programs have another one for each of thousands of torrents. */
const MAX_CLIENTS_PER_HOST = 10_000;

/** What {@link Swarms} is made of. */
export interface SwarmsOptions {
  /** The interval of a small community, in whole seconds. */
  readonly intervalSeconds: number;
  /** 0 (inclusive) to 1 (exclusive): jitter of intervals, and the key of the tables. */
  readonly random: () => number;
  /** What was moved in former runs; default: nothing. */
  readonly traffic?: TrafficSums;
  /** Limits that tests lower. */
  readonly maxMemberships?: number;
  readonly maxClientsPerHost?: number;
}

const NOTHING_CHANGED: readonly InfoHash[] = [];

/** A swarm that is not here. */
const NO_COUNTS: SwarmCounts = { seederCount: 0, leecherCount: 0, partialSeederCount: 0, completedCount: 0 };

/** All swarms of one tracker. */
export class Swarms {
  readonly #options: SwarmsOptions;
  readonly #maxMemberships: number;
  readonly #registry: SwarmRegistry;
  readonly #sweep: SwarmSweep;
  readonly #aliases = new TorrentAliases();
  readonly #reports: MemberReports;
  readonly #leases: Leases;
  readonly #succession: Succession;
  /** What announces that come as objects are written to, and their answers. */
  readonly #record = new AnnounceRecord();
  readonly #answer = new AnnounceAnswer();
  readonly #infoHash = new Uint32Array(ID_WORDS);

  /** Memberships on their way out of here. */
  readonly copy: SwarmCopy;

  /** An empty tracker. */
  constructor(options: SwarmsOptions) {
    this.#options = options;
    this.#maxMemberships = options.maxMemberships ?? MAX_MEMBERSHIPS;
    const key = Uint8Array.from({ length: SIP_KEY_LENGTH }, () => Math.floor(options.random() * 256));
    const sip = new SipHash(key, { compression: 1, finalization: 3 });
    // One more than is let in: who moves from one swarm to another is for a moment in both.
    this.#registry = new SwarmRegistry({ capacity: this.#maxMemberships + 1, sip });
    this.#sweep = new SwarmSweep(this.#registry);
    this.#leases = new Leases(this.#registry, { baseSeconds: options.intervalSeconds });
    this.#reports = new MemberReports(this.#registry, options.traffic);
    this.copy = new SwarmCopy(this.#registry, {
      leaseEndsAtMs: (membership) => this.#leases.endsAtMs(membership),
      leaseMs: (client) => this.#leases.lengthMs(client),
      refuse: (record, isNewClient) => this.#refuse(record, isNewClient),
      resolve: (infoHash) => this.#aliases.resolve(infoHash),
    });
    this.#succession = new Succession(this.#registry, this.copy);
  }

  /** {@link announceRecord} for whom an object or two make no difference. */
  announce(request: AnnounceRequest, nowMs: number): AnnounceResult {
    const record = this.#record;
    record.set(request.announce, request.host);
    record.family = request.family ?? 0;
    record.maxPeerCount = request.maxPeerCount ?? MAX_PEER_COUNT;
    record.nowMs = nowMs;
    this.announceRecord(record, this.#answer);
    const { refusal, changed } = this.#answer;
    if (refusal !== undefined) return { type: "refused", refusal };
    const peerIdAt = (index: number) => this.#peerIdOf(this.#answer.memberships[index] ?? 0);
    return { type: "answered", response: givenResponse(this.#answer, { peerIdAt, host: request.host }), changed };
  }

  /**
   * Registers, renews or removes a client in a swarm, and chooses peers for it.
   *
   * @param record its address and info-hash are brought to what they stand for
   */
  announceRecord(record: AnnounceRecord, answer: AnnounceAnswer): void {
    const lanAddress = this.#locate(record);
    this.#aliases.resolve(record.infoHash);
    answer.refusal = undefined;
    answer.clearPeers();
    answer.changed = NOTHING_CHANGED;
    // Who takes no connections is of no use to others, but may well use them.
    const isMember = record.event !== "stopped" && record.port !== 0;
    if (record.event === "stopped") answer.changed = this.#leave(record);
    const swarm = isMember ? this.#enter(record, { answer, lanAddress }) : this.#swarms.find(record.infoHash);
    if (answer.refusal === undefined) this.#fill(answer, { record, swarm });
  }

  /** Sizes of the swarms asked for, in their order and under the names used; unknown ones are empty. */
  scrape(infoHashes: readonly InfoHash[]): readonly ScrapeEntry[] {
    return infoHashes.map((infoHash) => {
      const swarm = this.#find(infoHash);
      const counts = swarm < 0 ? NO_COUNTS : this.#swarms.counts(swarm);
      return { infoHash, ...counts };
    });
  }

  /**
   * Drops whoever was not heard of for a lease, and lets old hand-outs fade.
   *
   * @param limit looks at so many members, and at the next ones the next time, so that no answer waits for it
   * @returns the swarms that changed
   */
  sweep(nowMs: number, limit = Infinity): ReadonlySet<InfoHash> {
    const changed = new Set<InfoHash>();
    this.#sweep.step({
      nowMs,
      limit,
      halfLifeMs: this.intervalSeconds * 1000,
      leaseEndsAtMs: (membership) => this.#leases.endsAtMs(membership),
      drop: (membership) => this.#drop(membership, changed),
    });
    return changed;
  }

  /** Members that {@link sweep} has to look at to have looked at all. */
  get sweepLength(): number {
    return this.#registry.memberships.end;
  }

  /**
   * Makes two names of one torrent one swarm: whoever announces the alias joins the other, and whoever did is moved.
   * Gives whether it was news.
   */
  alias(alias: InfoHash, canonical: InfoHash): boolean {
    if (!this.#aliases.add(alias, canonical)) return false;
    writeId(this.#infoHash, alias);
    const from = this.#swarms.find(this.#infoHash);
    if (from < 0) return true;
    writeId(this.#infoHash, canonical);
    const known = this.#swarms.find(this.#infoHash);
    const to = known < 0 ? this.#swarms.add(this.#infoHash) : known;
    this.#succession.merge(from, to);
    return true;
  }

  /** Takes out whoever is in a swarm against the rules. Gives the swarms that changed. */
  removeWhere(isOut: (client: TrackedClient, infoHash: InfoHash) => boolean): ReadonlySet<InfoHash> {
    const changed = new Set<InfoHash>();
    const { memberships } = this.#registry;
    for (let membership = 0; membership < memberships.end; membership++) {
      if (!memberships.has(membership)) continue;
      const { client, infoHash } = this.#registry.memberView(membership);
      if (isOut(client, infoHash)) this.#drop(membership, changed);
    }
    return changed;
  }

  /** The name under which the swarm of this torrent is kept. */
  canonical(infoHash: InfoHash): InfoHash {
    return this.#aliases.canonical(infoHash);
  }

  /** Notes whether the catalogue does not know a swarm's torrent; nothing happens where the swarm is empty. */
  setUndescribed(infoHash: InfoHash, isUndescribed: boolean): void {
    const swarm = this.#find(infoHash);
    if (swarm >= 0) this.#swarms.setUndescribed(swarm, isUndescribed);
  }

  /** Forgets the other names of a torrent that is forgotten itself. */
  removeAliases(canonical: InfoHash): void {
    this.#aliases.removeOf(canonical);
  }

  /** The swarm of this torrent, unless it is empty. */
  swarm(infoHash: InfoHash): Swarm | undefined {
    const swarm = this.#find(infoHash);
    return swarm < 0 ? undefined : this.#registry.swarmView(swarm);
  }

  /** All swarms with somebody in them, made as they are gone through. */
  swarms(): Iterable<Swarm> {
    return this.#registry.swarmViews();
  }

  /** The clients of each program, made as they are gone through. */
  programs(): Iterable<readonly TrackedClient[]> {
    return this.#registry.programViews();
  }

  /** Sums over everything. */
  get totals(): SwarmTotals {
    return {
      clientCount: this.#registry.clients.programCount,
      swarmCount: this.#swarms.count,
      membershipCount: this.#registry.memberships.count,
      ...this.#reports.sums,
    };
  }

  /** Which client is the tracker's own library: what it sends is not what peers take from one another. */
  setLibrary(peerId: PeerId): void {
    this.#reports.setLibrary(peerId);
  }

  /** It turned out whether a client takes connections from outside. */
  setReachable(client: ClientName, isReachable: boolean): void {
    this.#registry.setReachable(client, isReachable);
  }

  /** The full interval at this load, in seconds. */
  get intervalSeconds(): number {
    return this.#leases.intervalSeconds;
  }

  /** The addresses of this machine, under which peers on its loopback are found by others. */
  setOwnAddresses(addresses: readonly OwnAddress[]): void {
    this.#registry.reach.setOwnAddresses(addresses);
  }

  get #swarms(): SwarmRegistry["swarms"] {
    return this.#registry.swarms;
  }

  #find(infoHash: InfoHash): number {
    writeId(this.#infoHash, this.#aliases.canonical(infoHash));
    return this.#swarms.find(this.#infoHash);
  }

  #peerIdOf(membership: number): PeerId {
    return this.#registry.clients.peerId(this.#registry.memberships.client(membership));
  }

  /** Sets where others reach a client; gives where its neighbours do, if it told. */
  #locate(record: AnnounceRecord): Uint32Array | undefined {
    for (let index = 0; index < ADDRESS_WORDS; index++) record.address[index] = record.source[index] ?? 0;
    if (record.claimedIp === undefined) return undefined;
    const { address, lanAddress } = clientAddress(record.source, record.claimedIp);
    record.address.set(address);
    return lanAddress;
  }

  /** Registers or renews; gives the swarm. */
  #enter(
    record: AnnounceRecord,
    to: { readonly answer: AnnounceAnswer; readonly lanAddress: Uint32Array | undefined },
  ): number {
    const { clients, memberships } = this.#registry;
    const { answer, lanAddress } = to;
    const { nowMs } = record;
    if (record.event === "started") answer.changed = this.#succession.supersede(record);
    const knownSwarm = this.#swarms.find(record.infoHash);
    const knownClient = clients.find(record.client);
    const known = knownSwarm < 0 || knownClient < 0 ? -1 : memberships.find(knownClient, knownSwarm);
    if (known < 0) answer.refusal = this.#refuse(record, knownClient < 0);
    if (answer.refusal !== undefined) return knownSwarm;
    const client = knownClient < 0 ? clients.add(record.client, nowMs) : knownClient;
    const swarm = knownSwarm < 0 ? this.#swarms.add(record.infoHash) : knownSwarm;
    const membership = known < 0 ? this.#registry.join(client, swarm) : known;
    clients.noteContact(client, record);
    if (lanAddress !== undefined) {
      clients.setLanAddress(client, lanAddress);
      this.#registry.tellOf(client);
    }
    const isChanged = this.#reports.take(membership, { record, sinceMs: this.#leases.sinceMs(membership, nowMs) }) ||
      known < 0;
    this.#leases.renew(membership, nowMs);
    this.copy.noteKept(membership);
    if (isChanged) answer.changed = [...new Set([...answer.changed, this.#swarms.infoHash(swarm)])];
    return swarm;
  }

  #refuse(record: AnnounceRecord, isNewClient: boolean): Refusal | undefined {
    if (this.#registry.memberships.count >= this.#maxMemberships) return TRACKER_FULL;
    if (!isNewClient || reachOf(record.address) === "loopback") return undefined;
    const isCrowded = this.#registry.clients.countAt(record.address) >=
      (this.#options.maxClientsPerHost ?? MAX_CLIENTS_PER_HOST);
    return isCrowded ? ADDRESS_CROWDED : undefined;
  }

  #drop(membership: number, changed: Set<InfoHash>): void {
    changed.add(this.#registry.infoHashOf(membership));
    this.#registry.leave(membership);
  }

  #leave(record: AnnounceRecord): readonly InfoHash[] {
    const swarm = this.#swarms.find(record.infoHash);
    const client = this.#registry.clients.find(record.client);
    const membership = swarm < 0 || client < 0 ? -1 : this.#registry.memberships.find(client, swarm);
    if (membership < 0) return NOTHING_CHANGED;
    this.#reports.count(membership, { record, sinceMs: this.#leases.sinceMs(membership, record.nowMs) });
    const infoHash = this.#swarms.infoHash(swarm);
    this.copy.noteGone(membership);
    this.#registry.leave(membership);
    return [infoHash];
  }

  #fill(answer: AnnounceAnswer, from: { readonly record: AnnounceRecord; readonly swarm: number }): void {
    const { record, swarm } = from;
    answer.intervalSeconds = withJitter(this.intervalSeconds, this.#options.random());
    answer.seederCount = swarm < 0 ? 0 : this.#swarms.seederCount(swarm);
    answer.leecherCount = swarm < 0 ? 0 : this.#swarms.size(swarm) - answer.seederCount;
    const wanted = record.event === "stopped" ? 0 : record.wantedCount < 0 ? DEFAULT_PEER_COUNT : record.wantedCount;
    const count = Math.min(wanted, record.maxPeerCount, MAX_PEER_COUNT);
    if (swarm < 0 || count <= 0) return;
    this.#registry.order.begin(record);
    this.#registry.sample.take(swarm, { asker: record, count });
    this.#registry.order.give(count, answer);
  }
}
