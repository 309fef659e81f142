/**
 * The 68 bytes that open every peer connection (BEP 3; feature bits of BEP 5, 6, 10 and 52).
 *
 * Invariant: whatever `decodeHandshake` accepts, `encodeHandshake` writes back with the same meaning; reserved bits that
 * nobody defined are sent as zero and ignored when received.
 *
 * @module
 */

import {
  type InfoHash,
  infoHash,
  infoHashBytes,
  type InfoHashV2,
  type PeerId,
  peerId,
  peerIdBytes,
  truncateInfoHash,
} from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";

/** Length of a handshake in bytes: 1 + 19 protocol name, 8 reserved, 20 info-hash, 20 peer id (BEP 3). */
export const HANDSHAKE_LENGTH = 68;

/** What a peer says of itself before the first message. */
export interface Handshake {
  /** The torrent: SHA-1 of a v1 info dictionary, or SHA-256 of a v2 one cut to 20 bytes (BEP 52). */
  readonly infoHash: InfoHash;
  /** Who sends it (BEP 20). */
  readonly peerId: PeerId;
  /** The fast extension (BEP 6). */
  readonly supportsFast: boolean;
  /** The extension protocol (BEP 10). */
  readonly supportsExtensions: boolean;
  /** The sender runs a DHT node and takes `port` messages (BEP 5). */
  readonly supportsDht: boolean;
  /** On a hybrid's v1 info-hash: the sender also speaks v2, the answer may carry the v2 info-hash (BEP 52, upgrade path). */
  readonly supportsV2: boolean;
}

/**
 * The 68 bytes of a handshake, in a new buffer that the caller owns.
 *
 * @param handshake what to say
 */
export function encodeHandshake(handshake: Handshake): Uint8Array {
  const bytes = new Uint8Array(HANDSHAKE_LENGTH);
  bytes.set(PROTOCOL_NAME, 0);
  if (handshake.supportsExtensions) bytes[EXTENSIONS_BIT.offset] = EXTENSIONS_BIT.mask;
  bytes[LAST_RESERVED_OFFSET] = (handshake.supportsDht ? DHT_MASK : 0) | (handshake.supportsFast ? FAST_MASK : 0) |
    (handshake.supportsV2 ? V2_MASK : 0);
  bytes.set(infoHashBytes(handshake.infoHash), INFO_HASH_OFFSET);
  bytes.set(peerIdBytes(handshake.peerId), PEER_ID_OFFSET);
  return bytes;
}

/**
 * Reads a handshake. The result shares nothing with `bytes`.
 *
 * @param bytes exactly {@link HANDSHAKE_LENGTH} bytes
 * @throws {ProtocolError} `malformed` when the length is another or the peer speaks another protocol
 */
export function decodeHandshake(bytes: Uint8Array): Handshake {
  if (bytes.length !== HANDSHAKE_LENGTH) {
    throw new ProtocolError(
      "malformed",
      `Cannot read ${HANDSHAKE_LENGTH} bytes as a handshake: current length is ${bytes.length}`,
    );
  }
  for (let offset = 0; offset < PROTOCOL_NAME.length; offset++) {
    if (bytes[offset] !== PROTOCOL_NAME[offset]) {
      throw new ProtocolError("malformed", "Cannot read bytes as a handshake: the peer does not speak BitTorrent");
    }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lastReserved = view.getUint8(LAST_RESERVED_OFFSET);
  return {
    infoHash: infoHash(bytes.subarray(INFO_HASH_OFFSET, PEER_ID_OFFSET)),
    peerId: peerId(bytes.subarray(PEER_ID_OFFSET, HANDSHAKE_LENGTH)),
    supportsFast: (lastReserved & FAST_MASK) !== 0,
    supportsExtensions: (view.getUint8(EXTENSIONS_BIT.offset) & EXTENSIONS_BIT.mask) !== 0,
    supportsDht: (lastReserved & DHT_MASK) !== 0,
    supportsV2: (lastReserved & V2_MASK) !== 0,
  };
}

/**
 * Whether whoever said this knows v2. The bit only offers to upgrade a connection that begins with a v1 info-hash (BEP
 * 52). One that is about the v2 info-hash is v2 anyway, and libtorrent leaves the bit out there.
 *
 * @param infoHashV2 of the torrent, absent when it has no v2 part or that is not known yet
 */
export function speaksV2({ supportsV2, infoHash }: Handshake, infoHashV2: InfoHashV2 | undefined): boolean {
  return supportsV2 || (infoHashV2 !== undefined && infoHash === truncateInfoHash(infoHashV2));
}

/** One byte 19, then the nineteen letters (BEP 3). */
const PROTOCOL_NAME = new TextEncoder().encode("\x13BitTorrent protocol");
/** Reserved byte 5, "bit 20 from the right" (BEP 10). */
const EXTENSIONS_BIT = { offset: 25, mask: 0x10 } as const;
/** Reserved byte 7 holds the other three. */
const LAST_RESERVED_OFFSET = 27;
const DHT_MASK = 0x01; // BEP 5
const FAST_MASK = 0x04; // BEP 6
const V2_MASK = 0x10; // BEP 52: the fourth most significant bit
const INFO_HASH_OFFSET = 28;
const PEER_ID_OFFSET = 48;
