/**
 * Looks up names.
 * @module
 */

import { lookup } from "node:dns/promises";
import { encodeAddress } from "../../shared/endpoint.ts";

/** All addresses of a host, those of IPv4 first: of a literal itself, of a name that has none, none. */
export async function hostAddresses(host: string): Promise<readonly string[]> {
  if (encodeAddress(host) !== undefined) return [host];
  try {
    const addresses = await lookup(host, { all: true });
    return addresses.sort((a, b) => a.family - b.family).map(({ address }) => address);
  } catch (error) {
    // Node's name look-up fails with a plain error that has a code (ENOTFOUND, EAI_AGAIN).
    if (!(error instanceof Error && "code" in error)) throw error;
    return [];
  }
}
