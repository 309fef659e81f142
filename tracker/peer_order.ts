/**
 * Which peers an asker gets and in which order: those of its own host first, then of its own network, then the least
 * loaded, and last those elsewhere that take no connection from outside. An address is given only to who can reach it:
 * loopback to loopback, private to private. Pure.
 *
 * @module
 */
import {
  ADDRESS_WORDS,
  type AddressWords,
  addressWords,
  familyOf,
  isSameAddress,
  isSameUnderMask,
  MAPPED_WORD,
  type Reach,
  reachOf,
} from "./address_words.ts";
import { type AnnounceAnswer, AnnounceRecord } from "./announce_record.ts";
import type { ClientTable } from "./client_table.ts";
import { LOAD_STEPS, MEMBER_FLAG, type MemberLists } from "./member_lists.ts";
import type { MembershipTable } from "./membership_table.ts";
import { writeNetwork } from "./neighbour_rings.ts";

/** An address of this machine's own interfaces with its netmask, both as text. */
export interface OwnAddress {
  readonly address: string;
  readonly netmask: string;
}

/** Candidates of one answer at most; a sample of a swarm is smaller. */
const MAX_CANDIDATES = 512;

/** How near a peer is to the asker: its own host, its network, elsewhere, elsewhere without taking connections. */
const RANK = { host: 0, network: 1, elsewhere: 2, unreachable: 3, count: 4 } as const;

/**
 * Loads are sorted into buckets, as which of two is a sixteenth busier is no matter: an eighth of a peer each up to four
 * peers, then four to each doubling.
 */
const BUCKETS_PER_RANK = 64;
const FINE_BUCKETS = 32;
const BUCKETS_PER_DOUBLING = 4;
const BUCKET_COUNT: number = RANK.count * BUCKETS_PER_RANK;

/** Of each load in sixteenths its bucket; a larger one is in the last. */
const BUCKET_OF_LOAD: Uint8Array = Uint8Array.from({ length: 1024 * LOAD_STEPS }, (_, load) => {
  const fine = load >>> 1;
  if (fine < FINE_BUCKETS) return fine;
  const coarse = FINE_BUCKETS + Math.floor(BUCKETS_PER_DOUBLING * Math.log2(fine / FINE_BUCKETS));
  return Math.min(coarse, BUCKETS_PER_RANK - 1);
});

/** Places of the table of endpoints given already: a few times as many as any answer has peers. */
const TABLE_LENGTH = 1024;

const LOOPBACK_IPV4: AddressWords = addressWords("127.0.0.1");
const LOOPBACK_IPV6: AddressWords = addressWords("::1");

/** Where the peers are that are chosen from. */
export interface PeerOrderSource {
  readonly lists: MemberLists;
  readonly memberships: MembershipTable;
  readonly clients: ClientTable;
}

/**
 * Chooses the peers of one answer after another: {@link begin} with who asks, {@link add} the entry of each candidate,
 * {@link give} the best of them. Its lists are used again for every answer, so a candidate costs no allocation.
 */
export class PeerOrder {
  readonly #source: PeerOrderSource;
  readonly #entries = new Int32Array(MAX_CANDIDATES);
  readonly #ports = new Uint16Array(MAX_CANDIDATES);
  /** Whether the asker reaches each candidate by IPv4. */
  readonly #isIpv4 = new Uint8Array(MAX_CANDIDATES);
  /** The last word of the address where it does, which is all of IPv4. */
  readonly #lastWords = new Uint32Array(MAX_CANDIDATES);
  /** The whole of it, of IPv6. */
  readonly #addresses = new Uint32Array(MAX_CANDIDATES * ADDRESS_WORDS);
  readonly #bucketOf = new Uint8Array(MAX_CANDIDATES);
  readonly #bucketEnds = new Uint16Array(BUCKET_COUNT);
  /** The candidates from the best to the worst. */
  readonly #order = new Uint16Array(MAX_CANDIDATES);
  /** Open addressing: 0 is free, else one more than the index of a candidate that is given. */
  readonly #given = new Uint16Array(TABLE_LENGTH);
  readonly #peer: AddressWords = new Uint32Array(ADDRESS_WORDS);
  readonly #askerNetwork = new Uint32Array(2);
  readonly #peerNetwork = new Uint32Array(2);
  #own: readonly { readonly address: AddressWords; readonly netmask: AddressWords }[] = [];
  #asker = new AnnounceRecord();
  #askerReach: Reach = "public";
  #askerFamily: 4 | 6 = 4;
  /** The IPv4 addresses where others reach the asker and where it comes from; −1 of IPv6. */
  #askerIpv4 = -1;
  #sourceIpv4 = -1;
  /** Our address for the asker, looked for when a peer needs it. */
  #ownForAsker: AddressWords | undefined;
  #count = 0;
  #firstBucket = 0;
  #lastBucket = 0;

  /** Chooses among these. */
  constructor(source: PeerOrderSource) {
    this.#source = source;
  }

  /** This machine's own addresses, by which peers on its loopback are found from outside. */
  setOwnAddresses(addresses: readonly OwnAddress[]): void {
    this.#own = addresses.map(({ address, netmask }) => ({
      address: addressWords(address),
      netmask: netmaskWords(netmask),
    }));
  }

  /**
   * Forgets the last answer's candidates. Whoever is at the asker's own endpoint is the asker and will not be given.
   *
   * @param asker read until the answer is given
   */
  begin(asker: AnnounceRecord): void {
    this.#asker = asker;
    this.#askerReach = reachOf(asker.source);
    this.#askerFamily = familyOf(asker.source);
    writeNetwork(this.#askerNetwork, asker.source);
    this.#ownForAsker = undefined;
    this.#sourceIpv4 = this.#askerFamily === 4 ? asker.source[ADDRESS_WORDS - 1] ?? 0 : -1;
    this.#askerIpv4 = familyOf(asker.address) === 4 ? asker.address[ADDRESS_WORDS - 1] ?? 0 : -1;
    this.#count = 0;
    this.#firstBucket = BUCKET_COUNT - 1;
    this.#lastBucket = 0;
  }

  /**
   * A candidate. Those that the asker cannot reach, or that are itself, are left out; gives whether it was not.
   *
   * @param description of the entry, as the lists have it
   */
  add(entry: number, description: number = this.#source.lists.description(entry)): boolean {
    if (this.#count >= MAX_CANDIDATES) return false;
    const { lists } = this.#source;
    const flags = description >>> 16 & 0xff;
    this.#ports[this.#count] = description;
    const rank = (flags & MEMBER_FLAG.ipv6) === 0 ? this.#addIpv4(entry, flags) : this.#addAny(entry, flags);
    if (rank < 0) return false;
    const index = this.#count++;
    this.#entries[index] = entry;
    const load = lists.load(entry);
    const bucket = rank * BUCKETS_PER_RANK +
      (BUCKET_OF_LOAD[load < BUCKET_OF_LOAD.length ? load : BUCKET_OF_LOAD.length - 1] ?? 0);
    this.#bucketOf[index] = bucket;
    if (bucket < this.#firstBucket) this.#firstBucket = bucket;
    if (bucket > this.#lastBucket) this.#lastBucket = bucket;
    return true;
  }

  /** Gives the best candidates in their order, each endpoint once, up to `count` of them; each has one more to serve now. */
  give(count: number, answer: AnnounceAnswer): void {
    const { lists } = this.#source;
    this.#sort();
    this.#given.fill(0);
    for (let position = 0; position < this.#count && answer.peerCount < count; position++) {
      const index = this.#order[position] ?? 0;
      if (!this.#isFirst(index)) continue;
      const entry = this.#entries[index] ?? 0;
      if (this.#isIpv4[index] === 1) {
        answer.giveIpv4(lists.membership(entry), this.#lastWords[index] ?? 0, this.#ports[index] ?? 0);
      } else {
        for (let word = 0; word < ADDRESS_WORDS; word++) {
          this.#peer[word] = this.#addresses[index * ADDRESS_WORDS + word] ?? 0;
        }
        answer.give(lists.membership(entry), this.#peer, this.#ports[index] ?? 0);
      }
      lists.countHandOut(entry);
    }
  }

  /**
   * Notes where the asker reaches the next candidate, and gives its rank, or −1. Nearly all are of IPv4 and reached where
   * they are: that is told without a look at anything but the entry.
   */
  #addIpv4(entry: number, flags: number): number {
    const isPlain = (flags & (MEMBER_FLAG.loopback | MEMBER_FLAG.hasLanAddress)) === 0 ||
      ((flags & MEMBER_FLAG.loopback) !== 0 && this.#askerReach === "loopback");
    const { family } = this.#asker;
    if (!isPlain || family === 6) return this.#addAny(entry, flags);
    const isPublic = (flags & (MEMBER_FLAG.loopback | MEMBER_FLAG.private)) === 0;
    if (this.#askerReach === "public" && (flags & MEMBER_FLAG.private) !== 0) return -1;
    const { lists } = this.#source;
    const address = lists.address(entry);
    if (address === this.#askerIpv4 && this.#ports[this.#count] === this.#asker.port) return -1;
    const index = this.#count;
    this.#isIpv4[index] = 1;
    this.#lastWords[index] = address;
    if (address === this.#sourceIpv4 || (flags & MEMBER_FLAG.loopback) !== 0) return RANK.host;
    if (!isPublic && this.#askerReach !== "public") return RANK.network;
    return (flags & MEMBER_FLAG.unreachable) === 0 ? RANK.elsewhere : RANK.unreachable;
  }

  #addAny(entry: number, flags: number): number {
    this.#readAddress(entry, flags);
    const rank = this.#rankOf(flags);
    const host = this.#reachableAddress(entry, flags);
    if (host === undefined) return -1;
    const { family } = this.#asker;
    const hostFamily = familyOf(host);
    if (family !== 0 && hostFamily !== family) return -1;
    if (this.#ports[this.#count] === this.#asker.port && isSameAddress(host, this.#asker.address)) return -1;
    const index = this.#count;
    this.#isIpv4[index] = hostFamily === 4 ? 1 : 0;
    this.#lastWords[index] = host[ADDRESS_WORDS - 1] ?? 0;
    for (let word = 0; word < ADDRESS_WORDS; word++) this.#addresses[index * ADDRESS_WORDS + word] = host[word] ?? 0;
    return rank;
  }

  /** Counting sort: the order of those in one bucket stays. */
  #sort(): void {
    const ends = this.#bucketEnds;
    ends.fill(0, this.#firstBucket, this.#lastBucket + 1);
    for (let index = 0; index < this.#count; index++) {
      const bucket = this.#bucketOf[index] ?? 0;
      ends[bucket] = (ends[bucket] ?? 0) + 1;
    }
    let end = 0;
    for (let bucket = this.#firstBucket; bucket <= this.#lastBucket; bucket++) ends[bucket] = end += ends[bucket] ?? 0;
    for (let index = this.#count - 1; index >= 0; index--) {
      const bucket = this.#bucketOf[index] ?? 0;
      const position = (ends[bucket] ?? 0) - 1;
      ends[bucket] = position;
      this.#order[position] = index;
    }
  }

  /** Whether nobody was given yet at this endpoint; notes that somebody is now. */
  #isFirst(index: number): boolean {
    const port = this.#ports[index] ?? 0;
    const last = this.#lastWords[index] ?? 0;
    let slot = (Math.imul(last ^ (port << 16 | port), 0x9e37_79b1) >>> 22) & (TABLE_LENGTH - 1);
    for (;; slot = (slot + 1) % TABLE_LENGTH) {
      const other = (this.#given[slot] ?? 0) - 1;
      if (other < 0) {
        this.#given[slot] = index + 1;
        return true;
      }
      if (this.#lastWords[other] !== last || this.#ports[other] !== port) continue;
      if (this.#hasSameAddress(index, other)) return false;
    }
  }

  /** Of two addresses whose last words are equal. */
  #hasSameAddress(a: number, b: number): boolean {
    if (this.#isIpv4[a] !== this.#isIpv4[b]) return false;
    if (this.#isIpv4[a] === 1) return true;
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      if (this.#addresses[a * ADDRESS_WORDS + word] !== this.#addresses[b * ADDRESS_WORDS + word]) return false;
    }
    return true;
  }

  /** Where the peer itself says it is, or was seen. */
  #readAddress(entry: number, flags: number): void {
    const { lists, clients } = this.#source;
    if ((flags & MEMBER_FLAG.ipv6) !== 0) return clients.readAddress(lists.address(entry), this.#peer);
    this.#peer[0] = 0;
    this.#peer[1] = 0;
    this.#peer[2] = MAPPED_WORD;
    this.#peer[3] = lists.address(entry);
  }

  #rankOf(flags: number): number {
    const isLoopback = (flags & MEMBER_FLAG.loopback) !== 0;
    if (isLoopback && this.#askerReach === "loopback") return RANK.host;
    if (isSameAddress(this.#peer, this.#asker.source)) return RANK.host;
    writeNetwork(this.#peerNetwork, this.#peer);
    const isNear = this.#peerNetwork[0] === this.#askerNetwork[0] && this.#peerNetwork[1] === this.#askerNetwork[1];
    if (isNear) return RANK.network;
    return (flags & MEMBER_FLAG.unreachable) === 0 ? RANK.elsewhere : RANK.unreachable;
  }

  /** The address by which the asker can reach a peer, or undefined when it cannot. */
  #reachableAddress(entry: number, flags: number): AddressWords | undefined {
    if ((flags & MEMBER_FLAG.loopback) !== 0) {
      if (this.#askerReach !== "loopback") return this.#ownForAsker ??= this.#ownAddressFor(this.#asker.source);
      // A machine's two loopback addresses lead to the same listener; the asker's own family is the one it can use.
      const { family } = this.#asker;
      const isWanted = family === 0 || (family === 6) === ((flags & MEMBER_FLAG.ipv6) !== 0);
      return isWanted ? this.#peer : family === 4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6;
    }
    if ((flags & MEMBER_FLAG.private) !== 0) return this.#askerReach === "public" ? undefined : this.#peer;
    return (flags & MEMBER_FLAG.hasLanAddress) === 0 ? this.#peer : this.#lanAddress(entry) ?? this.#peer;
  }

  /** Behind one public address neighbours reach each other on their LAN. */
  #lanAddress(entry: number): AddressWords | undefined {
    const { lists, memberships, clients } = this.#source;
    writeNetwork(this.#peerNetwork, this.#peer);
    const isNear = this.#peerNetwork[0] === this.#askerNetwork[0] && this.#peerNetwork[1] === this.#askerNetwork[1];
    return isNear ? clients.lanAddress(memberships.client(lists.membership(entry))) : undefined;
  }

  /**
   * This machine's address for an asker from outside, to whom its loopback means nothing: the one in the asker's subnet,
   * else one of the asker's reach and family.
   */
  #ownAddressFor(source: AddressWords): AddressWords | undefined {
    const own = this.#own.filter(({ address }) => familyOf(address) === this.#askerFamily);
    const near = own.find(({ address, netmask }) => isSameUnderMask(source, address, netmask));
    return (near ?? own.find(({ address }) => reachOf(address) === this.#askerReach))?.address;
  }
}

/** Of an IPv4 netmask the mask of the mapped address. */
function netmaskWords(netmask: string): AddressWords {
  const words = addressWords(netmask);
  if (familyOf(words) === 4) words.fill(0xffff_ffff, 0, 3);
  return words;
}
