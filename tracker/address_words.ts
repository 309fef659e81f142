/**
 * IP addresses as four 32-bit words in network order, IPv4 as mapped IPv6 (RFC 4291 section 2.5.5.2): what is compared for
 * every peer of every answer is compared without text. Pure.
 *
 * @module
 */
import { decodeAddress, encodeAddress } from "../shared/endpoint.ts";

/** Words of an address. */
export const ADDRESS_WORDS = 4;

/** The third word of a mapped IPv4 address; the two before are zero. */
export const MAPPED_WORD = 0xffff;

/** From how far away an address can be reached. */
export type Reach = "loopback" | "private" | "public";

/** An address in words. Whoever holds the array decides whether it changes. */
export type AddressWords = Uint32Array;

/**
 * The words of an IP literal.
 *
 * @throws {RangeError} when the host is a name
 */
export function addressWords(host: string): AddressWords {
  const bytes = encodeAddress(host);
  if (bytes === undefined) throw new RangeError(`Cannot take ${JSON.stringify(host)} as an address: it is a name`);
  const words = new Uint32Array(ADDRESS_WORDS);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) {
    words[2] = MAPPED_WORD;
    words[3] = view.getUint32(0);
  } else {
    for (let index = 0; index < ADDRESS_WORDS; index++) words[index] = view.getUint32(index * 4);
  }
  return words;
}

/** Canonical text of the address whose words begin at `start`. */
export function addressText(words: Uint32Array, start = 0): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < ADDRESS_WORDS; index++) view.setUint32(index * 4, words[start + index] ?? 0);
  return decodeAddress(bytes);
}

/** The family of an address. */
export function familyOf(words: AddressWords): 4 | 6 {
  return words[2] === MAPPED_WORD && words[1] === 0 && words[0] === 0 ? 4 : 6;
}

/** From how far away an address can be reached: loopback (RFC 1122, 4291), private and link-local (RFC 1918, 3927, 4193). */
export function reachOf(words: AddressWords): Reach {
  const first = words[0] ?? 0;
  const last = words[3] ?? 0;
  if (familyOf(words) === 4) {
    const top = last >>> 24;
    if (top === 127) return "loopback";
    const isPrivate = top === 10 || last >>> 20 === 0xac1 || last >>> 16 === 0xc0a8 || last >>> 16 === 0xa9fe;
    return isPrivate ? "private" : "public";
  }
  if (first === 0 && words[1] === 0 && words[2] === 0 && last === 1) return "loopback";
  return first >>> 25 === 0x7e || first >>> 22 === 0x3fa ? "private" : "public";
}

/** Whether two addresses are one. */
export function isSameAddress(a: AddressWords, b: AddressWords): boolean {
  return a[3] === b[3] && a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** Whether all bits under a mask are equal. */
export function isSameUnderMask(a: AddressWords, b: AddressWords, mask: AddressWords): boolean {
  for (let index = 0; index < ADDRESS_WORDS; index++) {
    if ((((a[index] ?? 0) ^ (b[index] ?? 0)) & (mask[index] ?? 0)) !== 0) return false;
  }
  return true;
}
