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
  readonly #rounds: SipRounds;
  /** The words of the key. */
  readonly #k0: number;
  readonly #k1: number;
  readonly #k2: number;
  readonly #k3: number;

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
    this.#k0 = view.getInt32(0, true);
    this.#k1 = view.getInt32(4, true);
    this.#k2 = view.getInt32(8, true);
    this.#k3 = view.getInt32(12, true);
    this.#rounds = rounds;
  }

  /**
   * Digests all words of an array, as if they were bytes in little-endian order, into {@link low} and {@link high}.
   *
   * Rounds are those of the paper's figure 2.1; 64-bit numbers are two of 32 bits, `L` the lower and `H` the upper half. The
   * state is in variables and not in an array, as a processor keeps those at hand.
   *
   * @returns the lower half
   */
  digest(words: Uint32Array): number {
    const { compression, finalization } = this.#rounds;
    const [k0, k1, k2, k3] = [this.#k0, this.#k1, this.#k2, this.#k3];
    // "somepseudorandomlygeneratedbytes", the paper's constants.
    let [aL, aH, bL, bH] = [k0 ^ 0x70736575, k1 ^ 0x736f6d65, k2 ^ 0x6e646f6d, k3 ^ 0x646f7261];
    let [cL, cH, dL, dH] = [k0 ^ 0x6e657261, k1 ^ 0x6c796765, k2 ^ 0x79746573, k3 ^ 0x74656462];
    const count = words.length;
    // The last 64 bits of input are what is left and the length in bytes; after them comes the end.
    const last = count & ~1;
    for (let index = 0; index <= last + 2; index += 2) {
      const isEnd = index > last;
      const inputL = index < count ? words[index] ?? 0 : 0;
      const inputH = index < last ? words[index + 1] ?? 0 : isEnd ? 0 : count * 4 << 24;
      dL ^= inputL;
      dH ^= inputH;
      if (isEnd) cL ^= 0xff;
      for (let rounds = isEnd ? finalization : compression; rounds > 0; rounds--) {
        let low = (aL + bL) | 0;
        aH = (aH + bH + (low >>> 0 < aL >>> 0 ? 1 : 0)) | 0;
        aL = low;
        low = bL;
        bL = ((bL << 13) | (bH >>> 19)) ^ aL;
        bH = ((bH << 13) | (low >>> 19)) ^ aH;
        low = (cL + dL) | 0;
        cH = (cH + dH + (low >>> 0 < cL >>> 0 ? 1 : 0)) | 0;
        cL = low;
        low = dL;
        dL = ((dL << 16) | (dH >>> 16)) ^ cL;
        dH = ((dH << 16) | (low >>> 16)) ^ cH;
        // The halves of `a` have changed places: it was turned by 32 bits.
        low = (aH + dL) | 0;
        aH = (aL + dH + (low >>> 0 < aH >>> 0 ? 1 : 0)) | 0;
        aL = low;
        low = dL;
        dL = ((dL << 21) | (dH >>> 11)) ^ aL;
        dH = ((dH << 21) | (low >>> 11)) ^ aH;
        low = (cL + bL) | 0;
        cH = (cH + bH + (low >>> 0 < cL >>> 0 ? 1 : 0)) | 0;
        cL = low;
        low = bL;
        bL = ((bL << 17) | (bH >>> 15)) ^ cL;
        bH = ((bH << 17) | (low >>> 15)) ^ cH;
        low = cL;
        cL = cH;
        cH = low;
      }
      aL ^= inputL;
      aH ^= inputH;
    }
    this.low = aL ^ bL ^ cL ^ dL;
    this.high = aH ^ bH ^ cH ^ dH;
    return this.low;
  }
}
