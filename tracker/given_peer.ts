/**
 * The peers of an answer, with the bytes that a compact answer consists of (BEP 7, 15, 23). Pure.
 *
 * @module
 */
import type { AnnouncedPeer, AnnounceResponse } from "../shared/wire/announce.ts";
import { compactPeerLength } from "../shared/wire/compact_peers.ts";

/** A peer given to an asker. */
export interface GivenPeer extends AnnouncedPeer {
  /** Address and port: 6 bytes of IPv4 or 18 of IPv6. Shared by many answers: not to be written to. */
  readonly compact: Uint8Array;
}

/** An answer whose peers are packed already. */
export interface GivenResponse extends AnnounceResponse {
  readonly peers: readonly GivenPeer[];
}

/** The packed peers of one family one behind the other, in a new buffer. */
export function packPeers(peers: readonly GivenPeer[], family: 4 | 6): Uint8Array {
  const length = compactPeerLength(family);
  const packed = new Uint8Array(peers.length * length);
  let offset = 0;
  for (const { compact } of peers) {
    if (compact.length !== length) continue;
    // By hand: `set` takes several times as long for so few bytes.
    for (let index = 0; index < length; index++) packed[offset + index] = compact[index] ?? 0;
    offset += length;
  }
  return packed.subarray(0, offset);
}
