/**
 * What a UDP tracker says to a datagram (BEP 15, 41), read and written in place: an announce allocates nothing. Invariant: a
 * datagram without a valid connection id never gets an answer longer than itself, so a forged source address gains nothing.
 *
 * @module
 */
import { ProtocolError } from "../shared/protocol_error.ts";
import {
  ANNOUNCE_REQUEST,
  ANNOUNCE_RESPONSE,
  readByteCount,
  UDP_ACTION,
  UDP_EVENTS,
} from "../shared/wire/udp_announce.ts";
import {
  decodeUdpRequest,
  encodeUdpResponse,
  MAX_SCRAPED_SWARMS,
  type UdpResponse,
} from "../shared/wire/udp_tracker.ts";
import type { AccessKey } from "./access_key.ts";
import { ADDRESS_WORDS, addressText, type AddressWords, familyOf } from "./address_words.ts";
import type { AnnounceDesk } from "./announce_desk.ts";
import { AnnounceAnswer, MAX_PEER_COUNT } from "./announce_answer.ts";
import { AnnounceRecord, ID_WORDS } from "./announce_record.ts";
import type { ConnectionIds } from "./connection_id.ts";

/** Longer than any answer: 20 + 6 × 200 bytes of an announce, 8 + 12 × 74 of a scrape, a sentence of an error. */
export const MAX_ANSWER_LENGTH: number = Math.max(
  ANNOUNCE_RESPONSE.peers + 6 * MAX_PEER_COUNT,
  8 + 12 * MAX_SCRAPED_SWARMS,
);

/** Peers in an answer over IPv6: 20 + 18 × 67 bytes fit in the smallest packet it guarantees (1,280, RFC 8200). */
const MAX_IPV6_PEERS = 67;

/** Of a connect request and its answer, and of the head of every request. */
const CONNECT_LENGTH = 16;

/** In place of a connection id in a connect request, its upper and its lower half (BEP 15). */
const PROTOCOL_ID = [0x417, 0x2710_1980] as const;

/** What is said before the desk has a say. Short: the first is only sent where it is no longer than the question. */
const REASONS = {
  "no-connection-id": "Connection id is over",
  "no-key": "This tracker asks for a key",
} as const;

/** What a {@link UdpResponder} is made of. */
export interface UdpResponderOptions {
  readonly desk: AnnounceDesk;
  readonly key: AccessKey;
  readonly connectionIds: ConnectionIds;
}

/** A part of a buffer. */
export interface DatagramPlace {
  readonly view: DataView;
  readonly offset: number;
}

/** A datagram and where it came from. */
export interface Datagram extends DatagramPlace {
  readonly length: number;
  readonly source: AddressWords;
  /** When it came, in milliseconds on the clock of the connection ids and of leases. */
  readonly nowMs: number;
}

/** Answers one datagram after another. */
export class UdpResponder {
  readonly #options: UdpResponderOptions;
  readonly #record = new AnnounceRecord();
  readonly #answer = new AnnounceAnswer();

  /** Asks this desk. */
  constructor(options: UdpResponderOptions) {
    this.#options = options;
  }

  /**
   * Answers a datagram.
   *
   * @param answer a place of {@link MAX_ANSWER_LENGTH} bytes
   * @returns the length of the answer; 0 where silence is the answer: to what is no request, and to whoever has no valid
   * id and sent less than a refusal takes
   */
  respond(request: Datagram, answer: DatagramPlace): number {
    const { view, offset, length } = request;
    const action = length < CONNECT_LENGTH ? -1 : view.getUint32(offset + ANNOUNCE_REQUEST.action);
    const isAnnounce = action === UDP_ACTION.announce && length >= ANNOUNCE_REQUEST.options;
    if (action === UDP_ACTION.connect) return this.#connect(request, answer);
    if (!isAnnounce && action !== UDP_ACTION.scrape) return this.#ignore();
    if (!this.#options.connectionIds.isValid(view, request)) {
      // Said aloud so that a client with an id of before our restart connects anew at once, and does not time out.
      const refusal = this.#refuse(request, "no-connection-id");
      return refusal.length <= length ? write(refusal, answer) : 0;
    }
    return isAnnounce ? this.#announce(request, answer) : this.#scrape(request, answer);
  }

  #ignore(): 0 {
    this.#options.desk.countRefused("udp", "malformed");
    return 0;
  }

  #connect({ view, offset, source, nowMs }: Datagram, answer: DatagramPlace): number {
    const isProtocol = view.getUint32(offset) === PROTOCOL_ID[0] && view.getUint32(offset + 4) === PROTOCOL_ID[1];
    if (!isProtocol) return this.#ignore();
    answer.view.setUint32(answer.offset, UDP_ACTION.connect);
    answer.view.setUint32(answer.offset + 4, view.getUint32(offset + ANNOUNCE_REQUEST.transactionId));
    this.#options.connectionIds.write(answer.view, { offset: answer.offset + 8, source, nowMs });
    return CONNECT_LENGTH;
  }

  #announce(request: Datagram, to: DatagramPlace): number {
    const { desk, key } = this.#options;
    if (!key.isOpen && key.strip(pathOf(request)) === undefined) return write(this.#refuse(request, "no-key"), to);
    this.#read(request);
    const answer = this.#answer;
    desk.announceRecord(this.#record, answer);
    if (answer.refusal !== undefined) return write(errorBytes(request, answer.refusal.reason), to);
    const { view, offset } = to;
    view.setUint32(offset + ANNOUNCE_RESPONSE.action, UDP_ACTION.announce);
    const transactionId = request.view.getUint32(request.offset + ANNOUNCE_REQUEST.transactionId);
    view.setUint32(offset + ANNOUNCE_RESPONSE.transactionId, transactionId);
    view.setUint32(offset + ANNOUNCE_RESPONSE.intervalSeconds, answer.intervalSeconds);
    view.setUint32(offset + ANNOUNCE_RESPONSE.leecherCount, answer.leecherCount);
    view.setUint32(offset + ANNOUNCE_RESPONSE.seederCount, answer.seederCount);
    const family = this.#record.family === 6 ? 6 : 4;
    return answer.writePeers(view, offset + ANNOUNCE_RESPONSE.peers, family) - offset;
  }

  #read({ view, offset, source, nowMs }: Datagram): void {
    const record = this.#record;
    for (let index = 0; index < ID_WORDS; index++) {
      record.infoHash[index] = view.getUint32(offset + ANNOUNCE_REQUEST.infoHash + index * 4);
      record.peerId[index] = view.getUint32(offset + ANNOUNCE_REQUEST.peerId + index * 4);
    }
    for (let index = 0; index < ADDRESS_WORDS; index++) record.source[index] = source[index] ?? 0;
    record.nowMs = nowMs;
    record.family = familyOf(source);
    record.maxPeerCount = record.family === 6 ? MAX_IPV6_PEERS : MAX_PEER_COUNT;
    record.downloaded = readByteCount(view, offset + ANNOUNCE_REQUEST.downloaded);
    record.left = readByteCount(view, offset + ANNOUNCE_REQUEST.left);
    record.uploaded = readByteCount(view, offset + ANNOUNCE_REQUEST.uploaded);
    record.event = UDP_EVENTS[view.getUint32(offset + ANNOUNCE_REQUEST.event)];
    record.wantedCount = view.getInt32(offset + ANNOUNCE_REQUEST.wantedCount);
    record.port = view.getUint16(offset + ANNOUNCE_REQUEST.port);
    const address = view.getUint32(offset + ANNOUNCE_REQUEST.address);
    record.claimedIp = address === 0 ? undefined : addressText(Uint32Array.of(0, 0, 0xffff, address));
  }

  #scrape(request: Datagram, to: DatagramPlace): number {
    const { desk, key } = this.#options;
    // A scrape has no room for a path (BEP 41), hence none for a key.
    if (!key.isOpen) return write(this.#refuse(request, "no-key"), to);
    const decoded = decodeScrape(request);
    if (decoded === undefined) return this.#ignore();
    const { infoHashes, transactionId } = decoded;
    const refusal = desk.admit(addressText(request.source), "udp");
    if (refusal !== undefined) return write(errorBytes(request, refusal.reason), to);
    const swarms = desk.scrape(infoHashes, "udp");
    return write(encodeUdpResponse({ type: "scrape", transactionId, swarms }, { family: 4 }), to);
  }

  #refuse(request: Datagram, code: keyof typeof REASONS): Uint8Array {
    this.#options.desk.countRefused("udp", code);
    return errorBytes(request, REASONS[code]);
  }
}

function errorBytes({ view, offset }: Datagram, message: string): Uint8Array {
  const transactionId = view.getUint32(offset + ANNOUNCE_REQUEST.transactionId);
  const response: UdpResponse = { type: "error", transactionId, message };
  return encodeUdpResponse(response, { family: 4 }).subarray(0, MAX_ANSWER_LENGTH);
}

function bytesOf({ view, offset, length }: Datagram): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}

/** The path that an announce carries (BEP 41). */
function pathOf(request: Datagram): string {
  const decoded = decodeUdpRequest(bytesOf(request));
  return (decoded.type === "announce" ? decoded.path : undefined) ?? "/";
}

function decodeScrape(request: Datagram) {
  try {
    const decoded = decodeUdpRequest(bytesOf(request));
    return decoded.type === "scrape" ? decoded : undefined;
  } catch (error) {
    // More swarms than one answer holds.
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

function write(bytes: Uint8Array, { view, offset }: DatagramPlace): number {
  new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
  return bytes.length;
}
