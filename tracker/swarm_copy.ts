/**
 * Brings memberships out of the state and back into it, and notes which have changed since they were brought out last: for
 * a snapshot, and for other trackers of the same community. Pure.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { AnnounceRecord, writeId } from "./announce_record.ts";
import { addressText, addressWords } from "./address_words.ts";
import type { MembershipName, MembershipRecord } from "./membership_record.ts";
import type { NamedClient } from "./named_client.ts";
import type { Refusal } from "./refusal.ts";
import type { SwarmRegistry } from "./swarm_registry.ts";

/** What changed since the last look. */
export interface MembershipChanges {
  /** Who left by itself, or whose place another took; not whose lease is over, as everybody sees that. */
  readonly gone: readonly MembershipName[];
  /** Who came or was heard of. */
  readonly kept: readonly MembershipRecord[];
  /** Whose name was set or taken away; told when nobody is left who is not told of. */
  readonly named: readonly NamedClient[];
}

/** What the state says of members. */
export interface CopyRules {
  /** Until when a membership holds. */
  readonly leaseEndsAtMs: (membership: number) => number;
  /** How long a lease of a client is. */
  readonly leaseMs: (client: number) => number;
  /** Why a member cannot be taken in. */
  readonly refuse: (record: AnnounceRecord, isNewClient: boolean) => Refusal | undefined;
  /** Writes the name that a torrent is kept under over another. */
  readonly resolve: (infoHash: Uint32Array) => void;
}

/** Notes changes of a registry's memberships, and makes those that were noted elsewhere. */
export class SwarmCopy {
  readonly #registry: SwarmRegistry;
  readonly #rules: CopyRules;
  readonly #record = new AnnounceRecord();
  #isWatching = false;
  #changed: number[] = [];
  #gone: MembershipName[] = [];
  readonly #named = new Set<number>();

  /** Nothing is noted until somebody watches. */
  constructor(registry: SwarmRegistry, rules: CopyRules) {
    this.#registry = registry;
    this.#rules = rules;
  }

  /** From now on changes are noted, and somebody takes them. */
  watch(): void {
    this.#isWatching = true;
  }

  /** A member came or was heard of. */
  noteKept(membership: number): void {
    const { memberships } = this.#registry;
    if (!this.#isWatching || memberships.isChanged(membership)) return;
    memberships.setChanged(membership, true);
    this.#changed.push(membership);
  }

  /** A member is about to leave. */
  noteGone(membership: number): void {
    if (this.#isWatching) this.#gone.push(this.#nameOf(membership));
  }

  /** Gives what changed, at most so many who were kept, and forgets it. */
  take(limit: number): MembershipChanges {
    const { memberships } = this.#registry;
    const gone = this.#gone;
    this.#gone = [];
    const kept: MembershipRecord[] = [];
    for (const membership of this.#changed.splice(0, limit)) {
      // A number may be another's by now, and then it is noted for that one.
      if (!memberships.has(membership) || !memberships.isChanged(membership)) continue;
      memberships.setChanged(membership, false);
      kept.push(this.recordOf(membership));
    }
    return { gone, kept, named: this.#changed.length === 0 ? this.#takeNamed() : [] };
  }

  /** All clients that have a name; some may come or go while they are gone through. */
  *named(): Generator<NamedClient> {
    for (const client of this.#registry.clients.names.clients()) yield this.#namedClient(client);
  }

  /** The members numbered from `from` on, at most `count` numbers. */
  records(from: number, count: number): readonly MembershipRecord[] {
    const records: MembershipRecord[] = [];
    const end = Math.min(from + count, this.#registry.memberships.end);
    for (let membership = from; membership < end; membership++) {
      if (this.#registry.memberships.has(membership)) records.push(this.recordOf(membership));
    }
    return records;
  }

  /** Notes every member as changed: whoever keeps the copy has lost it. */
  noteAll(): void {
    for (let membership = 0; membership < this.#registry.memberships.end; membership++) {
      if (this.#registry.memberships.has(membership)) this.noteKept(membership);
    }
    for (const client of this.#registry.clients.names.clients()) this.#named.add(client);
  }

  /**
   * Takes in or renews a member that was known elsewhere: a copy of it, which is noted as no change. Lapsed ones too: the
   * next sweep knows whether their client was heard of in another swarm.
   *
   * @returns the swarms that changed
   */
  restore(kept: MembershipRecord, nowMs: number): readonly InfoHash[] {
    const { clients, memberships, swarms } = this.#registry;
    const record = this.#announceOf(kept);
    const knownSwarm = swarms.find(record.infoHash);
    const knownClient = clients.find(record.client);
    const known = knownSwarm < 0 || knownClient < 0 ? -1 : memberships.find(knownClient, knownSwarm);
    if (known < 0 && this.#rules.refuse(record, knownClient < 0) !== undefined) return [];
    const client = knownClient < 0 ? clients.add(record.client, nowMs) : knownClient;
    const swarm = knownSwarm < 0 ? swarms.add(record.infoHash) : knownSwarm;
    const membership = known < 0 ? this.#registry.join(client, swarm) : known;
    if (kept.lanHost !== undefined) {
      clients.setLanAddress(client, addressWords(kept.lanHost));
      this.#registry.tellOf(client);
    }
    const isChanged = known < 0 || memberships.leftBytes(membership) !== kept.leftBytes;
    memberships.setTraffic(membership, kept.uploadedBytes, kept.downloadedBytes);
    this.#registry.setPartialSeeder(membership, kept.isPartialSeeder);
    this.#registry.setLeft(membership, kept.leftBytes);
    this.#renew(membership, { leaseEndsAtMs: kept.leaseEndsAtMs, nowMs });
    return isChanged ? [swarms.infoHash(swarm)] : [];
  }

  /** Takes over a name that was given elsewhere, which is noted as no change; gives whether it is news. */
  restoreName(named: NamedClient): boolean {
    const { names } = this.#registry.clients;
    const client = this.#registry.findClient(named);
    if (client < 0 || names.get(client) === named.displayName) return false;
    names.set(client, named.displayName);
    return true;
  }

  /** Takes over a name that was given here; gives whether there is such a client. */
  takeName(named: NamedClient): boolean {
    const client = this.#registry.findClient(named);
    if (client < 0) return false;
    this.#registry.clients.names.set(client, named.displayName);
    if (this.#isWatching) this.#named.add(client);
    return true;
  }

  /** Takes out a member that left elsewhere. Gives the swarms that changed. */
  remove(name: MembershipName): readonly InfoHash[] {
    const record = this.#announceOf(name);
    const swarm = this.#registry.swarms.find(record.infoHash);
    const client = this.#registry.clients.find(record.client);
    const membership = swarm < 0 || client < 0 ? -1 : this.#registry.memberships.find(client, swarm);
    if (membership < 0) return [];
    const changed = [this.#registry.swarms.infoHash(swarm)];
    this.#registry.leave(membership);
    return changed;
  }

  /** A lease is never made shorter by what others know of it. */
  #renew(membership: number, lease: { readonly leaseEndsAtMs: number; readonly nowMs: number }): void {
    const { clients, memberships } = this.#registry;
    const client = memberships.client(membership);
    const leaseEndsAtMs = Math.max(lease.leaseEndsAtMs, this.#rules.leaseEndsAtMs(membership));
    memberships.setLeaseEndsAtMs(membership, leaseEndsAtMs);
    const heardAtMs = Math.min(lease.nowMs, leaseEndsAtMs - this.#rules.leaseMs(client));
    const seenAtMs = Math.max(clients.seenAtMs(client), heardAtMs);
    clients.renew(client, { nowMs: seenAtMs, leaseMs: leaseEndsAtMs - seenAtMs });
  }

  /** An announce that says no more than a name. The same object at each call. */
  #announceOf(name: MembershipName): AnnounceRecord {
    const record = this.#record;
    writeId(record.infoHash, name.infoHash);
    writeId(record.peerId, name.peerId);
    record.source.set(addressWords(name.host));
    record.address.set(record.source);
    record.port = name.port;
    this.#rules.resolve(record.infoHash);
    return record;
  }

  /** A membership as it is kept elsewhere. */
  recordOf(membership: number): MembershipRecord {
    const { memberships, clients } = this.#registry;
    const lanAddress = clients.lanAddress(memberships.client(membership));
    return {
      ...this.#nameOf(membership),
      ...(lanAddress === undefined ? {} : { lanHost: addressText(lanAddress) }),
      leftBytes: memberships.leftBytes(membership),
      uploadedBytes: memberships.uploadedBytes(membership),
      downloadedBytes: memberships.downloadedBytes(membership),
      isPartialSeeder: this.#registry.isPartialSeeder(membership),
      leaseEndsAtMs: this.#rules.leaseEndsAtMs(membership),
    };
  }

  #takeNamed(): readonly NamedClient[] {
    const named = [...this.#named].filter((client) => this.#registry.clients.has(client));
    this.#named.clear();
    return named.map((client) => this.#namedClient(client));
  }

  #namedClient(client: number): NamedClient {
    const { clients } = this.#registry;
    return {
      peerId: clients.peerId(client),
      host: clients.host(client),
      port: clients.port(client),
      displayName: clients.names.get(client),
    };
  }

  #nameOf(membership: number): MembershipName {
    const { memberships, clients } = this.#registry;
    const client = memberships.client(membership);
    return {
      infoHash: this.#registry.infoHashOf(membership),
      peerId: clients.peerId(client),
      host: clients.host(client),
      port: clients.port(client),
    };
  }
}
