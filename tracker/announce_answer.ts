/**
 * The state's answer to an announce: numbers in place, filled again for every announce, so that none of it is allocated on
 * the way. Invariant: each endpoint is given once. Pure.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { ADDRESS_WORDS, addressText, type AddressWords, familyOf, MAPPED_WORD } from "./address_words.ts";
import type { Refusal } from "./refusal.ts";

/** Peers given at most: they fit in one datagram that no network cuts (BEP 15, 20 + 6 × 200 bytes). */
export const MAX_PEER_COUNT = 200;

/** The words of an address before the last, which tell only IPv6 addresses apart. */
const UPPER_WORDS: number = ADDRESS_WORDS - 1;

/** Places of the table of endpoints given: a few times as many as there are peers. A power of two. */
const TABLE_LENGTH = 1024;

/** Knuth's multiplicative hashing: the upper bits of the product are spread best. */
const SPREADING_FACTOR = 0x9e37_79b1;
const SPREADING_SHIFT: number = 32 - Math.log2(TABLE_LENGTH);

/** It holds until the next announce. */
export class AnnounceAnswer {
  /** Why it is refused; undefined where it is not, and then the rest counts. */
  refusal: Refusal | undefined = undefined;
  /** Until the next announce, with jitter. */
  intervalSeconds = 0;
  /** Members of the swarm that have everything. */
  seederCount = 0;
  /** Members that have not. */
  leecherCount = 0;
  /** Swarms whose size or content changed by it. */
  changed: readonly InfoHash[] = [];
  /** The memberships of the peers given, as the state numbers them. */
  readonly memberships: Int32Array = new Int32Array(MAX_PEER_COUNT);
  #peerCount = 0;
  readonly #ports = new Uint16Array(MAX_PEER_COUNT);
  readonly #isIpv4 = new Uint8Array(MAX_PEER_COUNT);
  /** All of an IPv4 address. */
  readonly #lastWords = new Uint32Array(MAX_PEER_COUNT);
  readonly #upperWords = new Uint32Array(MAX_PEER_COUNT * UPPER_WORDS);
  /** Open addressing: 0 is free, else one more than the place of a peer that is given. */
  readonly #table = new Uint16Array(TABLE_LENGTH);

  /** Peers given. */
  get peerCount(): number {
    return this.#peerCount;
  }

  /** Takes back all peers. */
  clearPeers(): void {
    if (this.#peerCount === 0) return;
    this.#peerCount = 0;
    this.#table.fill(0);
  }

  /** Adds a peer at the end, unless one at its endpoint is given already; gives whether it was not. */
  give(membership: number, address: AddressWords, port: number): boolean {
    const place = this.#peerCount;
    for (let word = 0; word < UPPER_WORDS; word++) this.#upperWords[place * UPPER_WORDS + word] = address[word] ?? 0;
    this.#isIpv4[place] = familyOf(address) === 4 ? 1 : 0;
    return this.#keep(membership, address[UPPER_WORDS] ?? 0, port);
  }

  /** {@link give} of a peer that is reached by IPv4. */
  giveIpv4(membership: number, address: number, port: number): boolean {
    this.#isIpv4[this.#peerCount] = 1;
    return this.#keep(membership, address, port);
  }

  /** The host by which the asker reaches a peer, as text. */
  hostOf(index: number): string {
    const words = new Uint32Array(ADDRESS_WORDS);
    if (this.#isIpv4[index] === 1) words[UPPER_WORDS - 1] = MAPPED_WORD;
    else words.set(this.#upperWords.subarray(index * UPPER_WORDS, (index + 1) * UPPER_WORDS));
    words[UPPER_WORDS] = this.#lastWords[index] ?? 0;
    return addressText(words);
  }

  /** The port of a peer. */
  portOf(index: number): number {
    return this.#ports[index] ?? 0;
  }

  /**
   * Writes the peers of one family as compact lists have them (BEP 7, 15, 23): 6 bytes each, or 18.
   *
   * @returns the offset behind them
   */
  writePeers(view: DataView, offset: number, family: 4 | 6): number {
    const isWanted = family === 4 ? 1 : 0;
    let at = offset;
    for (let place = 0; place < this.#peerCount; place++) {
      if (this.#isIpv4[place] !== isWanted) continue;
      for (let word = 0; family === 6 && word < UPPER_WORDS; word++, at += 4) {
        view.setUint32(at, this.#upperWords[place * UPPER_WORDS + word] ?? 0);
      }
      view.setUint32(at, this.#lastWords[place] ?? 0);
      view.setUint16(at + 4, this.#ports[place] ?? 0);
      at += 6;
    }
    return at;
  }

  #keep(membership: number, lastWord: number, port: number): boolean {
    const place = this.#peerCount;
    this.#lastWords[place] = lastWord;
    this.#ports[place] = port;
    let slot = Math.imul(lastWord ^ (port << 16 | port), SPREADING_FACTOR) >>> SPREADING_SHIFT;
    for (let other = this.#table[slot] ?? 0; other !== 0; other = this.#table[slot] ?? 0) {
      if (this.#isSame(place, other - 1)) return false;
      slot = (slot + 1) & (TABLE_LENGTH - 1);
    }
    this.#table[slot] = place + 1;
    this.memberships[place] = membership;
    this.#peerCount = place + 1;
    return true;
  }

  /** Whether the peers at two places have one endpoint. */
  #isSame(a: number, b: number): boolean {
    if (this.#lastWords[a] !== this.#lastWords[b] || this.#ports[a] !== this.#ports[b]) return false;
    if (this.#isIpv4[a] !== this.#isIpv4[b]) return false;
    for (let word = 0; this.#isIpv4[a] === 0 && word < UPPER_WORDS; word++) {
      if (this.#upperWords[a * UPPER_WORDS + word] !== this.#upperWords[b * UPPER_WORDS + word]) return false;
    }
    return true;
  }
}
