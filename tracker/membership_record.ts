/**
 * A membership as it is kept outside of the state: in a snapshot on disk, or with other trackers. Each record stands for
 * itself, so that a copy made while announces go on is as good as one made at a stroke. Pure.
 *
 * @module
 */
import { decodeAddress, encodeAddress } from "../shared/endpoint.ts";
import { ID_LENGTH, type InfoHash, infoHash, infoHashBytes, type PeerId, peerId, peerIdBytes } from "../shared/ids.ts";

/** What names a membership. */
export interface MembershipName {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** Canonical text of an IP address. */
  readonly host: string;
  readonly port: number;
}

/** A client's part in a swarm. */
export interface MembershipRecord extends MembershipName {
  /** The client's address on its own LAN, when it told it from behind a public address; IPv4, as others tell none. */
  readonly lanHost?: string;
  readonly leftBytes: number;
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly isPartialSeeder: boolean;
  /** On the clock of whoever holds it; of ours the client's. */
  readonly leaseEndsAtMs: number;
}

/** Offsets in a record. */
const OFFSET = {
  infoHash: 0,
  peerId: ID_LENGTH,
  address: 2 * ID_LENGTH,
  port: 2 * ID_LENGTH + 16,
  isPartialSeeder: 2 * ID_LENGTH + 18,
  /** Zero for none. */
  lanAddress: 2 * ID_LENGTH + 20,
  leftBytes: 2 * ID_LENGTH + 24,
  uploadedBytes: 2 * ID_LENGTH + 32,
  downloadedBytes: 2 * ID_LENGTH + 40,
  leaseEndsAtMs: 2 * ID_LENGTH + 48,
} as const;

/** Bytes of an IPv4 address. */
const LAN_ADDRESS_LENGTH = 4;

/** Bytes of a record. */
export const MEMBERSHIP_RECORD_LENGTH: number = OFFSET.leaseEndsAtMs + 8;

/** Writes a record into a buffer of its length. */
export function encodeMembership(record: MembershipRecord, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, MEMBERSHIP_RECORD_LENGTH);
  const address = encodeAddress(record.host);
  if (address === undefined) throw new RangeError(`Cannot keep ${record.host}: it is no address`);
  into.fill(0, 0, MEMBERSHIP_RECORD_LENGTH);
  into.set(infoHashBytes(record.infoHash), OFFSET.infoHash);
  into.set(peerIdBytes(record.peerId), OFFSET.peerId);
  if (address.length === 4) view.setUint16(OFFSET.address + 10, 0xffff);
  into.set(address, OFFSET.address + 16 - address.length);
  view.setUint16(OFFSET.port, record.port);
  const lanAddress = record.lanHost === undefined ? undefined : encodeAddress(record.lanHost);
  if (lanAddress?.length === LAN_ADDRESS_LENGTH) into.set(lanAddress, OFFSET.lanAddress);
  view.setUint8(OFFSET.isPartialSeeder, record.isPartialSeeder ? 1 : 0);
  view.setFloat64(OFFSET.leftBytes, record.leftBytes);
  view.setFloat64(OFFSET.uploadedBytes, record.uploadedBytes);
  view.setFloat64(OFFSET.downloadedBytes, record.downloadedBytes);
  view.setFloat64(OFFSET.leaseEndsAtMs, record.leaseEndsAtMs);
}

/** Reads a record that {@link encodeMembership} wrote. */
export function decodeMembership(bytes: Uint8Array): MembershipRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, MEMBERSHIP_RECORD_LENGTH);
  const lanAddress = bytes.subarray(OFFSET.lanAddress, OFFSET.lanAddress + LAN_ADDRESS_LENGTH);
  return {
    infoHash: infoHash(bytes.subarray(OFFSET.infoHash, OFFSET.peerId)),
    peerId: peerId(bytes.subarray(OFFSET.peerId, OFFSET.address)),
    host: decodeAddress(bytes.subarray(OFFSET.address, OFFSET.port)),
    port: view.getUint16(OFFSET.port),
    ...(lanAddress.some((byte) => byte !== 0) ? { lanHost: decodeAddress(lanAddress) } : {}),
    isPartialSeeder: view.getUint8(OFFSET.isPartialSeeder) === 1,
    leftBytes: view.getFloat64(OFFSET.leftBytes),
    uploadedBytes: view.getFloat64(OFFSET.uploadedBytes),
    downloadedBytes: view.getFloat64(OFFSET.downloadedBytes),
    leaseEndsAtMs: view.getFloat64(OFFSET.leaseEndsAtMs),
  };
}
