/**
 * Writing bencode (BEP 3), canonical: there is one way to write a value, and `bencode.ts` reads no other.
 *
 * @module
 */

import type { BencodeValue } from "./bencode.ts";
import { bytesToKey, keyToBytes } from "./bencode_text.ts";

/**
 * What {@link encodeBencode} takes: every {@link BencodeValue}, text (as UTF-8), and plain objects, of which members that
 * are `undefined` are left out.
 */
export type BencodeEncodable =
  | BencodeValue
  | string
  | readonly BencodeEncodable[]
  | ReadonlyMap<string, BencodeEncodable>
  | BencodeRecord;

/** A plain object to encode as a dictionary; its keys are text, written as UTF-8. */
export interface BencodeRecord {
  /** A value, or `undefined` for none. */
  readonly [key: string]: BencodeEncodable | undefined;
}

/**
 * The bytes of a value, canonical: dictionary keys are sorted. The buffer belongs to the caller.
 *
 * @throws {TypeError} for a number that is no safe integer, and for a `Map` key with a character above 255
 */
export function encodeBencode(value: BencodeEncodable): Uint8Array<ArrayBuffer> {
  const writer = new BencodeWriter();
  writer.value(value);
  return writer.take();
}

const DICTIONARY = 0x64;
const END = 0x65;
const LIST = 0x6c;

const TEXT_ENCODER = new TextEncoder();

class BencodeWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  value(value: BencodeEncodable): void {
    if (typeof value === "string") {
      this.#byteString(TEXT_ENCODER.encode(value));
    } else if (typeof value === "number" || typeof value === "bigint") {
      this.#integer(value);
    } else if (value instanceof Uint8Array) {
      this.#byteString(value);
    } else if (isList(value)) {
      this.#byte(LIST);
      for (const item of value) this.value(item);
      this.#byte(END);
    } else {
      this.#dictionary(isDictionary(value) ? value : dictionaryOf(value));
    }
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #dictionary(dictionary: ReadonlyMap<string, BencodeEncodable>): void {
    this.#byte(DICTIONARY);
    const entries = Array.from(dictionary).sort(([left], [right]) => (left < right ? -1 : 1));
    for (const [key, value] of entries) {
      this.#byteString(keyToBytes(key));
      this.value(value);
    }
    this.#byte(END);
  }

  #integer(value: number | bigint): void {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw new TypeError(`Cannot encode a number as an integer: current value is ${value}`);
    }
    this.#ascii(`i${value}e`);
  }

  #byteString(bytes: Uint8Array): void {
    this.#ascii(`${bytes.length}:`);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    for (let index = 0; index < text.length; index++) this.#bytes[this.#length++] = text.charCodeAt(index);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function isList(value: BencodeEncodable): value is readonly BencodeEncodable[] {
  return Array.isArray(value);
}

function isDictionary(value: BencodeEncodable): value is ReadonlyMap<string, BencodeEncodable> {
  return value instanceof Map;
}

function dictionaryOf(record: BencodeRecord): ReadonlyMap<string, BencodeEncodable> {
  const dictionary = new Map<string, BencodeEncodable>();
  for (const [key, value] of Object.entries(record)) {
    if (value !== undefined) dictionary.set(bytesToKey(TEXT_ENCODER.encode(key)), value);
  }
  return dictionary;
}
