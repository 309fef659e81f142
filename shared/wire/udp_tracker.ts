/**
 * Every datagram between client and UDP tracker, both directions (BEP 15; options, BEP 41).
 *
 * Invariant: datagrams may be longer than known ("do not expect packets to be exactly of a certain size"), never
 * shorter. Answers carry IPv4 peers over IPv4 and IPv6 peers over IPv6, so their codec must be told the family.
 *
 * One room because requests and responses share layouts and numbers, and a third of the lines are the shapes.
 *
 * @module
 */

import { assertNever } from "../assert_never.ts";
import { bytesToText } from "../bencode_text.ts";
import { decodeAddress, encodeAddress } from "../endpoint.ts";
import { type InfoHash, infoHash, infoHashBytes, peerId, peerIdBytes } from "../ids.ts";
import { ProtocolError } from "../protocol_error.ts";
import { type Announce, type AnnounceResponse, type ScrapeCounts, UNKNOWN_LEFT } from "./announce.ts";
import { type AddressFamily, compactPeerLength, decodeCompactPeers, encodeCompactPeers } from "./compact_peers.ts";
import { ANNOUNCE_REQUEST, ANNOUNCE_RESPONSE, readByteCount, UDP_ACTION, UDP_EVENTS } from "./udp_announce.ts";

/** Info-hashes of one scrape: "up to about 74" (BEP 15), so that request and response fit in one Ethernet frame. */
export const MAX_SCRAPED_SWARMS = 74;

/** Asks for a connection id (BEP 15). 16 bytes, as long as its answer: it cannot amplify. */
export interface UdpConnectRequest {
  /** Tag of the union. */
  readonly type: "connect";
  /** Chosen by the client, 0 to 2³²−1; the answer repeats it. */
  readonly transactionId: number;
}
/** An announce over UDP (BEP 15). Its `trackerId` is not sent. */
export interface UdpAnnounceRequest extends Announce {
  /** Tag of the union. */
  readonly type: "announce";
  /** What the tracker gave, 64 bits unsigned. */
  readonly connectionId: bigint;
  /** Chosen by the client, 0 to 2³²−1; the answer repeats it. */
  readonly transactionId: number;
  /** Path and query of the tracker's URL (BEP 41 URLData), `/key/announce?x=y`; absent when the client sent none. */
  readonly path?: string;
}
/** Asks for the sizes of swarms (BEP 15). */
export interface UdpScrapeRequest {
  /** Tag of the union. */
  readonly type: "scrape";
  /** What the tracker gave, 64 bits unsigned. */
  readonly connectionId: bigint;
  /** Chosen by the client, 0 to 2³²−1; the answer repeats it. */
  readonly transactionId: number;
  /** At most {@link MAX_SCRAPED_SWARMS}. */
  readonly infoHashes: readonly InfoHash[];
}
/** Any datagram from client to tracker. */
export type UdpRequest = UdpConnectRequest | UdpAnnounceRequest | UdpScrapeRequest;

/** A connection id, good for a minute (BEP 15). */
export interface UdpConnectResponse {
  /** Tag of the union. */
  readonly type: "connect";
  /** Of the request. */
  readonly transactionId: number;
  /** To be sent with announces and scrapes, 64 bits unsigned. */
  readonly connectionId: bigint;
}
/** The answer to an announce (BEP 15); of its optional parts none is sent. */
export interface UdpAnnounceResponse extends AnnounceResponse {
  /** Tag of the union. */
  readonly type: "announce";
  /** Of the request. */
  readonly transactionId: number;
}
/** The answer to a scrape (BEP 15). */
export interface UdpScrapeResponse {
  /** Tag of the union. */
  readonly type: "scrape";
  /** Of the request. */
  readonly transactionId: number;
  /** In the order of the request's info-hashes. */
  readonly swarms: readonly ScrapeCounts[];
}
/** The tracker's no (BEP 15). */
export interface UdpErrorResponse {
  /** Tag of the union. */
  readonly type: "error";
  /** Of the request. */
  readonly transactionId: number;
  /** The tracker's own words. */
  readonly message: string;
}
/** Any datagram from tracker to client. */
export type UdpResponse = UdpConnectResponse | UdpAnnounceResponse | UdpScrapeResponse | UdpErrorResponse;

/** How an announce response is written. */
export interface UdpResponseOptions {
  /** Address family of the datagram that carries it. */
  readonly family: AddressFamily;
  /**
   * The peers already packed, of that family, in place of the response's own: a tracker that keeps them so packs
   * nothing for each announce. Copied.
   */
  readonly compactPeers?: Uint8Array;
}

/**
 * A request datagram, in a new buffer that the caller owns.
 *
 * @throws {RangeError} when a number does not fit its field, or more swarms are scraped than one datagram holds
 */
export function encodeUdpRequest(request: UdpRequest): Uint8Array {
  switch (request.type) {
    case "connect":
      return requestHead(CONNECT_LENGTH, ACTION.connect, { connectionId: PROTOCOL_ID, ...request }).bytes;
    case "announce":
      return encodeAnnounceRequest(request);
    case "scrape":
      return encodeScrapeRequest(request);
    default:
      return assertNever(request);
  }
}

/**
 * Reads a request datagram. The result shares nothing with it. Whether the connection id is one of ours, and the port
 * one that can be dialled, is for the tracker to judge. Byte counts beyond 2⁵³−1 are read as 2⁵³−1; an event of a later
 * version counts as none.
 *
 * @throws {ProtocolError} `malformed` when it is too short or does not begin like a request; `unexpected` for an action
 * that is none of ours; `limit` when more than {@link MAX_SCRAPED_SWARMS} swarms are scraped
 */
export function decodeUdpRequest(bytes: Uint8Array): UdpRequest {
  checkLength("request", bytes, CONNECT_LENGTH);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const connectionId = view.getBigUint64(0);
  const action = view.getUint32(8);
  const transactionId = view.getUint32(12);
  switch (action) {
    case ACTION.connect:
      if (connectionId !== PROTOCOL_ID) {
        throw new ProtocolError("malformed", "Cannot read a datagram as a connect request: wrong protocol id");
      }
      return { type: "connect", transactionId };
    case ACTION.announce:
      checkLength("announce request", bytes, ANNOUNCE_LENGTH);
      return { type: "announce", connectionId, transactionId, ...decodeAnnounce(bytes, view) };
    case ACTION.scrape:
      return { type: "scrape", connectionId, transactionId, infoHashes: decodeScrapedSwarms(bytes) };
    default:
      throw new ProtocolError("unexpected", `Cannot answer a datagram with action ${action}`);
  }
}

/**
 * A response datagram, in a new buffer that the caller owns. Peers of the other address family are left out.
 *
 * @throws {RangeError} when a number does not fit its field
 */
export function encodeUdpResponse(response: UdpResponse, options: UdpResponseOptions): Uint8Array {
  switch (response.type) {
    case "connect": {
      const { bytes, view } = responseHead(CONNECT_LENGTH, ACTION.connect, response.transactionId);
      view.setBigUint64(8, response.connectionId);
      return bytes;
    }
    case "announce":
      return encodeAnnounceResponse(response, options);
    case "scrape": {
      const length = RESPONSE_HEAD_LENGTH + response.swarms.length * SCRAPE_ENTRY_LENGTH;
      const { bytes, view } = responseHead(length, ACTION.scrape, response.transactionId);
      response.swarms.forEach((swarm, index) => {
        const offset = RESPONSE_HEAD_LENGTH + index * SCRAPE_ENTRY_LENGTH;
        writeUint32(view, offset, swarm.seederCount);
        writeUint32(view, offset + 4, swarm.completedCount);
        writeUint32(view, offset + 8, swarm.leecherCount);
      });
      return bytes;
    }
    case "error": {
      const message = new TextEncoder().encode(response.message);
      const { bytes } = responseHead(RESPONSE_HEAD_LENGTH + message.length, ACTION.error, response.transactionId);
      bytes.set(message, RESPONSE_HEAD_LENGTH);
      return bytes;
    }
    default:
      return assertNever(response);
  }
}

/**
 * Reads a response datagram. The result shares nothing with it. Bytes behind the last whole peer or swarm are ignored,
 * and peers without a port are left out.
 *
 * @throws {ProtocolError} `malformed` when it is too short; `unexpected` for an action that is none of ours
 */
export function decodeUdpResponse(bytes: Uint8Array, options: { readonly family: AddressFamily }): UdpResponse {
  checkLength("response", bytes, RESPONSE_HEAD_LENGTH);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const action = view.getUint32(0);
  const transactionId = view.getUint32(4);
  switch (action) {
    case ACTION.connect:
      checkLength("connect response", bytes, CONNECT_LENGTH);
      return { type: "connect", transactionId, connectionId: view.getBigUint64(8) };
    case ACTION.announce:
      checkLength("announce response", bytes, ANNOUNCE_RESPONSE_LENGTH);
      return {
        type: "announce",
        transactionId,
        intervalSeconds: view.getUint32(8),
        leecherCount: view.getUint32(12),
        seederCount: view.getUint32(16),
        peers: decodeCompactPeers(wholePeers(bytes, options.family), options.family).filter(({ port }) => port !== 0),
      };
    case ACTION.scrape:
      return { type: "scrape", transactionId, swarms: decodeScrapeCounts(view) };
    case ACTION.error:
      return { type: "error", transactionId, message: bytesToText(bytes.subarray(RESPONSE_HEAD_LENGTH)) };
    default:
      throw new ProtocolError("unexpected", `Cannot read a response with action ${action}`);
  }
}

/** "Magic constant" in place of a connection id in a connect request (BEP 15). */
const PROTOCOL_ID = 0x417_2710_1980n;
const ACTION = UDP_ACTION;
/** Of connect request and response, and of the head of every request. */
const CONNECT_LENGTH = 16;
const ANNOUNCE_LENGTH = ANNOUNCE_REQUEST.options;
const RESPONSE_HEAD_LENGTH = 8;
const ANNOUNCE_RESPONSE_LENGTH = ANNOUNCE_RESPONSE.peers;
const INFO_HASH_LENGTH = 20;
const SCRAPE_ENTRY_LENGTH = 12;
/** "-1: default" (BEP 15). */
const DEFAULT_NUM_WANT = -1;
/** BEP 41. Types of 2 and above are followed by a length byte. */
const OPTION = { end: 0, nop: 1, urlData: 2 } as const;
const MAX_OPTION_LENGTH = 255;

interface Datagram {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

function requestHead(
  length: number,
  action: number,
  ids: { readonly connectionId: bigint; readonly transactionId: number },
): Datagram {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, ids.connectionId);
  view.setUint32(8, action);
  writeUint32(view, 12, ids.transactionId);
  return { bytes, view };
}

function responseHead(length: number, action: number, transactionId: number): Datagram {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, action);
  writeUint32(view, 4, transactionId);
  return { bytes, view };
}

function encodeAnnounceRequest(request: UdpAnnounceRequest): Uint8Array {
  const options = urlDataOptions(request.path);
  const { bytes, view } = requestHead(ANNOUNCE_LENGTH + options.length, ACTION.announce, request);
  bytes.set(infoHashBytes(request.infoHash), 16);
  bytes.set(peerIdBytes(request.peerId), 36);
  writeByteCount(view, 56, request.downloaded);
  writeByteCount(view, 64, request.left);
  writeByteCount(view, 72, request.uploaded);
  view.setUint32(80, UDP_EVENTS.indexOf(request.event));
  // Only an IPv4 address fits; BEP 15 wants 0 where there is none.
  const address = request.ip === undefined ? undefined : encodeAddress(request.ip);
  if (address?.length === 4) bytes.set(address, 84);
  writeUint32(view, 88, request.key ?? 0);
  const numWant = request.numWant ?? DEFAULT_NUM_WANT;
  checkField("a number of peers wanted", numWant, { min: DEFAULT_NUM_WANT, max: 0x7fff_ffff });
  view.setInt32(92, numWant);
  checkField("a port", request.port, { min: 0, max: 0xffff });
  view.setUint16(96, request.port);
  bytes.set(options, ANNOUNCE_LENGTH);
  return bytes;
}

function decodeAnnounce(bytes: Uint8Array, view: DataView): Announce & { readonly path?: string } {
  const event = UDP_EVENTS[view.getUint32(80)];
  const hasAddress = view.getUint32(84) !== 0;
  const key = view.getUint32(88);
  const numWant = view.getInt32(92);
  const path = urlData(bytes.subarray(ANNOUNCE_LENGTH));
  return {
    infoHash: infoHash(bytes.subarray(16, 36)),
    peerId: peerId(bytes.subarray(36, 56)),
    downloaded: readByteCount(view, 56),
    left: readByteCount(view, 64),
    uploaded: readByteCount(view, 72),
    port: view.getUint16(96),
    ...(event !== undefined && { event }),
    ...(hasAddress && { ip: decodeAddress(bytes.subarray(84, 88)) }),
    ...(key !== 0 && { key }),
    ...(numWant >= 0 && { numWant }),
    ...(path !== undefined && { path }),
  };
}

function encodeScrapeRequest(request: UdpScrapeRequest): Uint8Array {
  const { infoHashes } = request;
  checkField("a number of scraped swarms", infoHashes.length, { min: 0, max: MAX_SCRAPED_SWARMS });
  const { bytes } = requestHead(CONNECT_LENGTH + infoHashes.length * INFO_HASH_LENGTH, ACTION.scrape, request);
  infoHashes.forEach((hash, index) => bytes.set(infoHashBytes(hash), CONNECT_LENGTH + index * INFO_HASH_LENGTH));
  return bytes;
}

function decodeScrapedSwarms(bytes: Uint8Array): InfoHash[] {
  const count = Math.floor((bytes.length - CONNECT_LENGTH) / INFO_HASH_LENGTH);
  if (count > MAX_SCRAPED_SWARMS) {
    throw new ProtocolError("limit", `Cannot scrape ${count} swarms at once: the limit is ${MAX_SCRAPED_SWARMS}`);
  }
  return Array.from({ length: count }, (_, index) => {
    const offset = CONNECT_LENGTH + index * INFO_HASH_LENGTH;
    return infoHash(bytes.subarray(offset, offset + INFO_HASH_LENGTH));
  });
}

function encodeAnnounceResponse(response: UdpAnnounceResponse, options: UdpResponseOptions): Uint8Array {
  const peers = options.compactPeers ?? encodeCompactPeers(response.peers, options.family);
  const length = ANNOUNCE_RESPONSE_LENGTH + peers.length;
  const { bytes, view } = responseHead(length, ACTION.announce, response.transactionId);
  writeUint32(view, 8, response.intervalSeconds);
  writeUint32(view, 12, response.leecherCount);
  writeUint32(view, 16, response.seederCount);
  bytes.set(peers, ANNOUNCE_RESPONSE_LENGTH);
  return bytes;
}

function wholePeers(bytes: Uint8Array, family: AddressFamily): Uint8Array {
  const length = bytes.length - ANNOUNCE_RESPONSE_LENGTH;
  return bytes.subarray(ANNOUNCE_RESPONSE_LENGTH, bytes.length - length % compactPeerLength(family));
}

function decodeScrapeCounts(view: DataView): ScrapeCounts[] {
  const count = Math.floor((view.byteLength - RESPONSE_HEAD_LENGTH) / SCRAPE_ENTRY_LENGTH);
  return Array.from({ length: count }, (_, index) => {
    const offset = RESPONSE_HEAD_LENGTH + index * SCRAPE_ENTRY_LENGTH;
    return {
      seederCount: view.getUint32(offset),
      completedCount: view.getUint32(offset + 4),
      leecherCount: view.getUint32(offset + 8),
    };
  });
}

/** The options that carry a path: chunks of at most 255 bytes, each behind its type and length (BEP 41). */
function urlDataOptions(path: string | undefined): Uint8Array {
  if (path === undefined) return new Uint8Array();
  const data = new TextEncoder().encode(path);
  const chunkCount = Math.max(1, Math.ceil(data.length / MAX_OPTION_LENGTH));
  const options = new Uint8Array(data.length + chunkCount * 2);
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const part = data.subarray(chunk * MAX_OPTION_LENGTH, (chunk + 1) * MAX_OPTION_LENGTH);
    const offset = chunk * (MAX_OPTION_LENGTH + 2);
    options.set([OPTION.urlData, part.length], offset);
    options.set(part, offset + 2);
  }
  return options;
}

/** The path in the options; an option that the datagram cuts off ends them, as clients of old pad announces. */
function urlData(options: Uint8Array): string | undefined {
  const chunks: Uint8Array[] = [];
  let offset = 0;
  while (offset < options.length) {
    const type = options[offset];
    if (type === OPTION.end) break;
    if (type === OPTION.nop) {
      offset += 1;
      continue;
    }
    const end = offset + 2 + (options[offset + 1] ?? 0);
    if (offset + 2 > options.length || end > options.length) break;
    if (type === OPTION.urlData) chunks.push(options.subarray(offset + 2, end));
    offset = end;
  }
  return chunks.length === 0 ? undefined : bytesToText(joined(chunks));
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function writeByteCount(view: DataView, offset: number, count: number): void {
  checkField("a number of bytes", count, { min: 0, max: UNKNOWN_LEFT });
  view.setBigUint64(offset, BigInt(count));
}

function writeUint32(view: DataView, offset: number, value: number): void {
  checkField("a number", value, { min: 0, max: 0xffff_ffff });
  view.setUint32(offset, value);
}

function checkField(what: string, value: number, range: { readonly min: number; readonly max: number }): void {
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new RangeError(`Cannot write ${what} from ${range.min} to ${range.max}: current value is ${value}`);
  }
}

function checkLength(what: string, bytes: Uint8Array, minLength: number): void {
  if (bytes.length < minLength) {
    throw new ProtocolError(
      "malformed",
      `Cannot read ${what} of at least ${minLength} bytes: current length is ${bytes.length}`,
    );
  }
}
