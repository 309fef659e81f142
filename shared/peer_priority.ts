/**
 * The canonical priority of a connection between two peers (BEP 40): both ends compute the same number, and if all prefer
 * high ones a swarm that is larger than anybody's limit is still well connected, whoever spreads lists of peers.
 *
 * @module
 */
import { encodeAddress, type Endpoint } from "./endpoint.ts";

/** CRC-32C (Castagnoli), reflected (RFC 3720 appendix B.4). */
const POLYNOMIAL = 0x82f6_3b78;

/** What counts of the bytes of an address that do not count in full. */
const MASK = 0x55;

/**
 * The priority, 0 to 2³²−1. Undefined when the two are not of one address family, or a host is a name.
 *
 * Addresses are masked: of IPv4 the last two bytes by 0x55, the last one when the first two bytes are equal, none when the
 * first three are; of IPv6 likewise from the 7th byte on, the 8th, or the 9th. Equal addresses go by their ports.
 */
export function peerPriority(one: Endpoint, other: Endpoint): number | undefined {
  const [first, second] = [encodeAddress(one.host), encodeAddress(other.host)];
  if (first === undefined || second === undefined || first.length !== second.length) return undefined;
  const commonCount = first.findIndex((byte, index) => byte !== second[index]);
  if (commonCount < 0) return crc32c(inOrder(portBytes(one.port), portBytes(other.port)));
  const leastKept = first.length === 4 ? 2 : 6;
  const keptCount = commonCount < leastKept ? leastKept : Math.min(commonCount, leastKept + 1) + 1;
  return crc32c(inOrder(masked(first, keptCount), masked(second, keptCount)));
}

function portBytes(port: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, port);
  return bytes;
}

function masked(address: Uint8Array, keptCount: number): Uint8Array {
  return address.map((byte, index) => index < keptCount ? byte : byte & MASK);
}

/** Both, the smaller one first. */
function inOrder(one: Uint8Array, other: Uint8Array): Uint8Array {
  const isFirst = one.toHex() <= other.toHex();
  return Uint8Array.from(isFirst ? [...one, ...other] : [...other, ...one]);
}

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? POLYNOMIAL : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
