/**
 * All swarms: their sizes, and their members in dense lists, so that joining, leaving and looking through are cheap. Pure.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { ID_WORDS, infoHashOf } from "./announce_record.ts";
import { MemberLists } from "./member_lists.ts";
import { RecordIndex } from "./record_index.ts";
import { RecordTable } from "./record_table.ts";
import type { SipHash } from "./sip_hash.ts";

/** Places in a record, in words; the info-hash comes first. */
const WORD = {
  firstEntry: ID_WORDS,
  exponent: 6,
  size: 7,
  seederCount: 8,
  completedCount: 9,
  cursor: 10,
  flags: 11,
  localCount: 12,
  partialSeederCount: 13,
  count: 14,
} as const;

const FLAG = { used: 1, hasRings: 2, undescribed: 4 } as const;

/** Room of a new list, as the exponent of two: most swarms of a household have one or two members. */
const FIRST_EXPONENT = 0;

/** Size of a swarm. */
export interface SwarmCounts {
  readonly seederCount: number;
  readonly leecherCount: number;
  /** Those of the leechers that want no more (BEP 21). */
  readonly partialSeederCount: number;
  /** Clients seen to become complete since the swarm came into being. */
  readonly completedCount: number;
}

/** Swarms with their members. A swarm is a number, which is another's after it is removed. */
export class SwarmTable {
  /** Entries of all members. */
  readonly lists: MemberLists;
  readonly #records: RecordTable;
  readonly #index: RecordIndex;
  readonly #sip: SipHash;

  /** Room for so many swarms, as each has a member. */
  constructor(options: { readonly capacity: number; readonly sip: SipHash }) {
    this.lists = new MemberLists(options.capacity);
    this.#records = new RecordTable({ capacity: options.capacity, wordCount: WORD.count });
    this.#index = new RecordIndex(options.capacity);
    this.#sip = options.sip;
  }

  /** How many there are. */
  get count(): number {
    return this.#records.count;
  }

  /** One more than the highest number of a swarm. */
  get end(): number {
    return this.#records.end;
  }

  /** Whether there is a swarm of this number. */
  has(swarm: number): boolean {
    return (this.#word(swarm, WORD.flags) & FLAG.used) !== 0;
  }

  /** The swarm of an info-hash in words, or −1. */
  find(infoHash: Uint32Array): number {
    let swarm = this.#index.first(this.#sip.digest(infoHash));
    while (swarm >= 0 && !this.#hasInfoHash(swarm, infoHash)) swarm = this.#index.next(swarm);
    return swarm;
  }

  /** Takes in an empty swarm that is not here yet. */
  add(infoHash: Uint32Array): number {
    const swarm = this.#records.take();
    this.#records.uint32.set(infoHash, swarm * WORD.count);
    this.#set(swarm, WORD.exponent, FIRST_EXPONENT);
    this.#set(swarm, WORD.firstEntry, this.lists.allocate(FIRST_EXPONENT));
    this.#set(swarm, WORD.flags, FLAG.used);
    this.#index.add(swarm, this.#sip.digest(infoHash));
    return swarm;
  }

  /** Takes out an empty swarm. */
  remove(swarm: number): void {
    this.lists.release(this.firstEntry(swarm), this.#word(swarm, WORD.exponent));
    this.#index.remove(swarm);
    this.#records.release(swarm);
  }

  /** Its info-hash. */
  infoHash(swarm: number): InfoHash {
    return infoHashOf(this.#records.uint32, swarm * WORD.count);
  }

  /** The first of its entries; the others follow. */
  firstEntry(swarm: number): number {
    return this.#word(swarm, WORD.firstEntry);
  }

  /** Number of members. */
  size(swarm: number): number {
    return this.#word(swarm, WORD.size);
  }

  /** How many members have everything. */
  seederCount(swarm: number): number {
    return this.#word(swarm, WORD.seederCount);
  }

  /** How many members have everything, have not, and became complete. */
  counts(swarm: number): SwarmCounts {
    const seederCount = this.seederCount(swarm);
    return {
      seederCount,
      leecherCount: this.size(swarm) - seederCount,
      partialSeederCount: this.#word(swarm, WORD.partialSeederCount),
      completedCount: this.#word(swarm, WORD.completedCount),
    };
  }

  /** Counts those who became complete. */
  countCompleted(swarm: number, count = 1): void {
    this.#set(swarm, WORD.completedCount, this.#word(swarm, WORD.completedCount) + count);
  }

  /** Counts seeders more or less. */
  countSeeders(swarm: number, change: number): void {
    this.#set(swarm, WORD.seederCount, this.seederCount(swarm) + change);
  }

  /** Counts partial seeders more or less. */
  countPartialSeeders(swarm: number, change: number): void {
    this.#set(swarm, WORD.partialSeederCount, this.#word(swarm, WORD.partialSeederCount) + change);
  }

  /** How many members are of our own network: anywhere but in the public Internet. */
  localCount(swarm: number): number {
    return this.#word(swarm, WORD.localCount);
  }

  /** Counts members of our own network more or less. */
  countLocal(swarm: number, change: number): void {
    this.#set(swarm, WORD.localCount, this.localCount(swarm) + change);
  }

  /** Whether its members are in rings of neighbours. */
  hasRings(swarm: number): boolean {
    return (this.#word(swarm, WORD.flags) & FLAG.hasRings) !== 0;
  }

  /** From now on they are. */
  setHasRings(swarm: number): void {
    this.#set(swarm, WORD.flags, this.#word(swarm, WORD.flags) | FLAG.hasRings);
  }

  /** Whether it was noted that the catalogue does not know its torrent. */
  isUndescribed(swarm: number): boolean {
    return (this.#word(swarm, WORD.flags) & FLAG.undescribed) !== 0;
  }

  /** Sets {@link isUndescribed}. */
  setUndescribed(swarm: number, isUndescribed: boolean): void {
    const others = this.#word(swarm, WORD.flags) & ~FLAG.undescribed;
    this.#set(swarm, WORD.flags, isUndescribed ? others | FLAG.undescribed : others);
  }

  /** A new entry at the end of the list: its position. */
  push(swarm: number): number {
    const size = this.size(swarm);
    const exponent = this.#word(swarm, WORD.exponent);
    if (size === 2 ** exponent) {
      const first = this.firstEntry(swarm);
      const larger = this.lists.allocate(exponent + 1);
      this.lists.move(first, larger, size);
      this.lists.release(first, exponent);
      this.#set(swarm, WORD.firstEntry, larger);
      this.#set(swarm, WORD.exponent, exponent + 1);
    }
    this.#set(swarm, WORD.size, size + 1);
    return size;
  }

  /**
   * Takes an entry out; the last of the list moves to its place.
   *
   * @returns whose entry has moved there, or −1
   */
  removeEntry(swarm: number, position: number): number {
    const last = this.size(swarm) - 1;
    this.#set(swarm, WORD.size, last);
    if (position === last) return -1;
    const first = this.firstEntry(swarm);
    this.lists.move(first + last, first + position, 1);
    return this.lists.membership(first + position);
  }

  /** The position from which a large swarm is looked through the next time; there may be nobody at it any more. */
  cursor(swarm: number): number {
    return this.#word(swarm, WORD.cursor);
  }

  /** Sets {@link cursor}. */
  setCursor(swarm: number, position: number): void {
    this.#set(swarm, WORD.cursor, position);
  }

  #hasInfoHash(swarm: number, infoHash: Uint32Array): boolean {
    const start = swarm * WORD.count;
    for (let index = 0; index < ID_WORDS; index++) {
      if (this.#records.uint32[start + index] !== infoHash[index]) return false;
    }
    return true;
  }

  #word(swarm: number, word: number): number {
    return this.#records.int32[swarm * WORD.count + word] ?? 0;
  }

  #set(swarm: number, word: number, value: number): void {
    this.#records.int32[swarm * WORD.count + word] = value;
  }
}
