/**
 * A set of piece indices as BEP 3 sends it: the high bit of the first byte is piece 0. Spare bits at the end are always
 * zero and the count is always exact; no method but the copying ones allocates.
 *
 * @module
 */

import { ProtocolError } from "./protocol_error.ts";

/** Bits set in each byte value. */
const BITS_SET = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

/** Which of `length` pieces there are. */
export class Bitfield {
  /** How many pieces it speaks of. */
  readonly length: number;
  readonly #bytes: Uint8Array;
  #count = 0;

  /**
   * An empty set over `length` pieces.
   *
   * @throws {RangeError} when `length` is not a whole number of at least 0
   */
  constructor(length: number) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot make a bitfield of that length: current value is ${length}`);
    }
    this.length = length;
    this.#bytes = new Uint8Array(Math.ceil(length / 8));
  }

  /**
   * Reads the payload of a `bitfield` message (BEP 3); the bytes are copied.
   *
   * @throws {ProtocolError} `malformed` when the size is not that of `length` bits, or a spare bit is set
   */
  static fromBytes(bytes: Uint8Array, length: number): Bitfield {
    const bitfield = new Bitfield(length);
    if (bytes.length !== bitfield.#bytes.length) {
      throw new ProtocolError("malformed", `Cannot read ${bytes.length} bytes as a bitfield of ${length} pieces`);
    }
    const spare = 8 * bytes.length - length;
    if (((bytes[bytes.length - 1] ?? 0) & ((1 << spare) - 1)) !== 0) {
      throw new ProtocolError("malformed", `Cannot read a bitfield of ${length} pieces: a spare bit is set`);
    }
    bitfield.#bytes.set(bytes);
    for (const byte of bytes) bitfield.#count += BITS_SET[byte] ?? 0;
    return bitfield;
  }

  /** The set of all of `length` pieces. */
  static full(length: number): Bitfield {
    const bitfield = new Bitfield(length);
    const bytes = bitfield.#bytes;
    bytes.fill(0xff);
    if (length % 8 !== 0) bytes[bytes.length - 1] = 0xff00 >> (length % 8) & 0xff;
    bitfield.#count = length;
    return bitfield;
  }

  /** How many pieces are in the set. */
  get count(): number {
    return this.#count;
  }

  /** Whether every piece is in the set (also when there are none at all). */
  get isComplete(): boolean {
    return this.#count === this.length;
  }

  /** Whether no piece is in the set. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether the piece is in the set; `false` for an index that does not exist. */
  has(index: number): boolean {
    // The bound comes first because shifts wrap at 2^32.
    return index >= 0 && index < this.length && ((this.#bytes[index >>> 3] ?? 0) & (0x80 >> (index & 7))) !== 0;
  }

  /**
   * Adds the piece; true when it was not there before.
   *
   * @throws {RangeError} when the index does not exist
   */
  set(index: number): boolean {
    this.#check(index);
    if (this.has(index)) return false;
    this.#bytes[index >>> 3] = (this.#bytes[index >>> 3] ?? 0) | (0x80 >> (index & 7));
    this.#count++;
    return true;
  }

  /**
   * Takes the piece out; true when it was there.
   *
   * @throws {RangeError} when the index does not exist
   */
  clear(index: number): boolean {
    this.#check(index);
    if (!this.has(index)) return false;
    this.#bytes[index >>> 3] = (this.#bytes[index >>> 3] ?? 0) & ~(0x80 >> (index & 7));
    this.#count--;
    return true;
  }

  /** The payload of a `bitfield` message; a fresh copy that belongs to the caller. */
  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** The pieces in the set, ascending. Pieces added or removed meanwhile may or may not show. */
  *indices(): Generator<number, void, undefined> {
    for (let byteIndex = 0; byteIndex < this.#bytes.length; byteIndex++) {
      if (this.#bytes[byteIndex] === 0) continue;
      for (let index = 8 * byteIndex; index < 8 * byteIndex + 8; index++) if (this.has(index)) yield index;
    }
  }

  /** An independent set of the same pieces. */
  clone(): Bitfield {
    const bitfield = new Bitfield(this.length);
    bitfield.#bytes.set(this.#bytes);
    bitfield.#count = this.#count;
    return bitfield;
  }

  #check(index: number): void {
    if (!(index >= 0 && index < this.length && Number.isInteger(index))) {
      throw new RangeError(`Cannot use an index as one of ${this.length} pieces: current value is ${index}`);
    }
  }
}
