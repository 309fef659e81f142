/**
 * The pieces that a peer may have while it is choked (BEP 6 "Allowed Fast Set Generation"): computed from its address and
 * the torrent, so that it is given the same ones by whomever it asks.
 *
 * @module
 */
import { hash } from "node:crypto";
import { encodeAddress } from "./endpoint.ts";
import { type InfoHash, infoHashBytes } from "./ids.ts";

/** Bytes of an IPv4 address that count: who has several in one network has one set all the same (BEP 6). */
const COUNTED_ADDRESS_BYTES = 3;

const ADDRESS_LENGTH = 4;
const DIGEST_LENGTH = 20;

/**
 * The first `count` pieces of the set of the peer at `host`, in the order of the algorithm; fewer when the torrent has
 * fewer. Empty for an IPv6 address, for which BEP 6 has "no provisions", and for a name.
 */
export function allowedFastSet(
  host: string,
  options: { readonly infoHash: InfoHash; readonly pieceCount: number; readonly count: number },
): readonly number[] {
  const address = encodeAddress(host);
  if (address?.length !== ADDRESS_LENGTH) return [];
  const count = Math.min(options.count, options.pieceCount);
  const pieces = new Set<number>();
  let digest = new Uint8Array(ADDRESS_LENGTH + DIGEST_LENGTH);
  digest.set(address.subarray(0, COUNTED_ADDRESS_BYTES));
  digest.set(infoHashBytes(options.infoHash), ADDRESS_LENGTH);
  while (pieces.size < count) {
    digest = Uint8Array.fromHex(hash("sha1", digest, "hex"));
    const view = new DataView(digest.buffer);
    for (let offset = 0; offset < DIGEST_LENGTH && pieces.size < count; offset += 4) {
      pieces.add(view.getUint32(offset) % options.pieceCount);
    }
  }
  return [...pieces];
}
