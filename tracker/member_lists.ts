/**
 * The members of every swarm as answers need them, in dense lists of 16-byte entries: looking through a swarm reads one
 * stretch of memory, where a look at each member's own record would wait for a hundred. Pure.
 *
 * @module
 */

/** Words of an entry: membership, address, port with flags, load. */
const ENTRY_WORDS = 4;

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

/**
 * Lists have room for a power of two of entries. One that is full moves to a room twice as large. Two rooms that are free
 * beside each other become one again (buddies, as in Knuth's "Dynamic storage allocation"), so that swarms that grow
 * together leave nothing behind that none of them can use.
 */
export class MemberLists {
  readonly #words: Int32Array;
  /** The first entries of rooms that were given back, by their size's exponent. A room begins at a multiple of its size. */
  readonly #free: number[][] = [];
  /** Of each entry that begins a free room one more than its exponent: those above that are no more free say so here. */
  readonly #freeAt: Uint8Array;
  #end = 0;

  /** Lists with so many entries in all. */
  constructor(capacity: number) {
    // Each list is at least half full, and the rooms that it grew out of are together as long as itself.
    this.#words = new Int32Array(4 * (capacity + 1) * ENTRY_WORDS);
    this.#freeAt = new Uint8Array(4 * (capacity + 1));
  }

  /** Room for 2 to the power of `exponent` entries: the number of the first. */
  allocate(exponent: number): number {
    for (let larger = exponent; larger < this.#free.length; larger++) {
      const first = this.#takeFree(larger);
      if (first < 0) continue;
      for (let half = larger - 1; half >= exponent; half--) this.release(first + 2 ** half, half);
      return first;
    }
    return this.#extend(exponent);
  }

  /** Gives a room back. */
  release(first: number, exponent: number): void {
    let [start, size] = [first, exponent];
    for (let buddy = start ^ 2 ** size; this.#freeAt[buddy] === size + 1; buddy = start ^ 2 ** size) {
      this.#freeAt[buddy] = 0;
      start &= ~(2 ** size);
      size++;
    }
    while (this.#free.length <= size) this.#free.push([]);
    this.#free[size]?.push(start);
    this.#freeAt[start] = size + 1;
  }

  #takeFree(exponent: number): number {
    for (let first = this.#free[exponent]?.pop(); first !== undefined; first = this.#free[exponent]?.pop()) {
      if (this.#freeAt[first] !== exponent + 1) continue;
      this.#freeAt[first] = 0;
      return first;
    }
    return -1;
  }

  /** A room behind all others; up to the next multiple of its size there is room for smaller ones. */
  #extend(exponent: number): number {
    const size = 2 ** exponent;
    const skipped = this.#end;
    const first = Math.ceil(skipped / size) * size;
    this.#end = first + size;
    let start = skipped;
    for (let small = 0; small < exponent; small++) {
      if (start === first || (start & 2 ** small) === 0) continue;
      this.release(start, small);
      start += 2 ** small;
    }
    return first;
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

  /** Port in the lower half, then {@link flags}, then {@link peerIdTag}: who looks through a swarm reads them at once. */
  description(entry: number): number {
    return this.#words[entry * ENTRY_WORDS + ENTRY.portAndFlags] ?? 0;
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
