/**
 * The RC4 key stream (as published in 1994; RFC 6229 has test vectors): what encrypted connections of BitTorrent use. It
 * hides what a connection is from the machines that it passes, and keeps no secrets from who wants to know them.
 *
 * Invariant: the stream depends on the key and on how many bytes went through, not on how they were cut.
 *
 * @module
 */

/** One direction of a connection. */
export class Rc4 {
  readonly #state = new Uint8Array(STATE_LENGTH);
  #first = 0;
  #second = 0;

  /**
   * Begins the stream of a key.
   *
   * @param key 1 to 256 bytes
   * @param options `skip`: how many bytes of the stream are thrown away first, as those tell of the key
   * @throws {RangeError} for a key of another length
   */
  constructor(key: Uint8Array, options: { readonly skip?: number } = {}) {
    if (key.length === 0 || key.length > STATE_LENGTH) {
      throw new RangeError(`Cannot use a key of 1 to ${STATE_LENGTH} bytes: current length is ${key.length}`);
    }
    const state = this.#state;
    for (let index = 0; index < STATE_LENGTH; index++) state[index] = index;
    for (let index = 0, other = 0; index < STATE_LENGTH; index++) {
      const value = state[index] ?? 0;
      other = (other + value + (key[index % key.length] ?? 0)) & BYTE_MASK;
      state[index] = state[other] ?? 0;
      state[other] = value;
    }
    this.apply(new Uint8Array(options.skip ?? 0));
  }

  /** Encrypts, or decrypts, the next bytes in place; gives them back. */
  apply<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
    const state = this.#state;
    let first = this.#first;
    let second = this.#second;
    for (let offset = 0; offset < bytes.length; offset++) {
      first = (first + 1) & BYTE_MASK;
      const one = state[first] ?? 0;
      second = (second + one) & BYTE_MASK;
      const other = state[second] ?? 0;
      state[first] = other;
      state[second] = one;
      bytes[offset] = (bytes[offset] ?? 0) ^ (state[(one + other) & BYTE_MASK] ?? 0);
    }
    this.#first = first;
    this.#second = second;
    return bytes;
  }
}

const STATE_LENGTH = 256;
const BYTE_MASK = 0xff;
