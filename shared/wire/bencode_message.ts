/**
 * Reading the bencoded dictionaries that strangers send: extension messages and tracker answers.
 *
 * Invariant: whatever the bytes, the outcome is a dictionary or a `ProtocolError`. Clients in the wild do not all sort
 * their keys; nothing here is hashed, so that is forgiven.
 *
 * @module
 */

import { type BencodeDictionary, BencodeSyntaxError, type BencodeValue, decodeBencode } from "../bencode.ts";
import { ProtocolError } from "../protocol_error.ts";

/**
 * Reads one bencoded dictionary, which must be all there is. Byte strings in it are views into `bytes`.
 *
 * @param what names the message in errors, with its article: `a scrape response`
 * @throws {ProtocolError} `malformed` when it is not one
 */
export function decodeMessageDictionary(bytes: Uint8Array, what: string): BencodeDictionary {
  return dictionaryOf(readBencode(what, () => decodeBencode(bytes, { allowUnsortedKeys: true })), what);
}

/**
 * Runs a bencode reader over a stranger's bytes.
 *
 * @param what names the message in errors, with its article
 * @throws {ProtocolError} `malformed` in place of a `BencodeSyntaxError`, which is its cause
 */
export function readBencode<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BencodeSyntaxError)) throw error;
    throw new ProtocolError("malformed", `Cannot read ${what}: ${error.message}`, { cause: error });
  }
}

/**
 * The value as a dictionary.
 *
 * @throws {ProtocolError} `malformed` when it is none
 */
export function dictionaryOf(value: BencodeValue | undefined, what: string): BencodeDictionary {
  if (!(value instanceof Map)) throw new ProtocolError("malformed", `Cannot read ${what}: it is no dictionary`);
  return value;
}

/** The value when it is an integer from `min` to `max` that a number holds exactly, else `undefined`. */
export function integerItem(
  value: BencodeValue | undefined,
  range: { readonly min: number; readonly max?: number },
): number | undefined {
  if (typeof value !== "number" || value < range.min) return undefined;
  return range.max !== undefined && value > range.max ? undefined : value;
}

/** The value when it is a byte string of at most `maxLength` bytes (a view), else `undefined`. */
export function bytesItem(
  value: BencodeValue | undefined,
  range: { readonly maxLength: number },
): Uint8Array | undefined {
  return value instanceof Uint8Array && value.length <= range.maxLength ? value : undefined;
}
