/**
 * Peers tell each other whom they are connected to (BEP 11, `ut_pex`).
 *
 * Invariant: a decoded message holds at most {@link MAX_EXCHANGED_PEERS} peers added and as many dropped, each with a
 * port that can be dialled.
 *
 * @module
 */

import type { BencodeDictionary } from "../bencode.ts";
import { type BencodeEncodable, encodeBencode } from "../bencode_writer.ts";
import { encodeAddress, type Endpoint } from "../endpoint.ts";
import { bytesItem, decodeMessageDictionary } from "./bencode_message.ts";
import { type AddressFamily, compactPeerLength, decodeCompactPeers, encodeCompactPeers } from "./compact_peers.ts";

/**
 * Peers of one message that are read, added and dropped each. BEP 11 allows 50, and more in the first message, where
 * libtorrent sends 100 and others 200; beyond that nothing is gained by believing one peer.
 */
export const MAX_EXCHANGED_PEERS = 200;

/** A peer that the sender is connected to, and what it knows of it. */
export interface PexPeer extends Endpoint {
  /** Prefers encrypted connections (0x01). */
  readonly prefersEncryption: boolean;
  /** Has everything, or wants no more (0x02). */
  readonly isSeeder: boolean;
  /** Speaks uTP (0x04). */
  readonly supportsUtp: boolean;
  /** Speaks `ut_holepunch` (0x08). */
  readonly supportsHolepunch: boolean;
  /** The sender dialled it, so it can be reached (0x10). */
  readonly isReachable: boolean;
}

/** What changed since the sender's last message. */
export interface PeerExchange {
  /** Peers that the sender has connected to. */
  readonly added: readonly PexPeer[];
  /** Peers that it has no longer. */
  readonly dropped: readonly Endpoint[];
}

/**
 * The payload of an `extended` message, in a new buffer that the caller owns. Peers known only by name are left out; of
 * one address family first the IPv4 ones are written, in the given order.
 *
 * @throws {RangeError} when a port is not 0 to 65535
 */
export function encodePeerExchange(exchange: PeerExchange): Uint8Array {
  const items = new Map<string, BencodeEncodable>();
  for (const family of FAMILIES) {
    const { added, flags, dropped } = KEYS[family];
    const peers = exchange.added.filter((peer) => familyOf(peer) === family);
    if (peers.length > 0) {
      items.set(added, encodeCompactPeers(peers, family));
      items.set(flags, Uint8Array.from(peers, flagsOf));
    }
    const gone = encodeCompactPeers(exchange.dropped, family);
    if (gone.length > 0) items.set(dropped, gone);
  }
  // At least one of the lists must be there (BEP 11), even when there is nothing to say.
  if (items.size === 0) items.set(KEYS[4].added, new Uint8Array());
  return encodeBencode(items);
}

/**
 * Reads the payload of an `extended` message. IPv4 peers come first; missing flags count as not set; peers without a
 * port and those beyond {@link MAX_EXCHANGED_PEERS} are left out. The result shares nothing with the payload.
 *
 * @throws {ProtocolError} `malformed` when it is no bencoded dictionary or a list is cut inside a peer
 */
export function decodePeerExchange(payload: Uint8Array): PeerExchange {
  const items = decodeMessageDictionary(payload, "a peer exchange");
  const added: PexPeer[] = [];
  const dropped: Endpoint[] = [];
  for (const family of FAMILIES) {
    const keys = KEYS[family];
    const flags = bytesItem(items.get(keys.flags), { maxLength: Infinity });
    for (const [index, endpoint] of compactPeers(items, keys.added, family).entries()) {
      if (endpoint.port !== 0 && added.length < MAX_EXCHANGED_PEERS) added.push(pexPeer(endpoint, flags?.[index] ?? 0));
    }
    for (const endpoint of compactPeers(items, keys.dropped, family)) {
      if (endpoint.port !== 0 && dropped.length < MAX_EXCHANGED_PEERS) dropped.push(endpoint);
    }
  }
  return { added, dropped };
}

const FAMILIES: readonly AddressFamily[] = [4, 6];
const KEYS = {
  4: { added: "added", flags: "added.f", dropped: "dropped" },
  6: { added: "added6", flags: "added6.f", dropped: "dropped6" },
} as const;
const FLAG = { prefersEncryption: 0x01, isSeeder: 0x02, supportsUtp: 0x04, supportsHolepunch: 0x08, isReachable: 0x10 };

/** Only the peers that will be looked at are unpacked: a frame could hold tens of thousands. */
function compactPeers(items: BencodeDictionary, key: string, family: AddressFamily): readonly Endpoint[] {
  const bytes = bytesItem(items.get(key), { maxLength: Infinity });
  if (bytes === undefined) return [];
  const limit = MAX_EXCHANGED_PEERS * compactPeerLength(family);
  return decodeCompactPeers(bytes.length > limit ? bytes.subarray(0, limit) : bytes, family);
}

function familyOf(endpoint: Endpoint): AddressFamily | undefined {
  const length = encodeAddress(endpoint.host)?.length;
  if (length === undefined) return undefined;
  return length === 4 ? 4 : 6;
}

function flagsOf(peer: PexPeer): number {
  return (peer.prefersEncryption ? FLAG.prefersEncryption : 0) | (peer.isSeeder ? FLAG.isSeeder : 0) |
    (peer.supportsUtp ? FLAG.supportsUtp : 0) | (peer.supportsHolepunch ? FLAG.supportsHolepunch : 0) |
    (peer.isReachable ? FLAG.isReachable : 0);
}

function pexPeer(endpoint: Endpoint, flags: number): PexPeer {
  return {
    ...endpoint,
    prefersEncryption: (flags & FLAG.prefersEncryption) !== 0,
    isSeeder: (flags & FLAG.isSeeder) !== 0,
    supportsUtp: (flags & FLAG.supportsUtp) !== 0,
    supportsHolepunch: (flags & FLAG.supportsHolepunch) !== 0,
    isReachable: (flags & FLAG.isReachable) !== 0,
  };
}
