/**
 * Which peers an asker gets and in which order: those of its own host first, then of its own network, then the least
 * loaded, and last those elsewhere that take no connection from outside. An address is given only to who can reach it:
 * loopback to loopback, private to private. Pure.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import { encodeAddress, isLoopback, isPrivate } from "../shared/endpoint.ts";

/** From how far away an address can be reached. */
export type Reach = "loopback" | "private" | "public";

/** An address with what follows from it, worked out once. */
export interface Place {
  /** Canonical text of an IP address. */
  readonly host: string;
  readonly family: 4 | 6;
  readonly reach: Reach;
  /** Equal for places that most likely share a LAN: all private ones, one public IPv4 address, one IPv6 /64. */
  readonly network: string;
  /** Of the host: 32 bits by which its place in a table is found. */
  readonly hash: number;
}

/** An address of this machine's own interfaces with its netmask, both as text. */
export interface OwnAddress {
  readonly address: string;
  readonly netmask: string;
}

/** What the order of a peer depends on. */
export interface OrderedPeer {
  readonly place: Place;
  readonly port: number;
  /** Its address behind a public one that it shares with others, when it told it. */
  readonly lanHost?: string | undefined;
  /** Peers that it presumably serves now; any measure that grows with its work. */
  readonly load: number;
  /** Whether it took a connection from outside when it was tried; undefined until it was. */
  readonly isReachable?: boolean | undefined;
}

/** Who asks. */
export interface Asker {
  readonly place: Place;
  /** Only peers of this family are wanted, as an answer over UDP has room for one (BEP 15); absent for both. */
  readonly family?: 4 | 6 | undefined;
  /** This machine's own addresses, by which peers on its loopback are found from outside. */
  readonly ownAddresses: readonly OwnAddress[];
}

/**
 * Works out the place of an IP address.
 *
 * @throws {RangeError} when the host is a name
 */
export function placeOf(host: string): Place {
  const bytes = encodeAddress(host);
  if (bytes === undefined) throw new RangeError(`Cannot take ${JSON.stringify(host)} as an address: it is a name`);
  const family = bytes.length === 4 ? 4 : 6;
  const reach = isLoopback(host) ? "loopback" : isPrivate(host) ? "private" : "public";
  // Whoever reaches us from a private address is in our own private network.
  const network = reach !== "public" ? "private" : family === 4 ? host : bytes.subarray(0, 8).toHex();
  return { host, family, reach, network, hash: hashOf(host) };
}

/** 0: the same host; 1: the same network; 2: anywhere else. */
export function distance(a: Place, b: Place): 0 | 1 | 2 {
  if (a.host === b.host || (a.reach === "loopback" && b.reach === "loopback")) return 0;
  return a.network === b.network ? 1 : 2;
}

/** The host by which the asker can reach this peer, or undefined when it cannot or the family is not wanted. */
export function reachableHost(peer: OrderedPeer, asker: Asker): string | undefined {
  const host = hostForAsker(peer, asker);
  if (host === undefined || asker.family === undefined) return host;
  const family = host.includes(":") ? 6 : 4;
  return family === asker.family ? host : undefined;
}

function hostForAsker(peer: OrderedPeer, asker: Asker): string | undefined {
  const from = asker.place.reach;
  switch (peer.place.reach) {
    case "loopback":
      if (from !== "loopback") return ownHostFor(asker);
      // A machine's two loopback addresses lead to the same listener; the asker's own family is the one it can use.
      return asker.family === undefined ? peer.place.host : asker.family === 4 ? loopback4(peer) : loopback6(peer);
    case "private":
      return from === "public" ? undefined : peer.place.host;
    case "public":
      return peer.lanHost !== undefined && peer.place.network === asker.place.network ? peer.lanHost : peer.place.host;
  }
}

function loopback4(peer: OrderedPeer): string {
  return peer.place.family === 4 ? peer.place.host : "127.0.0.1";
}

function loopback6(peer: OrderedPeer): string {
  return peer.place.family === 6 ? peer.place.host : "::1";
}

/**
 * This machine's address for an asker from outside, to whom its loopback means nothing: the one in the asker's subnet,
 * else one of the asker's reach and family.
 */
function ownHostFor(asker: Asker): string | undefined {
  const { host, family, reach } = asker.place;
  const own = asker.ownAddresses.filter(({ address }) => (address.includes(":") ? 6 : 4) === family);
  const near = own.find((candidate) => isSameSubnet(host, candidate));
  return (near ?? own.find(({ address }) => placeOf(address).reach === reach))?.address;
}

function isSameSubnet(host: string, own: OwnAddress): boolean {
  const bytes = encodeAddress(host);
  const ownBytes = encodeAddress(own.address);
  const mask = encodeAddress(own.netmask);
  if (bytes === undefined || ownBytes === undefined || mask === undefined) return false;
  return mask.every((part, index) => ((bytes[index] ?? 0) & part) === ((ownBytes[index] ?? 0) & part));
}

/** Candidates of one answer at most; a sample of a swarm is smaller. */
export const MAX_CANDIDATES = 512;

/** Loads are told apart to a sixteenth of a peer, up to this many sixteenths: both leave room in one exact number. */
const LOAD_STEPS = 16;
const MAX_LOAD_STEPS = 2 ** 32 - 1;

/** Places of the table of endpoints given already: a few times as many as any answer has peers. */
const TABLE_LENGTH = 1024;

/**
 * Chooses the peers of one answer after another: {@link begin} with who asks, {@link add} each candidate, {@link give} the
 * best of them. Its lists are used again for every answer, so a candidate costs no allocation.
 */
export class PeerOrder<Peer extends OrderedPeer> {
  readonly #peers: Peer[] = [];
  readonly #hosts: string[] = [];
  /** Rank, load and index of each candidate in one number: sorting the numbers sorts the candidates. */
  readonly #keys = new Float64Array(MAX_CANDIDATES);
  /** Open addressing: 0 is free, else one more than the index of a candidate that is given. */
  readonly #given = new Uint16Array(TABLE_LENGTH);
  #asker: Asker | undefined;
  #self: Endpoint | undefined;
  #count = 0;

  /** Forgets the last answer's candidates. Whoever is at the endpoint `self` is the asker and will not be given. */
  begin(asker: Asker, self: Endpoint): void {
    this.#asker = asker;
    this.#self = self;
    this.#count = 0;
  }

  /** A candidate. Those that the asker cannot reach, or that are itself, are left out. */
  add(peer: Peer): void {
    const asker = this.#asker;
    if (asker === undefined || this.#count >= MAX_CANDIDATES) return;
    const host = reachableHost(peer, asker);
    if (host === undefined || (peer.port === this.#self?.port && host === this.#self.host)) return;
    const index = this.#count++;
    const load = Math.min(Math.floor(peer.load * LOAD_STEPS), MAX_LOAD_STEPS);
    this.#peers[index] = peer;
    this.#hosts[index] = host;
    this.#keys[index] = (rankOf(peer, asker) * 2 ** 32 + load) * MAX_CANDIDATES + index;
  }

  /**
   * Gives the best candidates in their order, each endpoint once.
   *
   * @param count how many at most
   * @param take gets each with the host by which the asker reaches it
   * @returns how many were given
   */
  give(count: number, take: (peer: Peer, host: string) => void): number {
    const keys = this.#keys.subarray(0, this.#count).sort();
    this.#given.fill(0);
    let givenCount = 0;
    for (let position = 0; position < this.#count && givenCount < count; position++) {
      const index = (keys[position] ?? 0) % MAX_CANDIDATES;
      const peer = this.#peers[index];
      const host = this.#hosts[index];
      if (peer === undefined || host === undefined || !this.#isFirst(index, peer.port, host)) continue;
      givenCount++;
      take(peer, host);
    }
    return givenCount;
  }

  /** Whether nobody was given yet at this endpoint; notes that somebody is now. */
  #isFirst(index: number, port: number, host: string): boolean {
    const hash = host === this.#peers[index]?.place.host ? this.#peers[index].place.hash : hashOf(host);
    for (let slot = (hash ^ Math.imul(port, 0x9e37_79b1)) & (TABLE_LENGTH - 1);; slot = (slot + 1) % TABLE_LENGTH) {
      const other = (this.#given[slot] ?? 0) - 1;
      if (other < 0) {
        this.#given[slot] = index + 1;
        return true;
      }
      if (this.#peers[other]?.port === port && this.#hosts[other] === host) return false;
    }
  }
}

/** 0 to 2: {@link distance}; 3: as far as can be, and nobody from outside gets through to it. */
function rankOf(peer: OrderedPeer, asker: Asker): number {
  const rank = distance(peer.place, asker.place);
  return rank === 2 && peer.isReachable === false ? 3 : rank;
}

/** 32-bit FNV-1a over the characters. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  // The low bits alone choose a place in a table: the high ones take part.
  return hash ^ (hash >>> 15);
}
