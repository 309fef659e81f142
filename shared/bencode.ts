/**
 * Bencode (BEP 3, strict as BEP 52 has it).
 *
 * @module
 */

/** A byte string is a `Uint8Array`; integers beyond 2^53 - 1 are `bigint`. */
export type BencodeValue = number | bigint | Uint8Array | readonly BencodeValue[] | BencodeDictionary;
/** Keys are byte strings, one character (0 to 255) per byte. */
export type BencodeDictionary = ReadonlyMap<string, BencodeValue>;
/** What {@link encodeBencode} takes besides. */
export type BencodeEncodable =
  | BencodeValue
  | string
  | readonly BencodeEncodable[]
  | ReadonlyMap<string, BencodeEncodable>
  | BencodeRecord;
/** A plain object. */
export interface BencodeRecord {
  readonly [key: string]: BencodeEncodable | undefined;
}
export class BencodeSyntaxError extends SyntaxError {
  declare readonly offset: number;
}
export declare function decodeBencode(
  bytes: Uint8Array,
  options?: { readonly allowUnsortedKeys?: boolean },
): BencodeValue;
export declare function decodeBencodePrefix(
  bytes: Uint8Array,
): { readonly value: BencodeValue; readonly length: number };
export declare function encodeBencode(value: BencodeEncodable): Uint8Array<ArrayBuffer>;
export declare function bencodeSpan(bytes: Uint8Array, key: string): Uint8Array | undefined;
export declare function bytesToKey(bytes: Uint8Array): string;
export declare function keyToBytes(key: string): Uint8Array;
export declare function bytesToText(bytes: Uint8Array): string;
