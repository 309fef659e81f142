/**
 * Lists of peers packed six or eighteen bytes each, as trackers and peer exchange send them (BEP 23 for IPv4, BEP 7 for
 * IPv6): address, then port, in network byte order.
 *
 * Invariant: one list holds one address family; an address that has no place in it is left out, never mangled.
 *
 * @module
 */

import { decodeAddress, encodeAddress, type Endpoint } from "../endpoint.ts";
import { ProtocolError } from "../protocol_error.ts";

/** 4: IPv4, six bytes a peer. 6: IPv6, eighteen. */
export type AddressFamily = 4 | 6;

/** Bytes of one peer in a compact list (BEP 23, BEP 7). */
export function compactPeerLength(family: AddressFamily): number {
  return family === 4 ? 6 : 18;
}

/**
 * Packs the peers of one address family. Those of the other, and those known only by name, are left out: a caller
 * passes the same list for both families. An IPv4-mapped IPv6 address counts as IPv4.
 *
 * @returns a new buffer, n × 6 or n × 18 bytes
 * @throws {RangeError} when a port is not 0 to 65535
 */
export function encodeCompactPeers(endpoints: readonly Endpoint[], family: AddressFamily): Uint8Array {
  const stride = compactPeerLength(family);
  const bytes = new Uint8Array(endpoints.length * stride);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { host, port } of endpoints) {
    const address = encodeAddress(host);
    if (address === undefined || address.length !== stride - PORT_LENGTH) continue;
    if (!Number.isInteger(port) || port < 0 || port > 0xffff) {
      throw new RangeError(`Cannot pack a port from 0 to 65535: current value is ${port}`);
    }
    bytes.set(address, offset);
    view.setUint16(offset + stride - PORT_LENGTH, port);
    offset += stride;
  }
  return offset === bytes.length ? bytes : bytes.slice(0, offset);
}

/**
 * Unpacks a compact list. Ports may be 0, which nobody can dial: positions matter to peer exchange, whose flags stand
 * beside them.
 *
 * @param bytes n × 6 or n × 18 bytes
 * @throws {ProtocolError} `malformed` when the length is no multiple of a peer's
 */
export function decodeCompactPeers(bytes: Uint8Array, family: AddressFamily): Endpoint[] {
  const stride = compactPeerLength(family);
  if (bytes.length % stride !== 0) {
    throw new ProtocolError(
      "malformed",
      `Cannot read a compact list of ${stride}-byte peers: current length is ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const endpoints: Endpoint[] = [];
  for (let offset = 0; offset < bytes.length; offset += stride) {
    const portOffset = offset + stride - PORT_LENGTH;
    endpoints.push({ host: decodeAddress(bytes.subarray(offset, portOffset)), port: view.getUint16(portOffset) });
  }
  return endpoints;
}

const PORT_LENGTH = 2;
