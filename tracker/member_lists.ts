/**
 * The members of every swarm as answers need them, in dense lists of 16-byte entries: looking through a swarm reads one
 * stretch of memory, where a look at each member's own record would wait for a hundred. Pure.
 *
 * @module
 */

/** Words of an entry: membership, address, port with flags, load. */
export const ENTRY_WORDS = 4;

/** Places in an entry. */
const ENTRY = { membership: 0, address: 1, portAndFlags: 2, load: 3 } as const;

/** What answers ask of a member, in one byte. */
export const MEMBER_FLAG = {
  seeder: 1,
  /** Incomplete and content (BEP 21): it needs no seeders. */
  partialSeeder: 2,
  /** The second word is its number as a client, as an IPv6 address has no room there. */
  ipv6: 4,
  loopback: 8,
  private: 16,
  /** It takes no connection from outside. */
  unreachable: 32,
  /** It told its address on its own LAN. */
  hasLanAddress: 64,
} as const;

/** Loads are told apart to a sixteenth of a peer. */
export const LOAD_STEPS = 16;

const MAX_UINT16 = 0xffff;

/** Entries by which the memory grows. */
const GROWTH_ENTRIES = 16 * 1024;

/** Lists have room for a power of two of entries. When one is full it moves to the next, and its room is another's. */
export class MemberLists {
  readonly #buffer: ArrayBuffer;
  readonly #words: Int32Array;
  /** Rooms that are free, by their size's exponent. */
  readonly #free: number[][] = [];
  #end = 0;

  /** Lists with so many entries in all. */
  constructor(capacity: number) {
    // Each list is at least half full, and the rooms that it grew out of are together as long as itself.
    this.#buffer = new ArrayBuffer(0, { maxByteLength: 4 * (capacity + 1) * ENTRY_WORDS * 4 });
    this.#words = new Int32Array(this.#buffer);
  }

  /** Room for 2 to the power of `exponent` entries: the number of the first. */
  allocate(exponent: number): number {
    const free = this.#free[exponent]?.pop();
    if (free !== undefined) return free;
    const first = this.#end;
    this.#end += 2 ** exponent;
    const neededBytes = this.#end * ENTRY_WORDS * 4;
    if (neededBytes > this.#buffer.byteLength) {
      this.#buffer.resize(Math.min(this.#buffer.maxByteLength, neededBytes + GROWTH_ENTRIES * ENTRY_WORDS * 4));
    }
    return first;
  }

  /** Gives a room back. */
  release(first: number, exponent: number): void {
    while (this.#free.length <= exponent) this.#free.push([]);
    this.#free[exponent]?.push(first);
  }

  /** Copies entries to another room. */
  move(from: number, to: number, count: number): void {
    this.#words.copyWithin(to * ENTRY_WORDS, from * ENTRY_WORDS, (from + count) * ENTRY_WORDS);
  }

  /** One more than the highest entry that was ever in a list. */
  get end(): number {
    return this.#end;
  }

  /** Whose entry it is. */
  membership(entry: number): number {
    return this.#words[entry * ENTRY_WORDS + ENTRY.membership] ?? 0;
  }

  /** The IPv4 address as an unsigned number, or of an IPv6 one the number of the client. */
  address(entry: number): number {
    return (this.#words[entry * ENTRY_WORDS + ENTRY.address] ?? 0) >>> 0;
  }

  /** Where it takes connections. */
  port(entry: number): number {
    return (this.#words[entry * ENTRY_WORDS + ENTRY.portAndFlags] ?? 0) & MAX_UINT16;
  }

  /** Bits of {@link MEMBER_FLAG}. */
  flags(entry: number): number {
    return (this.#words[entry * ENTRY_WORDS + ENTRY.portAndFlags] ?? 0) >>> 16 & 0xff;
  }

  /** The lowest byte of its peer id: most others' is another. */
  peerIdTag(entry: number): number {
    return (this.#words[entry * ENTRY_WORDS + ENTRY.portAndFlags] ?? 0) >>> 24;
  }

  /** Fills in an entry, with no load yet. */
  set(
    entry: number,
    member: {
      readonly membership: number;
      readonly address: number;
      readonly port: number;
      readonly flags: number;
      readonly peerIdTag: number;
    },
  ): void {
    const start = entry * ENTRY_WORDS;
    this.#words[start + ENTRY.membership] = member.membership;
    this.#words[start + ENTRY.address] = member.address;
    this.#words[start + ENTRY.portAndFlags] = member.port | member.flags << 16 | member.peerIdTag << 24;
    this.#words[start + ENTRY.load] = 0;
  }

  /** Sets one flag. */
  setFlag(entry: number, flag: number, isSet: boolean): void {
    const word = entry * ENTRY_WORDS + ENTRY.portAndFlags;
    const bits = this.#words[word] ?? 0;
    this.#words[word] = isSet ? bits | flag << 16 : bits & ~(flag << 16);
  }

  /** Peers that it presumably serves now, in sixteenths: those it was lately given to, and what it uploads. */
  load(entry: number): number {
    const word = this.#words[entry * ENTRY_WORDS + ENTRY.load] ?? 0;
    return (word & MAX_UINT16) * LOAD_STEPS + (word >>> 16);
  }

  /** Sets what it uploads, in units of one peer's worth. */
  setUploadLoad(entry: number, load: number): void {
    const word = entry * ENTRY_WORDS + ENTRY.load;
    const steps = Math.min(MAX_UINT16, Math.round(load * LOAD_STEPS));
    this.#words[word] = (this.#words[word] ?? 0) & MAX_UINT16 | steps << 16;
  }

  /** It was given to one more. */
  countHandOut(entry: number): void {
    const word = entry * ENTRY_WORDS + ENTRY.load;
    const bits = this.#words[word] ?? 0;
    if ((bits & MAX_UINT16) < MAX_UINT16) this.#words[word] = bits + 1;
  }

  /** Halves what these entries were given: old hand-outs fade. Room that is nobody's may be among them. */
  fade(from: number, to: number): void {
    for (let entry = from; entry < to; entry++) {
      const word = entry * ENTRY_WORDS + ENTRY.load;
      const bits = this.#words[word] ?? 0;
      this.#words[word] = bits & ~MAX_UINT16 | (bits & MAX_UINT16) >>> 1;
    }
  }
}
