/**
 * Clients, swarms and who is in which: one set of tables that are kept true together. Invariant: a client has at least one
 * membership, and a swarm at least one member; what is empty is gone. Pure.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../shared/ids.ts";
import { ADDRESS_WORDS, addressText, addressWords, familyOf, reachOf } from "./address_words.ts";
import { type AnnounceRecord, CLIENT_NAME_WORDS, ID_WORDS, writeId } from "./announce_record.ts";
import { ClientTable } from "./client_table.ts";
import { MEMBER_FLAG } from "./member_lists.ts";
import { MembershipTable } from "./membership_table.ts";
import { NeighbourRings } from "./neighbour_rings.ts";
import { PeerOrder } from "./peer_order.ts";
import { PeerReach } from "./peer_reach.ts";
import type { SipHash } from "./sip_hash.ts";
import { SCAN_LIMIT, SwarmSample } from "./swarm_sample.ts";
import { SwarmTable } from "./swarm_table.ts";
import type { Member, Swarm, TrackedClient } from "./swarm_views.ts";

/** So many members of a swarm speak for all of what they lack: it is asked for with every update of a dashboard. */
const MAX_SUMMED_MEMBERS = 1000;

/** A client in so many swarms at most has its load told to each at once; in more it is told as it announces. */
const MAX_TOLD_SWARMS = 64;

/** What names a client: its peer id, and where others reach it. */
export interface ClientName extends Endpoint {
  readonly peerId: PeerId;
}

/** The tables. */
export class SwarmRegistry {
  readonly clients: ClientTable;
  readonly memberships: MembershipTable;
  readonly swarms: SwarmTable;
  readonly reach: PeerReach;
  readonly order: PeerOrder;
  readonly sample: SwarmSample;
  readonly #rings: NeighbourRings;
  #leaseCount = 0;
  readonly #address = new Uint32Array(ADDRESS_WORDS);
  readonly #name = new Uint32Array(CLIENT_NAME_WORDS);

  /** Empty, with room for so many memberships. */
  constructor(options: { readonly capacity: number; readonly sip: SipHash }) {
    const { capacity, sip } = options;
    const clients = new ClientTable({ capacity, sip });
    const swarms = new SwarmTable({ capacity, sip });
    const memberships = new MembershipTable({ capacity, clients, sip });
    const rings = new NeighbourRings({ capacity, memberships, clients, sip });
    const source = { lists: swarms.lists, memberships, clients };
    this.reach = new PeerReach(source);
    this.order = new PeerOrder({ ...source, reach: this.reach });
    this.sample = new SwarmSample({ swarms, memberships, rings, order: this.order });
    this.clients = clients;
    this.swarms = swarms;
    this.memberships = memberships;
    this.#rings = rings;
  }

  /** Leases to renew each interval: one a client of ours, one a membership of others. */
  get leaseCount(): number {
    return this.#leaseCount;
  }

  /** A client joins a swarm that it is not in, with nothing reported yet: a leecher. Gives the membership. */
  join(client: number, swarm: number): number {
    const { memberships, swarms, clients } = this;
    const membership = memberships.add(client, swarm);
    const position = swarms.push(swarm);
    memberships.setPosition(membership, position);
    clients.readAddress(client, this.#address);
    const isIpv4 = familyOf(this.#address) === 4;
    swarms.lists.set(swarms.firstEntry(swarm) + position, {
      membership,
      address: isIpv4 ? this.#address[3] ?? 0 : client,
      port: clients.port(client),
      flags: this.#flagsOf(client),
      peerIdTag: clients.peerIdTail(client) & 0xff,
    });
    if (isLocal(swarms.lists.flags(swarms.firstEntry(swarm) + position))) swarms.countLocal(swarm, 1);
    if (!clients.isPlayswarm(client) || clients.membershipCount(client) === 1) this.#leaseCount++;
    this.#joinRing(membership, swarm);
    return membership;
  }

  /** Ends a membership, and with it a swarm or a client that has no other. */
  leave(membership: number): void {
    const { memberships, swarms, clients } = this;
    const client = memberships.client(membership);
    const swarm = memberships.swarm(membership);
    const position = memberships.position(membership);
    if (memberships.leftBytes(membership) === 0) swarms.countSeeders(swarm, -1);
    this.setPartialSeeder(membership, false);
    if (isLocal(swarms.lists.flags(swarms.firstEntry(swarm) + position))) swarms.countLocal(swarm, -1);
    this.#rings.remove(membership);
    const moved = swarms.removeEntry(swarm, position);
    if (moved >= 0) memberships.setPosition(moved, position);
    if (swarms.size(swarm) === 0) swarms.remove(swarm);
    memberships.remove(membership);
    const isGone = clients.membershipCount(client) === 0;
    if (!clients.isPlayswarm(client) || isGone) this.#leaseCount--;
    if (isGone) clients.remove(client);
  }

  /** Where a membership's entry is now. */
  entryOf(membership: number): number {
    return this.swarms.firstEntry(this.memberships.swarm(membership)) + this.memberships.position(membership);
  }

  /** Sets what a member lacks, and keeps the count of seeders right. */
  setLeft(membership: number, leftBytes: number): void {
    const isSeeder = leftBytes === 0;
    const change = Number(isSeeder) - Number(this.memberships.leftBytes(membership) === 0);
    this.memberships.setLeftBytes(membership, leftBytes);
    if (change === 0) return;
    this.swarms.countSeeders(this.memberships.swarm(membership), change);
    this.swarms.lists.setFlag(this.entryOf(membership), MEMBER_FLAG.seeder, isSeeder);
  }

  /** Whether a member is incomplete and content (BEP 21). */
  isPartialSeeder(membership: number): boolean {
    return (this.swarms.lists.flags(this.entryOf(membership)) & MEMBER_FLAG.partialSeeder) !== 0;
  }

  /** Sets {@link isPartialSeeder}, and keeps their count right. */
  setPartialSeeder(membership: number, isPartialSeeder: boolean): void {
    if (this.isPartialSeeder(membership) === isPartialSeeder) return;
    this.swarms.countPartialSeeders(this.memberships.swarm(membership), isPartialSeeder ? 1 : -1);
    this.swarms.lists.setFlag(this.entryOf(membership), MEMBER_FLAG.partialSeeder, isPartialSeeder);
  }

  /** What is known of a client has changed: its entries say so too. */
  tellOf(client: number): void {
    const flags = this.#flagsOf(client);
    for (const membership of this.memberships.of(client)) {
      const entry = this.entryOf(membership);
      for (const flag of [MEMBER_FLAG.unreachable, MEMBER_FLAG.hasLanAddress]) {
        this.swarms.lists.setFlag(entry, flag, (flags & flag) !== 0);
      }
    }
  }

  /** It turned out whether a client takes connections from outside; nothing happens when it is gone. */
  setReachable(name: ClientName, isReachable: boolean): void {
    const client = this.findClient(name);
    if (client < 0) return;
    this.clients.setReachable(client, isReachable);
    this.tellOf(client);
  }

  /** The client of this name, or −1. */
  findClient({ peerId, host, port }: ClientName): number {
    writeId(this.#name, peerId);
    this.#name.set(addressWords(host), ID_WORDS);
    this.#name[CLIENT_NAME_WORDS - 1] = port;
    return this.clients.find(this.#name);
  }

  /** A client's upload was measured anew while it announced in one of its swarms. */
  tellLoad(client: number, membership: number): void {
    const load = this.clients.uploadLoad(client);
    const { lists } = this.swarms;
    if (this.clients.membershipCount(client) > MAX_TOLD_SWARMS) {
      lists.setUploadLoad(this.entryOf(membership), load);
      return;
    }
    for (const each of this.memberships.of(client)) lists.setUploadLoad(this.entryOf(each), load);
  }

  /** A member as others see it. */
  memberView(membership: number): Member {
    return {
      client: this.clientView(this.memberships.client(membership)),
      infoHash: this.swarms.infoHash(this.memberships.swarm(membership)),
      leftBytes: this.memberships.leftBytes(membership),
      isPartialSeeder: this.isPartialSeeder(membership),
    };
  }

  /** A client as others see it. */
  clientView(client: number): TrackedClient {
    const { clients } = this;
    const lanAddress = clients.lanAddress(client);
    const isReachable = clients.isReachable(client);
    const displayName = clients.names.get(client);
    const contact = clients.contact(client);
    return {
      peerId: clients.peerId(client),
      host: clients.host(client),
      port: clients.port(client),
      ...(lanAddress === undefined ? {} : { lanHost: addressText(lanAddress) }),
      ...(isReachable === undefined ? {} : { isReachable }),
      ...(displayName === "" ? {} : { displayName }),
      ...(contact === undefined ? {} : { contact }),
      seenAtMs: clients.seenAtMs(client),
      uploadedBytes: clients.uploadedBytes(client),
      downloadedBytes: clients.downloadedBytes(client),
      membershipCount: clients.membershipCount(client),
      memberships: () => this.#views(this.memberships.of(client)),
    };
  }

  /** A swarm as others see it. */
  swarmView(swarm: number): Swarm {
    const counts = this.swarms.counts(swarm);
    return {
      infoHash: this.swarms.infoHash(swarm),
      size: this.swarms.size(swarm),
      isUndescribed: this.swarms.isUndescribed(swarm),
      counts,
      members: () => this.#views(this.membersOf(swarm)),
      leftBytes: (sizeBytes) => this.#leftBytes(swarm, sizeBytes),
      hasData: (sizeBytes) => counts.seederCount > 0 || this.#hasPart(swarm, sizeBytes),
    };
  }

  /** All swarms as others see them, made as they are gone through. */
  *swarmViews(): Iterable<Swarm> {
    for (let swarm = 0; swarm < this.swarms.end; swarm++) {
      if (this.swarms.has(swarm)) yield this.swarmView(swarm);
    }
  }

  /** The clients of each program as others see them, made as they are gone through. */
  *programViews(): Iterable<readonly TrackedClient[]> {
    for (const clients of this.clients.programs()) yield clients.map((client) => this.clientView(client));
  }

  /** The memberships of a swarm; nobody may come or leave while they are gone through. */
  *membersOf(swarm: number): Iterable<number> {
    const first = this.swarms.firstEntry(swarm);
    for (let position = 0; position < this.swarms.size(swarm); position++) {
      yield this.swarms.lists.membership(first + position);
    }
  }

  /** The membership in a swarm of another peer id at the endpoint of an announce, or −1. */
  forerunner(swarm: number, announce: AnnounceRecord): number {
    const { clients, memberships, swarms } = this;
    const first = swarm < 0 ? 0 : swarms.firstEntry(swarm);
    const end = swarm < 0 ? 0 : first + swarms.size(swarm);
    for (let entry = first; entry < end; entry++) {
      if (swarms.lists.port(entry) !== announce.port) continue;
      const membership = swarms.lists.membership(entry);
      const client = memberships.client(membership);
      if (clients.isAt(client, announce.address) && !clients.hasPeerId(client, announce.peerId)) return membership;
    }
    return -1;
  }

  /** Its info-hash. */
  infoHashOf(membership: number): InfoHash {
    return this.swarms.infoHash(this.memberships.swarm(membership));
  }

  *#views(memberships: Iterable<number>): Generator<Member> {
    for (const membership of memberships) yield this.memberView(membership);
  }

  #leftBytes(swarm: number, sizeBytes: number): number {
    const first = this.swarms.firstEntry(swarm);
    const size = this.swarms.size(swarm);
    const count = Math.min(size, MAX_SUMMED_MEMBERS);
    let sum = 0;
    for (let position = 0; position < count; position++) {
      sum += Math.min(sizeBytes, this.memberships.leftBytes(this.swarms.lists.membership(first + position)));
    }
    return count === size ? sum : Math.round(sum * size / count);
  }

  #hasPart(swarm: number, sizeBytes: number): boolean {
    for (const membership of this.membersOf(swarm)) {
      if (this.memberships.leftBytes(membership) < sizeBytes) return true;
    }
    return false;
  }

  #flagsOf(client: number): number {
    this.clients.readAddress(client, this.#address);
    const reach = reachOf(this.#address);
    return (familyOf(this.#address) === 6 ? MEMBER_FLAG.ipv6 : 0) |
      (reach === "loopback" ? MEMBER_FLAG.loopback : reach === "private" ? MEMBER_FLAG.private : 0) |
      (this.clients.isReachable(client) === false ? MEMBER_FLAG.unreachable : 0) |
      (this.clients.lanAddress(client) === undefined ? 0 : MEMBER_FLAG.hasLanAddress);
  }

  /** Rings are kept only from when a swarm is not looked through as a whole any more. */
  #joinRing(membership: number, swarm: number): void {
    if (this.swarms.hasRings(swarm)) return this.#rings.add(membership);
    if (this.swarms.size(swarm) <= SCAN_LIMIT) return;
    this.swarms.setHasRings(swarm);
    for (const member of this.membersOf(swarm)) this.#rings.add(member);
  }
}

function isLocal(flags: number): boolean {
  return (flags & (MEMBER_FLAG.loopback | MEMBER_FLAG.private)) !== 0;
}
