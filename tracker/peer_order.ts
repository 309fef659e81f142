/**
 * Which peers an asker gets and in which order: those of its own host first, then of its own network, then the least
 * loaded, and last those elsewhere that take no connection from outside. Pure.
 *
 * @module
 */
import { ADDRESS_WORDS, type AddressWords } from "./address_words.ts";
import type { AnnounceAnswer } from "./announce_answer.ts";
import { AnnounceRecord, ID_WORDS } from "./announce_record.ts";
import { LOAD_STEPS } from "./member_lists.ts";
import { LOOK_CLOSER, NO_RANK, type PeerReach, type PeerReachSource, RANK } from "./peer_reach.ts";

/** Candidates of one answer at most; a sample of a swarm is smaller. */
const MAX_CANDIDATES = 512;

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
const MAX_LOAD: number = BUCKET_OF_LOAD.length - 1;

/** What is chosen from. */
export interface PeerOrderSource extends PeerReachSource {
  readonly reach: PeerReach;
}

/** Entries of a swarm's list that may be candidates. */
export interface EntryRange {
  readonly from: number;
  /** One more than the last. */
  readonly to: number;
  /** Ends where there are so many candidates in all. */
  readonly limit: number;
}

/**
 * Chooses the peers of one answer after another: {@link begin} with who asks, {@link add} the entries that may be given,
 * {@link give} the best of them. Its lists are used again for every answer, so a candidate costs no allocation.
 */
export class PeerOrder {
  readonly #source: PeerOrderSource;
  readonly #entries = new Int32Array(MAX_CANDIDATES);
  readonly #buckets = new Uint8Array(MAX_CANDIDATES);
  /** Whether a candidate is not simply reached by IPv4 where its entry says, but where {@link #addresses} do. */
  readonly #isElsewhere = new Uint8Array(MAX_CANDIDATES);
  readonly #addresses = new Uint32Array(MAX_CANDIDATES * ADDRESS_WORDS);
  /** Candidates in each bucket; all zero between two answers. */
  readonly #bucketCounts = new Uint16Array(BUCKET_COUNT);
  /** The candidates from the best to the worst. */
  readonly #order = new Uint16Array(MAX_CANDIDATES);
  readonly #address: AddressWords = new Uint32Array(ADDRESS_WORDS);
  #asker = new AnnounceRecord();
  #count = 0;
  #firstBucket = 0;

  /** Chooses among these. */
  constructor(source: PeerOrderSource) {
    this.#source = source;
  }

  /** Candidates of the answer so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Begins an answer.
   *
   * @param asker read until the answer is given; it will not be given itself
   */
  begin(asker: AnnounceRecord): void {
    this.#asker = asker;
    this.#source.reach.begin(asker);
    this.#count = 0;
    this.#firstBucket = BUCKET_COUNT;
  }

  /**
   * Adds those entries as candidates that the asker can reach and has a use for.
   *
   * @returns the entry after the last one looked at
   */
  add(range: EntryRange): number {
    const { lists, reach } = this.#source;
    const { ranks, sourceIpv4, askerIpv4 } = reach;
    const askerPort = this.#asker.port;
    const askerTag = (this.#asker.peerId[ID_WORDS - 1] ?? 0) & 0xff;
    const limit = Math.min(range.limit, MAX_CANDIDATES);
    const { to } = range;
    let [entry, count, firstBucket] = [range.from, this.#count, this.#firstBucket];
    for (; entry < to && count < limit; entry++) {
      const description = lists.description(entry);
      let rank = ranks[description >>> 16 & 0xff] ?? NO_RANK;
      if (rank === NO_RANK) continue;
      // The same program at another address, as of IPv4 and IPv6.
      if (description >>> 24 === askerTag && this.#isAsker(entry)) continue;
      if (rank === LOOK_CLOSER) {
        rank = this.#lookCloser(entry, count);
        if (rank === NO_RANK) continue;
      } else {
        const address = lists.address(entry);
        if (address === askerIpv4 && (description & 0xffff) === askerPort) continue;
        if (address === sourceIpv4) rank = RANK.host;
        this.#isElsewhere[count] = 0;
      }
      const load = lists.load(entry);
      const bucket = rank * BUCKETS_PER_RANK + (BUCKET_OF_LOAD[load < MAX_LOAD ? load : MAX_LOAD] ?? 0);
      this.#entries[count] = entry;
      this.#buckets[count] = bucket;
      this.#bucketCounts[bucket] = (this.#bucketCounts[bucket] ?? 0) + 1;
      if (bucket < firstBucket) firstBucket = bucket;
      count++;
    }
    this.#count = count;
    this.#firstBucket = firstBucket;
    return entry;
  }

  /** Gives the best candidates in their order, each endpoint once, up to `count` of them; each has one more to serve now. */
  give(count: number, answer: AnnounceAnswer): void {
    const { lists } = this.#source;
    this.#sort();
    for (let position = 0; position < this.#count && answer.peerCount < count; position++) {
      const index = this.#order[position] ?? 0;
      const entry = this.#entries[index] ?? 0;
      const membership = lists.membership(entry);
      const isGiven = this.#isElsewhere[index] === 0
        ? answer.giveIpv4(membership, lists.address(entry), lists.port(entry))
        : answer.give(membership, this.#readAddress(index), lists.port(entry));
      if (isGiven) lists.countHandOut(entry);
    }
  }

  #lookCloser(entry: number, index: number): number {
    const { reach } = this.#source;
    const rank = reach.lookCloser(entry);
    if (rank === NO_RANK) return rank;
    this.#isElsewhere[index] = 1;
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      this.#addresses[index * ADDRESS_WORDS + word] = reach.address[word] ?? 0;
    }
    return rank;
  }

  #readAddress(index: number): AddressWords {
    for (let word = 0; word < ADDRESS_WORDS; word++) {
      this.#address[word] = this.#addresses[index * ADDRESS_WORDS + word] ?? 0;
    }
    return this.#address;
  }

  #isAsker(entry: number): boolean {
    const { lists, memberships, clients } = this.#source;
    return clients.hasPeerId(memberships.client(lists.membership(entry)), this.#asker.peerId);
  }

  /** Counting sort: the order of those in one bucket stays. */
  #sort(): void {
    const ends = this.#bucketCounts;
    let end = 0;
    for (let bucket = this.#firstBucket; end < this.#count; bucket++) ends[bucket] = end += ends[bucket] ?? 0;
    for (let index = this.#count - 1; index >= 0; index--) {
      const bucket = this.#buckets[index] ?? 0;
      const position = (ends[bucket] ?? 0) - 1;
      ends[bucket] = position;
      this.#order[position] = index;
    }
    ends.fill(0);
  }
}
