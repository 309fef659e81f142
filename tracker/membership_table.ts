/**
 * Who is in which swarm, 64 bytes each, found by client and swarm, and chained by client. Pure.
 *
 * @module
 */
import type { ClientTable } from "./client_table.ts";
import { RecordIndex } from "./record_index.ts";
import { RecordTable } from "./record_table.ts";
import type { SipHash } from "./sip_hash.ts";

/** Places in a record: 64-bit numbers in pairs of words, then words. */
const PAIR = { leaseEndsAtMs: 0, leftBytes: 1, uploadedBytes: 2, downloadedBytes: 3, perRecord: 8 } as const;
const WORD = {
  /** One more than the client, so that 0 is nobody. */
  client: 8,
  swarm: 9,
  position: 10,
  next: 11,
  previous: 12,
  nextNeighbour: 13,
  previousNeighbour: 14,
  isChanged: 15,
  count: 16,
} as const;

/** All memberships. One is a number, which is another's after it is removed. */
export class MembershipTable {
  readonly #records: RecordTable;
  readonly #index: RecordIndex;
  readonly #clients: ClientTable;
  readonly #clientFactor: number;
  readonly #swarmFactor: number;

  /** Room for so many memberships of these clients. */
  constructor(options: { readonly capacity: number; readonly clients: ClientTable; readonly sip: SipHash }) {
    this.#records = new RecordTable({ capacity: options.capacity, wordCount: WORD.count });
    this.#index = new RecordIndex(options.capacity);
    this.#clients = options.clients;
    options.sip.digest(new Uint32Array(1));
    this.#clientFactor = options.sip.low | 1;
    this.#swarmFactor = options.sip.high | 1;
  }

  /** How many there are. */
  get count(): number {
    return this.#records.count;
  }

  /** One more than the highest number of a membership. */
  get end(): number {
    return this.#records.end;
  }

  /** Whether there is a membership of this number. */
  has(membership: number): boolean {
    return this.#word(membership, WORD.client) !== 0;
  }

  /** The membership of a client in a swarm, or −1. */
  find(client: number, swarm: number): number {
    let membership = this.#index.first(this.#digest(client, swarm));
    while (membership >= 0 && !(this.client(membership) === client && this.swarm(membership) === swarm)) {
      membership = this.#index.next(membership);
    }
    return membership;
  }

  /** Takes in one that is not here yet, with nothing reported. */
  add(client: number, swarm: number): number {
    const membership = this.#records.take();
    this.#records.float64[membership * PAIR.perRecord + PAIR.leftBytes] = Infinity;
    this.#set(membership, WORD.client, client + 1);
    this.#set(membership, WORD.swarm, swarm);
    this.#link(client, membership);
    this.#clients.countMembership(client, 1);
    this.#index.add(membership, this.#digest(client, swarm));
    return membership;
  }

  /** Takes out one that is here. */
  remove(membership: number): void {
    const client = this.client(membership);
    this.#unlink(client, membership);
    this.#clients.countMembership(client, -1);
    this.#index.remove(membership);
    this.#records.release(membership);
  }

  /** All memberships of a client; it may be removed while it is looked at. */
  *of(client: number): Iterable<number> {
    let membership = this.#clients.firstMembership(client) - 1;
    while (membership >= 0) {
      const next = this.#word(membership, WORD.next) - 1;
      yield membership;
      membership = next;
    }
  }

  /** The client. */
  client(membership: number): number {
    return this.#word(membership, WORD.client) - 1;
  }

  /** The swarm. */
  swarm(membership: number): number {
    return this.#word(membership, WORD.swarm);
  }

  /** Where it stands in the swarm's list. */
  position(membership: number): number {
    return this.#word(membership, WORD.position);
  }

  /** Sets where it stands in the swarm's list. */
  setPosition(membership: number, position: number): void {
    this.#set(membership, WORD.position, position);
  }

  /** One more than the next of its neighbours in the swarm, in a ring; 0 where there is no ring. */
  nextNeighbour(membership: number): number {
    return this.#word(membership, WORD.nextNeighbour);
  }

  /** The same the other way round. */
  previousNeighbour(membership: number): number {
    return this.#word(membership, WORD.previousNeighbour);
  }

  /** Makes two memberships neighbours in a ring. */
  joinNeighbours(membership: number, next: number): void {
    this.#set(membership, WORD.nextNeighbour, next + 1);
    this.#set(next, WORD.previousNeighbour, membership + 1);
  }

  /** Bytes it lacks; 0 is a seeder. */
  leftBytes(membership: number): number {
    return this.#pair(membership, PAIR.leftBytes);
  }

  /** Sets what it lacks. */
  setLeftBytes(membership: number, bytes: number): void {
    this.#records.float64[membership * PAIR.perRecord + PAIR.leftBytes] = bytes;
  }

  /** Bytes it reported last to have sent. */
  uploadedBytes(membership: number): number {
    return this.#pair(membership, PAIR.uploadedBytes);
  }

  /** Bytes it reported last to have received. */
  downloadedBytes(membership: number): number {
    return this.#pair(membership, PAIR.downloadedBytes);
  }

  /** Sets what it reported. */
  setTraffic(membership: number, uploadedBytes: number, downloadedBytes: number): void {
    this.#records.float64[membership * PAIR.perRecord + PAIR.uploadedBytes] = uploadedBytes;
    this.#records.float64[membership * PAIR.perRecord + PAIR.downloadedBytes] = downloadedBytes;
  }

  /** Until when it holds by itself; 0 before it was ever heard of. Of Playswarm's own the client's lease counts. */
  leaseEndsAtMs(membership: number): number {
    return this.#pair(membership, PAIR.leaseEndsAtMs);
  }

  /** Sets until when it holds. */
  setLeaseEndsAtMs(membership: number, atMs: number): void {
    this.#records.float64[membership * PAIR.perRecord + PAIR.leaseEndsAtMs] = atMs;
  }

  /** Whether it changed since this was last unset: somebody keeps a copy elsewhere. */
  isChanged(membership: number): boolean {
    return this.#word(membership, WORD.isChanged) !== 0;
  }

  /** Sets {@link isChanged}. */
  setChanged(membership: number, isChanged: boolean): void {
    this.#set(membership, WORD.isChanged, isChanged ? 1 : 0);
  }

  /** The chain of a client's memberships is in the order of joining; before the first comes the last. */
  #link(client: number, membership: number): void {
    const first = this.#clients.firstMembership(client) - 1;
    if (first < 0) {
      this.#clients.setFirstMembership(client, membership + 1);
      this.#set(membership, WORD.previous, membership + 1);
      return;
    }
    const last = this.#word(first, WORD.previous) - 1;
    this.#set(last, WORD.next, membership + 1);
    this.#set(membership, WORD.previous, last + 1);
    this.#set(first, WORD.previous, membership + 1);
  }

  #unlink(client: number, membership: number): void {
    const first = this.#clients.firstMembership(client) - 1;
    const next = this.#word(membership, WORD.next) - 1;
    const previous = this.#word(membership, WORD.previous) - 1;
    if (membership === first) this.#clients.setFirstMembership(client, next + 1);
    else this.#set(previous, WORD.next, next + 1);
    // Who comes after it, or the first where it was the last, has another one before it now.
    const follower = next < 0 ? first : next;
    if (follower !== membership) this.#set(follower, WORD.previous, previous + 1);
  }

  /** Multipliers that nobody knows spread the pairs as well as a digest, at a tenth of its price. */
  #digest(client: number, swarm: number): number {
    const mixed = Math.imul(client + 1, this.#clientFactor) ^ Math.imul(swarm + 1, this.#swarmFactor);
    return mixed ^ mixed >>> 15;
  }

  #pair(membership: number, pair: number): number {
    return this.#records.float64[membership * PAIR.perRecord + pair] ?? 0;
  }

  #word(membership: number, word: number): number {
    return this.#records.int32[membership * WORD.count + word] ?? 0;
  }

  #set(membership: number, word: number, value: number): void {
    this.#records.int32[membership * WORD.count + word] = value;
  }
}
