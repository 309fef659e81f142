/**
 * SipHash (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a keyed digest of 64 bits, cheap enough to be
 * made for every datagram. Whoever does not know the key can neither forge a digest nor make many inputs meet in one place
 * of a table. Pure.
 *
 * @module
 */

/** Bytes of a key. */
export const SIP_KEY_LENGTH = 16;

/** How many rounds: 2 and 4 where a digest is a proof (the paper's choice), 1 and 3 where it only spreads a table. */
export interface SipRounds {
  /** For each 64 bits of input. */
  readonly compression: number;
  /** At the end. */
  readonly finalization: number;
}

/** Digests under one key. */
export class SipHash {
  /** The lower half of the last digest, a signed 32-bit number. */
  low = 0;
  /** The upper half of the last digest, a signed 32-bit number. */
  high = 0;
  readonly #key: Int32Array;
  readonly #rounds: SipRounds;
  /** The four 64-bit words of the state, each as its lower and its upper half. */
  readonly #state = new Int32Array(8);

  /**
   * Digests under this key.
   *
   * @param key {@link SIP_KEY_LENGTH} secret bytes; copied
   * @throws {RangeError} when it has another length
   */
  constructor(key: Uint8Array, rounds: SipRounds = { compression: 2, finalization: 4 }) {
    if (key.length !== SIP_KEY_LENGTH) {
      throw new RangeError(`Cannot take ${key.length} bytes as a key: it has ${SIP_KEY_LENGTH}`);
    }
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    this.#key = Int32Array.from({ length: 4 }, (_, index) => view.getInt32(index * 4, true));
    this.#rounds = rounds;
  }

  /**
   * Digests all words of an array, as if they were bytes in little-endian order, into {@link low} and {@link high}.
   *
   * @returns the lower half
   */
  digest(words: Uint32Array): number {
    const [key, state] = [this.#key, this.#state];
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = [key[0], key[1], key[2], key[3]];
    // "somepseudorandomlygeneratedbytes", the paper's constants.
    state[0] = k0 ^ 0x70736575;
    state[1] = k1 ^ 0x736f6d65;
    state[2] = k2 ^ 0x6e646f6d;
    state[3] = k3 ^ 0x646f7261;
    state[4] = k0 ^ 0x6e657261;
    state[5] = k1 ^ 0x6c796765;
    state[6] = k2 ^ 0x79746573;
    state[7] = k3 ^ 0x74656462;
    const { compression, finalization } = this.#rounds;
    const count = words.length;
    const end = count & ~1;
    for (let index = 0; index < end; index += 2) {
      this.#absorb(words[index] ?? 0, words[index + 1] ?? 0, compression);
    }
    const last = (count & 1) === 1 ? words[end] ?? 0 : 0;
    this.#absorb(last, count * 4 << 24, compression);
    state[4] = (state[4] ?? 0) ^ 0xff;
    this.#mix(finalization);
    this.low = (state[0] ?? 0) ^ (state[2] ?? 0) ^ (state[4] ?? 0) ^ (state[6] ?? 0);
    this.high = (state[1] ?? 0) ^ (state[3] ?? 0) ^ (state[5] ?? 0) ^ (state[7] ?? 0);
    return this.low;
  }

  #absorb(low: number, high: number, rounds: number): void {
    const state = this.#state;
    state[6] = (state[6] ?? 0) ^ low;
    state[7] = (state[7] ?? 0) ^ high;
    this.#mix(rounds);
    state[0] = (state[0] ?? 0) ^ low;
    state[1] = (state[1] ?? 0) ^ high;
  }

  /** Rounds of the paper's figure 2.1; 64-bit numbers are two of 32 bits, `L` the lower and `H` the upper half. */
  #mix(rounds: number): void {
    const state = this.#state;
    let [aL, aH, bL, bH] = [state[0] ?? 0, state[1] ?? 0, state[2] ?? 0, state[3] ?? 0];
    let [cL, cH, dL, dH] = [state[4] ?? 0, state[5] ?? 0, state[6] ?? 0, state[7] ?? 0];
    let low: number;
    for (let round = 0; round < rounds; round++) {
      low = (aL >>> 0) + (bL >>> 0);
      aH = (aH + bH + (low > 0xffff_ffff ? 1 : 0)) | 0;
      aL = low | 0;
      low = bL;
      bL = ((bL << 13) | (bH >>> 19)) ^ aL;
      bH = ((bH << 13) | (low >>> 19)) ^ aH;
      low = (cL >>> 0) + (dL >>> 0);
      cH = (cH + dH + (low > 0xffff_ffff ? 1 : 0)) | 0;
      cL = low | 0;
      low = dL;
      dL = ((dL << 16) | (dH >>> 16)) ^ cL;
      dH = ((dH << 16) | (low >>> 16)) ^ cH;
      // The halves of `a` have changed places: it was turned by 32 bits.
      low = (aH >>> 0) + (dL >>> 0);
      aH = (aL + dH + (low > 0xffff_ffff ? 1 : 0)) | 0;
      aL = low | 0;
      low = dL;
      dL = ((dL << 21) | (dH >>> 11)) ^ aL;
      dH = ((dH << 21) | (low >>> 11)) ^ aH;
      low = (cL >>> 0) + (bL >>> 0);
      cH = (cH + bH + (low > 0xffff_ffff ? 1 : 0)) | 0;
      cL = low | 0;
      low = bL;
      bL = ((bL << 17) | (bH >>> 15)) ^ cL;
      bH = ((bH << 17) | (low >>> 15)) ^ cH;
      low = cL;
      cL = cH;
      cH = low;
    }
    state[0] = aL;
    state[1] = aH;
    state[2] = bL;
    state[3] = bH;
    state[4] = cL;
    state[5] = cH;
    state[6] = dL;
    state[7] = dH;
  }
}
