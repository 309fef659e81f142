/**
 * A set of addresses and networks (`192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`), for any number of them: a look-up takes a
 * step for each length of prefix that occurs. Pure.
 *
 * @module
 */
import { encodeAddress } from "../shared/endpoint.ts";

/** Addresses that are in or out. */
export class AddressSet {
  /** The networks of each family and prefix length, by their first bits in hex. */
  readonly #networks = new Map<string, { readonly bits: number; readonly prefixes: Set<string> }>();

  /** Whether nobody is in it. */
  get isEmpty(): boolean {
    return this.#networks.size === 0;
  }

  /** Adds an address or a network in CIDR notation (RFC 4632, RFC 4291). Gives false when the text is neither. */
  add(text: string): boolean {
    const [, host = "", length] = /^([0-9A-Fa-f:.]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
    const bytes = encodeAddress(host);
    if (bytes === undefined) return false;
    // The prefix of an IPv4 address in its mapped form (RFC 4291) counts the 96 bits before it.
    const mappedBits = host.includes(":") && bytes.length === 4 ? 96 : 0;
    const bits = length === undefined ? bytes.length * 8 : Number(length) - mappedBits;
    if (bits < 0 || bits > bytes.length * 8) return false;
    const key = `${bytes.length}/${bits}`;
    let network = this.#networks.get(key);
    if (network === undefined) this.#networks.set(key, network = { bits, prefixes: new Set() });
    network.prefixes.add(prefixOf(bytes, bits));
    return true;
  }

  /** Whether an IP address is in it; a name never is. */
  has(host: string): boolean {
    if (this.isEmpty) return false;
    const bytes = encodeAddress(host);
    if (bytes === undefined) return false;
    for (const [key, { bits, prefixes }] of this.#networks) {
      if (key.startsWith(`${bytes.length}/`) && prefixes.has(prefixOf(bytes, bits))) return true;
    }
    return false;
  }
}

/** The first bits of an address in hex, what follows in the last byte set to zero. */
function prefixOf(bytes: Uint8Array, bits: number): string {
  const prefix = bytes.slice(0, Math.ceil(bits / 8));
  const spareBits = prefix.length * 8 - bits;
  const last = prefix.length - 1;
  if (spareBits > 0) prefix[last] = (prefix[last] ?? 0) & (0xff << spareBits);
  return prefix.toHex();
}
