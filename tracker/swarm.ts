/**
 * One swarm: its members in a dense list, so that joining, leaving and taking a sample are constant-time, and a sample
 * begins where the last one ended, so that everyone is handed out equally often. Pure.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { Place } from "./peer_order.ts";
import type { TrackedClient } from "./tracked_client.ts";

/** Up to this many members are all considered; a larger swarm is sampled, with the asker's neighbours beside. */
export const SCAN_LIMIT = 80;

/** So many of a sample's neighbours, a third of what an asker gets by default: more would be all it ever hears of. */
export const NEIGHBOUR_LIMIT = 16;

/** Members looked at for one answer: where so few are useful, an asker hears of more at its next announce. */
export const VISIT_LIMIT = 1000;

/** Who is wanted in a sample. */
export interface SampleOptions {
  /** Where the asker is. */
  readonly place: Place;
  /** How many it will be given at most. */
  readonly count: number;
  /** Whether a member is of any use to the asker. */
  readonly isUseful: (member: Member) => boolean;
}

/** A client's part in one swarm. Only {@link Swarm} and the state that owns it write to it. */
export interface Member {
  readonly client: TrackedClient;
  /** Bytes it lacks; 0 is a seeder. */
  leftBytes: number;
  uploadedBytes: number;
  downloadedBytes: number;
  /** Incomplete and content (BEP 21): it needs no seeders. */
  isPartialSeeder: boolean;
  leaseEndsAtMs: number;
  /** Where it stands in the list of members. */
  index: number;
}

/** Size of a swarm. */
export interface SwarmCounts {
  readonly seederCount: number;
  readonly leecherCount: number;
  /** Clients seen to become complete since the swarm came into being. */
  readonly completedCount: number;
}

/** The members of one torrent's swarm. */
export class Swarm {
  readonly infoHash: InfoHash;
  readonly #members: Member[] = [];
  /** By {@link Place.network}; kept only from when the swarm outgrows {@link SCAN_LIMIT}. */
  #networks: Map<string, Set<Member>> | undefined;
  #seederCount = 0;
  #completedCount = 0;
  #sampleIndex = 0;

  /** An empty swarm. */
  constructor(infoHash: InfoHash) {
    this.infoHash = infoHash;
  }

  /** How many members have everything, have not, and became complete. */
  get counts(): SwarmCounts {
    const leecherCount = this.#members.length - this.#seederCount;
    return { seederCount: this.#seederCount, leecherCount, completedCount: this.#completedCount };
  }

  /** Number of members. */
  get size(): number {
    return this.#members.length;
  }

  /** Every member, in no order. A view: not to be kept over a change. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Whether anybody has a byte of this torrent, which is `sizeBytes` long. */
  hasData(sizeBytes: number): boolean {
    return this.#seederCount > 0 || this.#members.some((member) => member.leftBytes < sizeBytes);
  }

  /** A new member with nothing reported yet: a leecher. */
  add(client: TrackedClient): Member {
    const member: Member = {
      client,
      leftBytes: Infinity,
      uploadedBytes: 0,
      downloadedBytes: 0,
      isPartialSeeder: false,
      leaseEndsAtMs: 0,
      index: this.#members.length,
    };
    this.#members.push(member);
    this.#indexNetworks(member);
    return member;
  }

  /** Takes a member out; the last of the list moves to its place. */
  remove(member: Member): void {
    const last = this.#members.pop();
    if (last !== undefined && last !== member) {
      this.#members[member.index] = last;
      last.index = member.index;
    }
    if (member.leftBytes === 0) this.#seederCount--;
    const neighbours = this.#networks?.get(member.client.place.network);
    neighbours?.delete(member);
    if (neighbours?.size === 0) this.#networks?.delete(member.client.place.network);
  }

  /** Sets what a member lacks, and keeps the count of seeders right. */
  setLeft(member: Member, leftBytes: number): void {
    if (member.leftBytes === 0) this.#seederCount--;
    if (leftBytes === 0) this.#seederCount++;
    member.leftBytes = leftBytes;
  }

  /** Counts one who became complete. */
  countCompleted(): void {
    this.#completedCount++;
  }

  /** Takes over the count of a swarm that turned out to be this one under another name. */
  adoptCompleted(count: number): void {
    this.#completedCount += count;
  }

  /**
   * Members to choose from for an asker: all that are useful to it, or of a large swarm the next ones, at least `count` if
   * they can be found, with some of the asker's own network, of whom one may come twice.
   */
  sample(wanted: SampleOptions): Member[] {
    const { count, isUseful } = wanted;
    if (this.#members.length <= SCAN_LIMIT) return this.#members.filter(isUseful);
    const sample = this.#neighbours(wanted);
    const enough = sample.length + Math.max(SCAN_LIMIT, count);
    const visits = Math.min(this.#members.length, VISIT_LIMIT);
    for (let visited = 0; visited < visits && sample.length < enough; visited++) {
      this.#sampleIndex = (this.#sampleIndex + 1) % this.#members.length;
      const member = this.#members[this.#sampleIndex];
      if (member !== undefined && isUseful(member)) sample.push(member);
    }
    return sample;
  }

  /** Some members of the asker's own network, others each time: who was looked at goes to the end of the set. */
  #neighbours({ place, isUseful }: SampleOptions): Member[] {
    const visited: Member[] = [];
    const neighbours = this.#networks?.get(place.network);
    if (neighbours === undefined) return visited;
    for (const member of neighbours) {
      if (visited.length >= NEIGHBOUR_LIMIT) break;
      visited.push(member);
    }
    for (const member of visited) {
      neighbours.delete(member);
      neighbours.add(member);
    }
    return visited.filter(isUseful);
  }

  #indexNetworks(added: Member): void {
    if (this.#members.length <= SCAN_LIMIT) return;
    if (this.#networks !== undefined) return addTo(this.#networks, added);
    this.#networks = new Map();
    for (const member of this.#members) addTo(this.#networks, member);
  }
}

function addTo(networks: Map<string, Set<Member>>, member: Member): void {
  const { network } = member.client.place;
  const neighbours = networks.get(network);
  if (neighbours === undefined) networks.set(network, new Set([member]));
  else neighbours.add(member);
}
