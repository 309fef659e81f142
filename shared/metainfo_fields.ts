/**
 * Reading the members of a dictionary in a torrent file: each is what it should be, or the reader is told which one is
 * not, and where it stands.
 *
 * @module
 */

import { type BencodeDictionary, bencodeSpan, type BencodeValue } from "./bencode.ts";
import { bytesToText } from "./bencode_text.ts";

/** Bytes that are not a torrent, or not one that can be. */
export class MetainfoSyntaxError extends SyntaxError {
  /** Always `MetainfoSyntaxError`. */
  override readonly name = "MetainfoSyntaxError";
  /** Index of the byte of the input where the wrong value starts; 0 when something is missing. */
  readonly offset: number;

  /** `offset` counts bytes of the input. */
  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

/** The members of one dictionary. */
export class MetainfoFields {
  readonly #dictionary: BencodeDictionary;
  readonly #source: { readonly bytes: Uint8Array; readonly topKey?: string };

  /**
   * The dictionary that `bytes` is; or, with `topKey`, one that lies somewhere inside that member of it. The bytes are
   * read again only to tell where a fault is.
   */
  constructor(dictionary: BencodeDictionary, source: { readonly bytes: Uint8Array; readonly topKey?: string }) {
    this.#dictionary = dictionary;
    this.#source = source;
  }

  /** Whether there is such a member. */
  has(key: string): boolean {
    return this.#dictionary.has(key);
  }

  /** The members in the order of the file. */
  entries(): Iterable<[string, BencodeValue]> {
    return this.#dictionary.entries();
  }

  /** A member that may be missing, of whatever type. */
  optional(key: string): BencodeValue | undefined {
    return this.#dictionary.get(key);
  }

  /** A whole number from `min` to `max`. */
  integer(key: string, range: { readonly min: number; readonly max: number }): number {
    const value = this.#dictionary.get(key);
    if (typeof value !== "number" || value < range.min || value > range.max) {
      const found = typeof value === "number" || typeof value === "bigint" ? `is ${value}` : "is not an integer";
      this.fail(key, `${found}, expected ${range.min} to ${range.max}`);
    }
    return value;
  }

  /** A byte string (a view of the input). */
  bytes(key: string): Uint8Array {
    const value = this.#dictionary.get(key);
    if (!(value instanceof Uint8Array)) this.fail(key, "is not a byte string");
    return value;
  }

  /** Text: the `.utf-8` twin of the member where an old client wrote one, else the member. */
  text(key: string): string {
    const twin = this.#dictionary.get(`${key}.utf-8`);
    return bytesToText(twin instanceof Uint8Array ? twin : this.bytes(key));
  }

  /** A list of whatever. */
  list(key: string): readonly BencodeValue[] {
    const value = this.#dictionary.get(key);
    if (!isList(value)) this.fail(key, "is not a list");
    return value;
  }

  /** A dictionary. */
  fields(key: string): MetainfoFields {
    return this.within(this.#dictionary.get(key), key);
  }

  /** The members of a dictionary that was found inside the member `key`. */
  within(value: BencodeValue | undefined, key: string): MetainfoFields {
    if (!(value instanceof Map)) this.fail(key, "is not a dictionary");
    return new MetainfoFields(value, { bytes: this.#source.bytes, topKey: this.#source.topKey ?? key });
  }

  /**
   * Says what is wrong with a member.
   *
   * @throws {MetainfoSyntaxError} always
   */
  fail(key: string, why: string): never {
    const { bytes, topKey } = this.#source;
    const span = bencodeSpan(bytes, topKey ?? key);
    const offset = span === undefined ? 0 : span.byteOffset - bytes.byteOffset;
    const where = topKey === undefined || topKey === key ? `"${key}"` : `"${key}" inside "${topKey}"`;
    throw new MetainfoSyntaxError(`Cannot read a torrent: ${where} ${why}`, offset);
  }
}

function isList(value: BencodeValue | undefined): value is readonly BencodeValue[] {
  return Array.isArray(value);
}
