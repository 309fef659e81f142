/**
 * The tracker's swarm state: who is in which swarm, until when, and whom an asker gets (BEP 3, 7, 15, 21, 48). A pure
 * state machine: the moment and chance are arguments. Invariant: a client has at least one membership, and a swarm at
 * least one member; what is empty is gone.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../shared/ids.ts";
import type { Announce, ScrapeEntry } from "../shared/wire/announce.ts";
import { encodeCompactPeers } from "../shared/wire/compact_peers.ts";
import { clientAddress } from "./client_address.ts";
import { ClientDirectory } from "./client_directory.ts";
import type { GivenPeer, GivenResponse } from "./given_peer.ts";
import { foreignLeaseMs, intervalFor, leaseMs, withJitter } from "./intervals.ts";
import { type OwnAddress, PeerOrder, type Place, placeOf } from "./peer_order.ts";
import { CROWDED, FULL, type Refusal } from "./refusal.ts";
import { type Member, Swarm } from "./swarm.ts";
import { hidesWhatItLacks, isPlayswarm, TrackedClient } from "./tracked_client.ts";
import { NO_TRAFFIC, type Traffic, type TrafficSums, TrafficTotals } from "./traffic_totals.ts";

/** Peers given when the asker does not say: what BEP 3 calls the default, and more than a client dials at once. */
export const DEFAULT_PEER_COUNT = 50;

/** Peers given at most: they fit in one datagram that no network cuts (BEP 15, 20 + 6 × 200 bytes). */
export const MAX_PEER_COUNT = 200;

/** Memberships in all, each about 200 bytes: a quarter of a gigabyte at the very most. */
export const MAX_MEMBERSHIPS = 1_000_000;

/** Peer ids at one address that is not our own machine: some programs have another one for each of thousands of torrents. */
export const MAX_CLIENTS_PER_HOST = 10_000;

/** What {@link Swarms} is made of. */
export interface SwarmsOptions {
  /** The interval of a small community, in whole seconds. */
  readonly intervalSeconds: number;
  /** 0 (inclusive) to 1 (exclusive): jitter of intervals. */
  readonly random: () => number;
  /** Limits that tests lower. */
  readonly maxMemberships?: number;
  readonly maxClientsPerHost?: number;
}

/** An announce and where it came from. */
export interface AnnounceRequest {
  readonly announce: Announce;
  /** The source address, a canonical IP literal. */
  readonly host: string;
  /** Only peers of this family fit in the answer; absent for both. */
  readonly family?: 4 | 6;
  /** Fewer peers than {@link MAX_PEER_COUNT} fit in the answer. */
  readonly maxPeerCount?: number;
}

/** What became of an announce. */
export type AnnounceResult =
  | {
    readonly type: "answered";
    readonly response: GivenResponse;
    /** Swarms whose size or content changed by it. */
    readonly changed: readonly InfoHash[];
  }
  | { readonly type: "refused"; readonly refusal: Refusal };

/** Totals over all swarms. */
export interface SwarmTotals extends TrafficSums {
  /** Programs: one that has another peer id for each torrent counts once. */
  readonly clientCount: number;
  readonly swarmCount: number;
  readonly membershipCount: number;
}

const NOTHING_CHANGED: readonly InfoHash[] = [];

/** All swarms of one tracker. */
export class Swarms {
  readonly #options: SwarmsOptions;
  readonly #swarms = new Map<InfoHash, Swarm>();
  readonly #clients = new ClientDirectory();
  /** Other names of a torrent, as a hybrid one has two (BEP 52), to the name of its swarm. */
  readonly #aliases = new Map<InfoHash, InfoHash>();
  /** The other names of a torrent, by the one that its swarm is kept under. */
  readonly #aliasesOf = new Map<InfoHash, readonly InfoHash[]>();
  readonly #traffic = new TrafficTotals();
  readonly #order = new PeerOrder<TrackedClient>();
  #ownAddresses: readonly OwnAddress[] = [];
  #membershipCount = 0;
  /** Leases to renew each interval: one a client of ours, one a membership of others. */
  #leaseCount = 0;
  #halvedAtMs = -Infinity;

  /** An empty tracker. */
  constructor(options: SwarmsOptions) {
    this.#options = options;
  }

  /** Registers, renews or removes a client in a swarm, and chooses peers for it. */
  announce(request: AnnounceRequest, nowMs: number): AnnounceResult {
    const { announce } = request;
    const source = this.#clients.placeAt(request.host) ?? placeOf(request.host);
    const { place, lanHost } = clientAddress(source, announce.ip);
    const asker = { source, self: { host: place.host, port: announce.port } };
    if (announce.event === "stopped") {
      return this.#answer(request, { ...asker, changed: this.#leave(announce, { place, nowMs }) });
    }
    // Who takes no connections is of no use to others, but may well use them.
    if (announce.port === 0) return this.#answer(request, { ...asker, changed: NOTHING_CHANGED });
    const superseded = this.#supersede(announce, place);
    const client = this.#clients.find(announce, place);
    const infoHash = this.canonical(announce.infoHash);
    const known = client?.memberships.get(infoHash);
    if (known === undefined) {
      const refusal = this.#refuse(place, client === undefined);
      if (refusal !== undefined) return { type: "refused", refusal };
    }
    const holder = client ?? this.#addClient(announce, { place, nowMs });
    holder.lanHost = lanHost ?? holder.lanHost;
    const member = known ?? this.#join(holder, infoHash);
    const isChanged = this.#report(member, announce, nowMs) || known === undefined;
    this.#renew(member, nowMs);
    const changed = isChanged ? [...new Set([...superseded, infoHash])] : superseded;
    return this.#answer(request, { ...asker, changed });
  }

  /** Sizes of the swarms asked for, in their order and under the names used; unknown ones are empty. */
  scrape(infoHashes: readonly InfoHash[]): readonly ScrapeEntry[] {
    return infoHashes.map((infoHash) => {
      const counts = this.#swarms.get(this.canonical(infoHash))?.counts;
      return { infoHash, ...(counts ?? { seederCount: 0, leecherCount: 0, completedCount: 0 }) };
    });
  }

  /** Drops whoever was not heard of for a lease, and lets old hand-outs fade. Gives the swarms that changed. */
  sweep(nowMs: number): ReadonlySet<InfoHash> {
    const changed = new Set<InfoHash>();
    const intervalMs = this.intervalSeconds * 1000;
    const isHalving = nowMs - this.#halvedAtMs >= intervalMs;
    if (isHalving) this.#halvedAtMs = nowMs;
    for (const client of this.#clients.all()) {
      if (isHalving) client.handOutCount = Math.floor(client.handOutCount / 2);
      if (client.isPlayswarm) {
        if (client.leaseEndsAtMs <= nowMs) this.#dropClient(client, changed);
        continue;
      }
      for (const [infoHash, member] of client.memberships) {
        if (member.leaseEndsAtMs > nowMs) continue;
        this.#removeMember(member, infoHash);
        changed.add(infoHash);
      }
    }
    return changed;
  }

  /**
   * Makes two names of one torrent one swarm: whoever announces the alias joins the other, and whoever did is moved.
   * Gives whether it was news.
   */
  alias(alias: InfoHash, canonical: InfoHash): boolean {
    if (alias === canonical || this.#aliases.get(alias) === canonical) return false;
    this.#aliases.set(alias, canonical);
    this.#aliasesOf.set(canonical, [...this.#aliasesOf.get(canonical) ?? [], alias]);
    const from = this.#swarms.get(alias);
    if (from === undefined) return true;
    const completedCount = from.counts.completedCount;
    for (const member of [...from.members]) {
      const { client, leftBytes, isPartialSeeder, leaseEndsAtMs, uploadedBytes, downloadedBytes } = member;
      const other = client.memberships.get(canonical) ?? this.#join(client, canonical);
      this.#removeMember(member, alias);
      Object.assign(other, { isPartialSeeder, uploadedBytes, downloadedBytes });
      other.leaseEndsAtMs = Math.max(leaseEndsAtMs, other.leaseEndsAtMs);
      this.#swarms.get(canonical)?.setLeft(other, Math.min(leftBytes, other.leftBytes));
    }
    this.#swarms.get(canonical)?.adoptCompleted(completedCount);
    return true;
  }

  /** Takes out whoever is in a swarm against the rules. Gives the swarms that changed. */
  removeWhere(isOut: (client: TrackedClient, infoHash: InfoHash) => boolean): ReadonlySet<InfoHash> {
    const changed = new Set<InfoHash>();
    for (const client of this.#clients.all()) {
      for (const [infoHash, member] of client.memberships) {
        if (!isOut(client, infoHash)) continue;
        this.#removeMember(member, infoHash);
        changed.add(infoHash);
      }
    }
    return changed;
  }

  /** The name under which the swarm of this torrent is kept. */
  canonical(infoHash: InfoHash): InfoHash {
    return this.#aliases.get(infoHash) ?? infoHash;
  }

  /** Forgets the other names of a torrent that is forgotten itself. */
  removeAliases(canonical: InfoHash): void {
    for (const alias of this.#aliasesOf.get(canonical) ?? []) this.#aliases.delete(alias);
    this.#aliasesOf.delete(canonical);
  }

  /** The swarm of this torrent, unless it is empty. A view: it changes with the state. */
  swarm(infoHash: InfoHash): Swarm | undefined {
    return this.#swarms.get(this.canonical(infoHash));
  }

  /** All swarms with somebody in them. */
  swarms(): Iterable<Swarm> {
    return this.#swarms.values();
  }

  /** All clients, those first that are known longest. */
  clients(): Iterable<TrackedClient> {
    return this.#clients.all();
  }

  /** Sums over everything. */
  get totals(): SwarmTotals {
    return {
      clientCount: this.#clients.programCount,
      swarmCount: this.#swarms.size,
      membershipCount: this.#membershipCount,
      ...this.#traffic.sums,
    };
  }

  /** Which client is the tracker's own library: what it sends is not what peers take from one another. */
  setLibrary(peerId: PeerId): void {
    this.#traffic.libraryPeerId = peerId;
  }

  /** The full interval at this load, in seconds. */
  get intervalSeconds(): number {
    return intervalFor({ baseSeconds: this.#options.intervalSeconds, leaseCount: this.#leaseCount });
  }

  /** The addresses of this machine, under which peers on its loopback are found by others. */
  setOwnAddresses(addresses: readonly OwnAddress[]): void {
    this.#ownAddresses = addresses;
  }

  #refuse(place: Place, isNewClient: boolean): Refusal | undefined {
    if (this.#membershipCount >= (this.#options.maxMemberships ?? MAX_MEMBERSHIPS)) return FULL;
    const clientCount = isNewClient && place.reach !== "loopback" ? this.#clients.at(place.host).size : 0;
    const isCrowded = clientCount >= (this.#options.maxClientsPerHost ?? MAX_CLIENTS_PER_HOST);
    return isCrowded ? CROWDED : undefined;
  }

  #addClient(announce: Announce, at: { readonly place: Place; readonly nowMs: number }): TrackedClient {
    const client = new TrackedClient({ peerId: announce.peerId, port: announce.port, place: at.place }, at.nowMs);
    this.#clients.add(client);
    if (client.isPlayswarm) this.#leaseCount++;
    return client;
  }

  #join(client: TrackedClient, infoHash: InfoHash): Member {
    let swarm = this.#swarms.get(infoHash);
    if (swarm === undefined) this.#swarms.set(infoHash, swarm = new Swarm(infoHash));
    const member = swarm.add(client);
    client.memberships.set(infoHash, member);
    this.#membershipCount++;
    if (!client.isPlayswarm) this.#leaseCount++;
    return member;
  }

  /** Takes over what a client says of itself. Gives whether the swarm's size or content changed by it. */
  #report(member: Member, announce: Announce, nowMs: number): boolean {
    const isNew = member.leaseEndsAtMs === 0;
    // What a client reports counts from its start; one that we meet later is counted from where it is then.
    const isFresh = announce.event === "started" || isNew;
    const traffic = isFresh ? NO_TRAFFIC : this.#count(member, announce, nowMs);
    member.uploadedBytes = announce.uploaded;
    member.downloadedBytes = announce.downloaded;
    member.client.countTraffic(traffic, nowMs);
    member.isPartialSeeder = announce.event === "paused";
    if (member.leftBytes === announce.left) return false;
    const swarm = this.#swarms.get(this.canonical(announce.infoHash));
    if (announce.event === "completed" && !isNew && member.leftBytes > 0) swarm?.countCompleted();
    swarm?.setLeft(member, announce.left);
    return true;
  }

  /** Counts what a member says that it moved since its last report. */
  #count(member: Member, announce: Announce, nowMs: number): Traffic {
    const { client } = member;
    const now = { uploadedBytes: announce.uploaded, downloadedBytes: announce.downloaded };
    const sinceMs = nowMs - (member.leaseEndsAtMs - this.#leaseMs(client));
    return this.#traffic.count(client.peerId, { before: member, now, sinceMs });
  }

  #renew(member: Member, nowMs: number): void {
    const { client } = member;
    client.seenAtMs = nowMs;
    client.leaseEndsAtMs = nowMs + this.#leaseMs(client);
    member.leaseEndsAtMs = client.leaseEndsAtMs;
  }

  #leaseMs(client: TrackedClient): number {
    return client.isPlayswarm ? leaseMs(this.intervalSeconds) : foreignLeaseMs(this.intervalSeconds);
  }

  #leave(announce: Announce, from: { readonly place: Place; readonly nowMs: number }): readonly InfoHash[] {
    const infoHash = this.canonical(announce.infoHash);
    const member = this.#clients.find(announce, from.place)?.memberships.get(infoHash);
    if (member === undefined) return NOTHING_CHANGED;
    this.#count(member, announce, from.nowMs);
    this.#removeMember(member, infoHash);
    return [infoHash];
  }

  /**
   * A program that starts at an endpoint has taken the place of whichever was there, killed most likely: one of ours
   * altogether, as it has one peer id for all torrents, others in this swarm. Only where no address translation can make
   * two machines look like one.
   */
  #supersede(announce: Announce, place: Place): readonly InfoHash[] {
    if (announce.event !== "started" || place.reach === "public") return NOTHING_CHANGED;
    const changed = new Set<InfoHash>();
    const infoHash = this.canonical(announce.infoHash);
    for (const client of this.#clients.at(place.host)) {
      if (client.port !== announce.port || client.peerId === announce.peerId) continue;
      const member = client.memberships.get(infoHash);
      if (client.isPlayswarm && isPlayswarm(announce.peerId)) {
        this.#dropClient(client, changed);
      } else if (member !== undefined) {
        this.#removeMember(member, infoHash);
        changed.add(infoHash);
      }
    }
    return changed.size === 0 ? NOTHING_CHANGED : [...changed];
  }

  #dropClient(client: TrackedClient, changed: Set<InfoHash>): void {
    for (const [infoHash, member] of client.memberships) {
      this.#removeMember(member, infoHash);
      changed.add(infoHash);
    }
  }

  /** Ends a membership, and with it a swarm or a client that has no other. */
  #removeMember(member: Member, infoHash: InfoHash): void {
    const { client } = member;
    const swarm = this.#swarms.get(infoHash);
    swarm?.remove(member);
    if (swarm?.size === 0) this.#swarms.delete(infoHash);
    client.memberships.delete(infoHash);
    this.#membershipCount--;
    if (!client.isPlayswarm) this.#leaseCount--;
    if (client.memberships.size > 0) return;
    this.#clients.remove(client);
    if (client.isPlayswarm) this.#leaseCount--;
  }

  #answer(
    request: AnnounceRequest,
    from: { readonly source: Place; readonly self: Endpoint; readonly changed: readonly InfoHash[] },
  ): AnnounceResult {
    const swarm = this.#swarms.get(this.canonical(request.announce.infoHash));
    const response: GivenResponse = {
      intervalSeconds: withJitter(this.intervalSeconds, this.#options.random()),
      seederCount: swarm?.counts.seederCount ?? 0,
      leecherCount: swarm?.counts.leecherCount ?? 0,
      peers: swarm === undefined ? [] : this.#choosePeers(swarm, request, from),
      externalAddress: request.host,
    };
    return { type: "answered", response, changed: from.changed };
  }

  #choosePeers(
    swarm: Swarm,
    request: AnnounceRequest,
    from: { readonly source: Place; readonly self: Endpoint },
  ): readonly GivenPeer[] {
    const { announce } = request;
    const wanted = announce.event === "stopped" ? 0 : announce.numWant ?? DEFAULT_PEER_COUNT;
    const count = Math.min(wanted, request.maxPeerCount ?? MAX_PEER_COUNT, MAX_PEER_COUNT);
    if (count <= 0) return [];
    const isLeecher = announce.left > 0 || hidesWhatItLacks(announce.peerId);
    const needsData = isLeecher && announce.event !== "paused";
    const isUseful = ({ client, leftBytes, isPartialSeeder }: Member) =>
      (needsData || (leftBytes > 0 && !isPartialSeeder)) && client.peerId !== announce.peerId &&
      (request.family === undefined || client.place.family === request.family || client.place.reach === "loopback");
    this.#order.begin({ place: from.source, family: request.family, ownAddresses: this.#ownAddresses }, from.self);
    for (const { client } of swarm.sample({ place: from.source, count, isUseful })) this.#order.add(client);
    const given: GivenPeer[] = [];
    this.#order.give(count, (peer, host) => {
      const { port, peerId, place } = peer;
      peer.handOutCount++;
      given.push({ host, port, peerId, compact: host === place.host ? peer.compact : packEndpoint({ host, port }) });
    });
    return given;
  }
}

function packEndpoint(endpoint: Endpoint): Uint8Array {
  return encodeCompactPeers([endpoint], endpoint.host.includes(":") ? 6 : 4);
}
