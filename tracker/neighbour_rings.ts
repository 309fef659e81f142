/**
 * The members of a large swarm that share a network, in a ring for each network: an asker is told of its neighbours
 * whoever else is there, of others each time. Pure.
 *
 * @module
 */
import { type AddressWords, familyOf, reachOf } from "./address_words.ts";
import type { ClientTable } from "./client_table.ts";
import type { MembershipTable } from "./membership_table.ts";
import { RecordIndex } from "./record_index.ts";
import type { SipHash } from "./sip_hash.ts";

/**
 * Writes what two places have in common that most likely share a LAN: all that are not public, one public IPv4 address, one
 * IPv6 /64.
 */
export function writeNetwork(network: Uint32Array, address: AddressWords): void {
  const isPublic = reachOf(address) === "public";
  const isIpv4 = familyOf(address) === 4;
  network[0] = isPublic ? (isIpv4 ? address[2] : address[0]) ?? 0 : 0;
  network[1] = isPublic ? (isIpv4 ? address[3] : address[1]) ?? 0 : 0;
}

/** Rings of memberships, each found by swarm and network. */
export class NeighbourRings {
  readonly #memberships: MembershipTable;
  readonly #clients: ClientTable;
  readonly #sip: SipHash;
  /** One membership of each ring: the one that is told of next. */
  readonly #heads: RecordIndex;
  /** Swarm and network. */
  readonly #name = new Uint32Array(3);
  readonly #network = this.#name.subarray(1);
  readonly #otherNetwork = new Uint32Array(2);
  readonly #address = new Uint32Array(4);

  /** Rings of so many memberships. */
  constructor(options: {
    readonly capacity: number;
    readonly memberships: MembershipTable;
    readonly clients: ClientTable;
    readonly sip: SipHash;
  }) {
    this.#heads = new RecordIndex(options.capacity);
    this.#memberships = options.memberships;
    this.#clients = options.clients;
    this.#sip = options.sip;
  }

  /** Takes a membership into the ring of its network. */
  add(membership: number): void {
    const digest = this.#nameOf(membership);
    const head = this.#find(digest);
    if (head < 0) {
      this.#memberships.joinNeighbours(membership, membership);
      this.#heads.add(membership, digest);
    } else {
      const last = this.#memberships.previousNeighbour(head) - 1;
      this.#memberships.joinNeighbours(last, membership);
      this.#memberships.joinNeighbours(membership, head);
    }
  }

  /** Takes a membership out of its ring, if it is in one. */
  remove(membership: number): void {
    const next = this.#memberships.nextNeighbour(membership) - 1;
    if (next < 0) return;
    const digest = this.#nameOf(membership);
    if (this.#find(digest) === membership) {
      this.#heads.remove(membership);
      if (next !== membership) this.#heads.add(next, digest);
    }
    this.#memberships.joinNeighbours(this.#memberships.previousNeighbour(membership) - 1, next);
  }

  /** Tells of up to `limit` members of a swarm on the network of this address, each time of others. */
  visit(
    swarm: number,
    wanted: { readonly address: AddressWords; readonly limit: number; readonly visitor: (membership: number) => void },
  ): void {
    this.#name[0] = swarm;
    writeNetwork(this.#network, wanted.address);
    const digest = this.#sip.digest(this.#name);
    const head = this.#find(digest);
    if (head < 0) return;
    let membership = head;
    let count = 0;
    do {
      wanted.visitor(membership);
      membership = this.#memberships.nextNeighbour(membership) - 1;
    } while (++count < wanted.limit && membership !== head);
    if (membership === head) return;
    this.#heads.remove(head);
    this.#heads.add(membership, digest);
  }

  #find(digest: number): number {
    let head = this.#heads.first(digest);
    while (head >= 0 && !this.#isInRing(head)) head = this.#heads.next(head);
    return head;
  }

  /** Whether a membership is of the swarm and the network that are named. */
  #isInRing(membership: number): boolean {
    if (this.#memberships.swarm(membership) !== this.#name[0]) return false;
    this.#clients.readAddress(this.#memberships.client(membership), this.#address);
    writeNetwork(this.#otherNetwork, this.#address);
    return this.#otherNetwork[0] === this.#network[0] && this.#otherNetwork[1] === this.#network[1];
  }

  #nameOf(membership: number): number {
    this.#clients.readAddress(this.#memberships.client(membership), this.#address);
    this.#name[0] = this.#memberships.swarm(membership);
    writeNetwork(this.#network, this.#address);
    return this.#sip.digest(this.#name);
  }
}
