/**
 * Reading bencode (BEP 3), as strict as BEP 52 asks: keys sorted and unique, no leading zeros, no `-0`, nothing after the
 * value. What decodes here encodes back to the same bytes (`bencode_writer.ts`). Depth, digits and number of values are
 * bounded, so that a few bytes from a stranger never cost more than a multiple of their size.
 *
 * @module
 */

import { bytesToKey } from "./bencode_text.ts";

/** Decoded bencode: a byte string is a `Uint8Array`, an integer beyond ±(2^53 − 1) a `bigint`. */
export type BencodeValue = number | bigint | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** A dictionary; each key is a byte string with one character (0 to 255) per byte, in ascending order. */
export type BencodeDictionary = ReadonlyMap<string, BencodeValue>;

/** How {@link decodeBencode} reads. */
export interface BencodeOptions {
  /** Takes dictionaries whose keys are out of order, as some old torrents have them; still no key twice. */
  readonly allowUnsortedKeys?: boolean;
}

/** A value read from the front of a longer input. */
export interface BencodePrefix {
  /** The value. */
  readonly value: BencodeValue;
  /** How many bytes it took. */
  readonly length: number;
}

/** Bytes that are not bencode. */
export class BencodeSyntaxError extends SyntaxError {
  /** Always `BencodeSyntaxError`. */
  override readonly name = "BencodeSyntaxError";
  /** Index of the byte where reading failed. */
  readonly offset: number;

  /** `offset` counts bytes of the input. */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A file tree of BEP 52 nests one level per folder; no real one comes near. Bounds the stack. */
const MAX_DEPTH = 64;

/** Values in one input: a hybrid torrent of 100,000 files has about 15 for each. Bounds memory: two bytes make a list. */
const MAX_VALUES = 2_000_000;

/** The longest integers that a BEP knows are of 64 bits, which have 20 digits. Bounds the work of making a bigint. */
const MAX_DIGITS = 20;

/** The longest string length that is read has 10 digits; the input is never longer than 4 GiB. */
const MAX_LENGTH_DIGITS = 10;

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const COLON = 0x3a;
const MINUS = 0x2d;
const DICTIONARY = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;

/**
 * Reads the one value that the whole input is. Byte strings are views of `bytes`: they change when it does.
 *
 * @throws {BencodeSyntaxError} when the input is anything else, or passes a limit of this module
 */
export function decodeBencode(bytes: Uint8Array, options?: BencodeOptions): BencodeValue {
  const reader = new BencodeReader(bytes, options?.allowUnsortedKeys ?? false);
  const value = reader.value(0);
  if (reader.offset !== bytes.length) {
    throw new BencodeSyntaxError(
      `Cannot read ${bytes.length} bytes as bencode: the value ends at ${reader.offset}`,
      reader.offset,
    );
  }
  return value;
}

/**
 * Reads the value at the front of the input, after which other bytes may follow, as in a `data` message of BEP 9. Byte
 * strings are views of `bytes`.
 *
 * @throws {BencodeSyntaxError} when no value stands there, or it passes a limit of this module
 */
export function decodeBencodePrefix(bytes: Uint8Array): BencodePrefix {
  const reader = new BencodeReader(bytes, false);
  const value = reader.value(0);
  return { value, length: reader.offset };
}

/**
 * The raw bytes of one value of the dictionary that the input is, for instance of `info`, whose hash is the torrent's
 * name; a view of `bytes`. `undefined` when there is no such key. Keys may come in any order.
 *
 * @throws {BencodeSyntaxError} when the input is no dictionary up to that value, or passes a limit of this module
 */
export function bencodeSpan(bytes: Uint8Array, key: string): Uint8Array | undefined {
  const reader = new BencodeReader(bytes, true);
  if (!reader.skip(DICTIONARY)) reader.fail("a dictionary");
  while (!reader.skip(END)) {
    const found = bytesToKey(reader.byteString());
    const start = reader.offset;
    reader.value(1);
    if (found === key) return bytes.subarray(start, reader.offset);
  }
  return undefined;
}

class BencodeReader {
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #allowsUnsortedKeys: boolean;
  #valueCount = 0;

  constructor(bytes: Uint8Array, allowsUnsortedKeys: boolean) {
    this.#bytes = bytes;
    this.#allowsUnsortedKeys = allowsUnsortedKeys;
  }

  value(depth: number): BencodeValue {
    if (depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels`);
    if (++this.#valueCount > MAX_VALUES) this.fail(`at most ${MAX_VALUES} values`);
    switch (this.#bytes[this.offset]) {
      case DICTIONARY:
        this.offset++;
        return this.#dictionary(depth);
      case LIST: {
        this.offset++;
        const items: BencodeValue[] = [];
        while (!this.skip(END)) items.push(this.value(depth + 1));
        return items;
      }
      case INTEGER:
        this.offset++;
        return this.#integer();
      default:
        return this.byteString();
    }
  }

  byteString(): Uint8Array {
    const length = Number(this.#digits(MAX_LENGTH_DIGITS));
    if (!this.skip(COLON)) this.fail("a colon after a length");
    if (length > this.#bytes.length - this.offset) this.fail(`a string of ${length} bytes`);
    this.offset += length;
    return this.#bytes.subarray(this.offset - length, this.offset);
  }

  /** Steps over this byte if it is the next one. */
  skip(byte: number): boolean {
    if (this.#bytes[this.offset] !== byte) return false;
    this.offset++;
    return true;
  }

  fail(expected: string): never {
    const at = this.offset < this.#bytes.length ? `at ${this.offset}` : "at the end of the input";
    throw new BencodeSyntaxError(`Cannot read bencode ${at}: expected ${expected}`, this.offset);
  }

  #dictionary(depth: number): BencodeDictionary {
    const dictionary = new Map<string, BencodeValue>();
    let previous: string | undefined;
    while (!this.skip(END)) {
      const keyOffset = this.offset;
      const key = bytesToKey(this.byteString());
      // One character is one byte here, so that comparing strings compares the bytes.
      const isInOrder = previous === undefined || previous < key;
      if (this.#allowsUnsortedKeys ? dictionary.has(key) : !isInOrder) {
        this.offset = keyOffset;
        this.fail("keys in order, each once");
      }
      previous = key;
      dictionary.set(key, this.value(depth + 1));
    }
    return dictionary;
  }

  #integer(): number | bigint {
    const start = this.offset;
    const sign = this.skip(MINUS) ? "-" : "";
    const digits = this.#digits(MAX_DIGITS);
    if (sign !== "" && digits === "0") {
      this.offset = start;
      this.fail("no negative zero");
    }
    if (!this.skip(END)) this.fail("the end of an integer");
    const number = Number(sign + digits);
    return Number.isSafeInteger(number) ? number : BigInt(sign + digits);
  }

  #digits(maxCount: number): string {
    const start = this.offset;
    let digits = "";
    for (;;) {
      const byte = this.#bytes[this.offset];
      if (byte === undefined || byte < DIGIT_0 || byte > DIGIT_9) break;
      if (digits.length === maxCount) this.fail(`at most ${maxCount} digits`);
      digits += String.fromCharCode(byte);
      this.offset++;
    }
    if (digits === "") this.fail("a value");
    if (digits.length > 1 && digits.startsWith("0")) {
      this.offset = start;
      this.fail("no leading zero");
    }
    return digits;
  }
}
