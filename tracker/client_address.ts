/**
 * Where a client can be reached: the address its announce came from, or under few conditions the one it claims
 * (the `ip` of BEP 3 and 15). Pure.
 *
 * @module
 */
import { decodeAddress, encodeAddress, isLoopback } from "../shared/endpoint.ts";
import { type AddressWords, addressWords, isSameAddress, reachOf } from "./address_words.ts";

/** First byte of the IPv4 ranges that are no host: "this network" below, multicast and reserved from here (RFC 6890). */
const FIRST_RESERVED_IPV4 = 224;

/** Where a client is. */
export interface ClientAddress {
  /** Where others reach it. */
  readonly address: AddressWords;
  /** Where its neighbours behind the same public address reach it, if it told. */
  readonly lanAddress?: AddressWords;
}

/**
 * Weighs a claimed address. It replaces the source only when that is of our own network, where nobody can point us at
 * strangers unseen; a private one claimed from behind a public address is a hint for neighbours; any other is ignored.
 */
export function clientAddress(source: AddressWords, claimedIp: string): ClientAddress {
  const claimedHost = hostAddress(claimedIp);
  if (claimedHost === undefined || isLoopback(claimedHost)) return { address: source };
  const claimed = addressWords(claimedHost);
  if (isSameAddress(claimed, source)) return { address: source };
  if (reachOf(source) !== "public") return { address: claimed };
  return reachOf(claimed) === "private" ? { address: source, lanAddress: claimed } : { address: source };
}

/** Canonical text of the address of a single host; undefined for anything else. */
function hostAddress(text: string): string | undefined {
  const bytes = encodeAddress(text);
  if (bytes === undefined) return undefined;
  const [first = 0] = bytes;
  if (bytes.length === 4) return first > 0 && first < FIRST_RESERVED_IPV4 ? decodeAddress(bytes) : undefined;
  return first < 0xff && bytes.some((byte) => byte !== 0) ? decodeAddress(bytes) : undefined;
}
