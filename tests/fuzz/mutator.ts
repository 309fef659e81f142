/**
 * Input for decoders: mostly valid, with a few things wrong.
 *
 * @module
 */
import { seededRandom } from "../simulation/seeded_random.ts";

/** Random bytes now and then, mostly valid input with a few things wrong. Each input is a view that the next overwrites. */
export class Mutator {
  readonly #samples: readonly Uint8Array[];
  readonly #scratch = new Uint8Array(16_384);
  readonly #chance: () => number;

  /** The same seed and samples give the same inputs. */
  constructor(seed: number, samples: readonly Uint8Array[]) {
    this.#chance = seededRandom(seed);
    this.#samples = samples;
  }

  /** The next input. */
  next(): Uint8Array {
    // Not always at the start of its buffer: a decoder that forgets byteOffset shows.
    const start = this.#below(8);
    let length = this.#below(8) === 0 ? this.#random(start) : this.#sample(start);
    for (let count = this.#below(5); count > 0; count--) {
      length = this.#mutate(this.#scratch.subarray(start, start + length + 64), length);
    }
    return this.#scratch.subarray(start, start + length);
  }

  #below(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }

  #random(start: number): number {
    const length = this.#below(this.#below(4) === 0 ? 300 : 40);
    for (let offset = 0; offset < length; offset++) this.#scratch[start + offset] = this.#below(256);
    return length;
  }

  #sample(start: number): number {
    const sample = this.#samples[this.#below(this.#samples.length)] ?? new Uint8Array();
    this.#scratch.set(sample, start);
    return sample.length;
  }

  /** One change in `bytes`, of which `length` are the input and 64 more are room; the new length. */
  #mutate(bytes: Uint8Array, length: number): number {
    const at = this.#below(length + 1);
    const count = 1 + this.#below(this.#below(4) === 0 ? 64 : 4);
    switch (this.#below(8)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#below(8));
        return length;
      case 1:
        bytes[at] = TELLING_BYTES[this.#below(TELLING_BYTES.length)] ?? 0;
        return length;
      case 2: // A number on the wire becomes an extreme one.
        bytes.set([[0, 0, 0, 0], [255, 255, 255, 255], [127, 255, 255, 255]][this.#below(3)] ?? [], at);
        return length;
      case 3:
        return at;
      case 4:
        bytes.copyWithin(at, Math.min(length, at + count), length);
        return Math.max(at, length - count);
      case 5: // A part twice.
        bytes.copyWithin(at + count, at, length);
        return Math.min(length + count, bytes.length);
      case 6: // A number in text becomes another or a longer one.
        return this.#changeDigit(bytes, { length, from: at });
      default: {
        const other = this.#samples[this.#below(this.#samples.length)] ?? new Uint8Array();
        const from = this.#below(other.length + 1);
        bytes.set(other.subarray(from, Math.min(from + count, from + bytes.length - at)), at);
        return length;
      }
    }
  }

  #changeDigit(bytes: Uint8Array, place: { readonly length: number; readonly from: number }): number {
    const { length, from } = place;
    const at = bytes.subarray(from, length).findIndex((byte) => byte >= 0x30 && byte <= 0x39) + from;
    if (at < from) return length;
    bytes[at] = 0x30 + this.#below(10);
    if (this.#below(2) === 0) return length;
    bytes.copyWithin(at + 16, at, length);
    bytes.fill(0x39, at, at + 16);
    return length + 16;
  }
}

/** Bytes that mean something to some decoder. */
const TELLING_BYTES: readonly number[] = [
  0,
  1,
  0x7f,
  0x80,
  0xff,
  ...new TextEncoder().encode("0123459-ilde:%&=+./[]#?\\"),
];
