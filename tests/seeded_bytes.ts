/**
 * Content that a seed makes, the same on every machine and nowhere alike.
 *
 * @module
 */

/** The bytes of a seed (xorshift of 32 bits; Marsaglia, "Xorshift RNGs", 2003). The buffer is the caller's. */
export function seededBytes(seed: number, length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed * 2_654_435_761 >>> 0) || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}
