/**
 * Every message of the peer wire protocol, both directions (BEP 3; `port` of BEP 5; fast extension, BEP 6; `extended`,
 * BEP 10; hash messages, BEP 52).
 *
 * Invariant: decoding what was encoded gives an equal message. Only the data of a `piece` is a view into the frame
 * (blocks are copied once, by whoever keeps them); all other messages own their bytes and may be kept.
 *
 * One room because a message's shape, its number and its two directions change together, and two hundred of the lines are
 * the shapes.
 *
 * @module
 */

import { assertNever } from "../assert_never.ts";
import type { Block } from "../geometry.ts";
import { type HashRange, MAX_HASHES } from "../hash_proof.ts";
import { HASH_LENGTH } from "../merkle.ts";
import { ProtocolError } from "../protocol_error.ts";

/**
 * The longest frame taken from a peer, in bytes without the length prefix: an answer of {@link MAX_HASHES} hashes with a
 * proof of 32. A bitfield of 2,097,152 pieces, as many as we and libtorrent accept in a torrent, is a little shorter;
 * blocks and metadata pieces (16 KiB) and peer exchange (200 peers) are far below.
 */
export const MAX_FRAME_LENGTH: number = 1 + HASH_LENGTH + 4 * 4 + (MAX_HASHES + 32) * HASH_LENGTH;

/** Bytes of a `piece` frame before its data: 4 length, 1 id, 4 piece, 4 begin (BEP 3). */
export const PIECE_HEADER_LENGTH = 13;

/** Nothing, so that the connection is not taken for dead (BEP 3). */
export interface KeepAliveMessage {
  /** Tag of the union. */
  readonly type: "keep-alive";
}
/** The sender will answer no requests until it unchokes (BEP 3). */
export interface ChokeMessage {
  /** Tag of the union. */
  readonly type: "choke";
}
/** The sender answers requests (BEP 3). */
export interface UnchokeMessage {
  /** Tag of the union. */
  readonly type: "unchoke";
}
/** The receiver has something that the sender wants (BEP 3). */
export interface InterestedMessage {
  /** Tag of the union. */
  readonly type: "interested";
}
/** The receiver has nothing that the sender wants (BEP 3). */
export interface NotInterestedMessage {
  /** Tag of the union. */
  readonly type: "not-interested";
}
/** The sender has verified one more piece (BEP 3). */
export interface HaveMessage {
  /** Tag of the union. */
  readonly type: "have";
  /** Piece index, 0 to 2³²−1, not checked against the torrent. */
  readonly piece: number;
}
/** All that the sender has (BEP 3). */
export interface BitfieldMessage {
  /** Tag of the union. */
  readonly type: "bitfield";
  /** High bit of the first byte is piece 0. A copy; its length and spare bits are not checked against the torrent. */
  readonly bytes: Uint8Array;
}
/** Asks for a range of a piece (BEP 3). All fields 0 to 2³²−1, not checked against the torrent. */
export interface RequestMessage extends Block {
  /** Tag of the union. */
  readonly type: "request";
}
/** Withdraws a request (BEP 3). */
export interface CancelMessage extends Block {
  /** Tag of the union. */
  readonly type: "cancel";
}
/** A request that will not be answered with data (BEP 6). */
export interface RejectRequestMessage extends Block {
  /** Tag of the union. */
  readonly type: "reject-request";
}
/** A range of a piece (BEP 3). */
export interface PieceMessage {
  /** Tag of the union. */
  readonly type: "piece";
  /** Piece index, 0 to 2³²−1. */
  readonly piece: number;
  /** Offset in the piece in bytes, 0 to 2³²−1. */
  readonly begin: number;
  /** At least one byte. When decoded: a view into the frame, valid as long as that is. */
  readonly data: Uint8Array;
}
/** The UDP port of the sender's DHT node (BEP 5). */
export interface PortMessage {
  /** Tag of the union. */
  readonly type: "port";
  /** 0 to 65535. */
  readonly port: number;
}
/** A piece that the sender would like to be asked for (BEP 6). */
export interface SuggestPieceMessage {
  /** Tag of the union. */
  readonly type: "suggest-piece";
  /** Piece index, 0 to 2³²−1. */
  readonly piece: number;
}
/** Instead of a bitfield: the sender has every piece (BEP 6). */
export interface HaveAllMessage {
  /** Tag of the union. */
  readonly type: "have-all";
}
/** Instead of a bitfield: the sender has no piece (BEP 6). */
export interface HaveNoneMessage {
  /** Tag of the union. */
  readonly type: "have-none";
}
/** A piece that may be asked for while choked (BEP 6). */
export interface AllowedFastMessage {
  /** Tag of the union. */
  readonly type: "allowed-fast";
  /** Piece index, 0 to 2³²−1. */
  readonly piece: number;
}
/** A message of an extension (BEP 10). */
export interface ExtendedMessage {
  /** Tag of the union. */
  readonly type: "extended";
  /** 0: the extension handshake; else the number that the receiver gave to the extension, to 255. */
  readonly id: number;
  /** What the extension says. A copy when decoded. */
  readonly payload: Uint8Array;
}
/** Asks for a run of hashes of a file's tree, with proof (BEP 52). */
export interface HashRequestMessage extends HashRange {
  /** Tag of the union. */
  readonly type: "hash-request";
}
/** Hashes that were asked for (BEP 52). */
export interface HashesMessage extends HashRange {
  /** Tag of the union. */
  readonly type: "hashes";
  /** The base layer's hashes, then the uncles towards the root, 32 bytes each. A copy when decoded. */
  readonly hashes: Uint8Array;
}
/** A hash request that will not be answered with hashes (BEP 52). */
export interface HashRejectMessage extends HashRange {
  /** Tag of the union. */
  readonly type: "hash-reject";
}
/** A message of a protocol that we do not know; to be ignored. */
export interface UnknownMessage {
  /** Tag of the union. */
  readonly type: "unknown";
  /** Its message id, 0 to 255. Its payload is left out. */
  readonly id: number;
}

/** Any message between peers after the handshake. */
export type PeerMessage =
  | KeepAliveMessage
  | ChokeMessage
  | UnchokeMessage
  | InterestedMessage
  | NotInterestedMessage
  | HaveMessage
  | BitfieldMessage
  | RequestMessage
  | CancelMessage
  | RejectRequestMessage
  | PieceMessage
  | PortMessage
  | SuggestPieceMessage
  | HaveAllMessage
  | HaveNoneMessage
  | AllowedFastMessage
  | ExtendedMessage
  | HashRequestMessage
  | HashesMessage
  | HashRejectMessage
  | UnknownMessage;

/** The messages that concern who has, wants and gives what: no block data, no extension, no keep-alive. */
export type ControlMessage = Exclude<PeerMessage, PieceMessage | ExtendedMessage | KeepAliveMessage>;

/**
 * Reads one frame.
 *
 * @param frame the frame without its length prefix; empty is a keep-alive
 * @returns the message; `piece` data is a view into `frame`, everything else is a copy
 * @throws {ProtocolError} `malformed` when the length does not suit the message
 */
export function decodePeerMessage(frame: Uint8Array): PeerMessage {
  if (frame.length === 0) return KEEP_ALIVE;
  const view = viewOver(frame.buffer);
  const id = view.getUint8(frame.byteOffset);
  switch (id) {
    case MESSAGE_ID.piece:
      return decodePiece(frame, view);
    case MESSAGE_ID.request:
      return decodeBlockMessage("request", frame, view);
    case MESSAGE_ID.have:
      return { type: "have", piece: decodeIndex("have", frame, view) };
    case MESSAGE_ID.cancel:
      return decodeBlockMessage("cancel", frame, view);
    case MESSAGE_ID.rejectRequest:
      return decodeBlockMessage("reject-request", frame, view);
    case MESSAGE_ID.bitfield:
      return { type: "bitfield", bytes: frame.slice(1) };
    case MESSAGE_ID.port:
      checkFrameLength("port", frame, 3);
      return { type: "port", port: view.getUint16(frame.byteOffset + 1) };
    case MESSAGE_ID.suggestPiece:
      return { type: "suggest-piece", piece: decodeIndex("suggest-piece", frame, view) };
    case MESSAGE_ID.allowedFast:
      return { type: "allowed-fast", piece: decodeIndex("allowed-fast", frame, view) };
    case MESSAGE_ID.extended:
      return decodeExtended(frame);
    case MESSAGE_ID.hashRequest:
      checkFrameLength("hash-request", frame, HASH_RANGE_FRAME_LENGTH);
      return { type: "hash-request", ...decodeHashRange(frame, view) };
    case MESSAGE_ID.hashReject:
      checkFrameLength("hash-reject", frame, HASH_RANGE_FRAME_LENGTH);
      return { type: "hash-reject", ...decodeHashRange(frame, view) };
    case MESSAGE_ID.hashes:
      return decodeHashes(frame, view);
    default:
      return decodeBareMessage(id, frame);
  }
}

/**
 * The whole frame of a message, with its length prefix, in a new buffer that the caller owns.
 *
 * @throws {RangeError} when a number does not fit its field
 */
export function encodePeerMessage(message: PeerMessage): Uint8Array {
  const bytes = new Uint8Array(encodedLength(message));
  encodePeerMessageInto(message, bytes, 0);
  return bytes;
}

/** How many bytes {@link encodePeerMessageInto} will write, the length prefix included. */
export function encodedLength(message: PeerMessage): number {
  switch (message.type) {
    case "keep-alive":
      return PREFIX_LENGTH;
    case "piece":
      return PIECE_HEADER_LENGTH + message.data.length;
    case "request":
    case "cancel":
    case "reject-request":
      return PREFIX_LENGTH + BLOCK_FRAME_LENGTH;
    case "have":
    case "suggest-piece":
    case "allowed-fast":
      return PREFIX_LENGTH + INDEX_FRAME_LENGTH;
    case "bitfield":
      return PREFIX_LENGTH + 1 + message.bytes.length;
    case "port":
      return PREFIX_LENGTH + 3;
    case "extended":
      return PREFIX_LENGTH + 2 + message.payload.length;
    case "hash-request":
    case "hash-reject":
      return PREFIX_LENGTH + HASH_RANGE_FRAME_LENGTH;
    case "hashes":
      return PREFIX_LENGTH + HASH_RANGE_FRAME_LENGTH + message.hashes.length;
    case "choke":
    case "unchoke":
    case "interested":
    case "not-interested":
    case "have-all":
    case "have-none":
    case "unknown":
      return PREFIX_LENGTH + 1;
    default:
      return assertNever(message);
  }
}

/**
 * Writes the whole frame of a message into a buffer, so that many go out in one write.
 *
 * @param message what to say
 * @param target the caller's buffer
 * @param offset where in `target` the frame begins
 * @returns the offset behind the frame: where the next one begins
 * @throws {RangeError} when it does not fit into `target` or a number does not fit its field
 */
export function encodePeerMessageInto(message: PeerMessage, target: Uint8Array, offset: number): number {
  const end = offset + encodedLength(message);
  checkRoom(target, end);
  const view = viewOver(target.buffer);
  const at = target.byteOffset + offset;
  view.setUint32(at, end - offset - PREFIX_LENGTH);
  if (message.type === "keep-alive") return end;
  view.setUint8(at + 4, messageId(message));
  switch (message.type) {
    case "piece":
      writeUint32(view, at + 5, message.piece);
      writeUint32(view, at + 9, message.begin);
      target.set(message.data, offset + PIECE_HEADER_LENGTH);
      return end;
    case "request":
    case "cancel":
    case "reject-request":
      writeUint32(view, at + 5, message.piece);
      writeUint32(view, at + 9, message.begin);
      writeUint32(view, at + 13, message.length);
      return end;
    case "have":
    case "suggest-piece":
    case "allowed-fast":
      writeUint32(view, at + 5, message.piece);
      return end;
    case "bitfield":
      target.set(message.bytes, offset + 5);
      return end;
    case "port":
      checkField("port", message.port, 0xffff);
      view.setUint16(at + 5, message.port);
      return end;
    case "extended":
      checkField("extension id", message.id, 0xff);
      view.setUint8(at + 5, message.id);
      target.set(message.payload, offset + 6);
      return end;
    case "hash-request":
    case "hash-reject":
      encodeHashRangeInto(message, target, offset + 5);
      return end;
    case "hashes":
      encodeHashRangeInto(message, target, offset + 5);
      target.set(message.hashes, offset + PREFIX_LENGTH + HASH_RANGE_FRAME_LENGTH);
      return end;
    default:
      return end;
  }
}

/**
 * Writes the {@link PIECE_HEADER_LENGTH} bytes before a block's data, which the caller then reads from disk straight to
 * its place behind them.
 *
 * @param block the block whose `length` bytes follow
 * @param target the caller's buffer
 * @param offset where in `target` the frame begins
 * @returns the offset behind the header: where the data begins
 * @throws {RangeError} when the header does not fit into `target` or a number does not fit its field
 */
export function encodePieceHeaderInto(block: Block, target: Uint8Array, offset: number): number {
  const end = offset + PIECE_HEADER_LENGTH;
  checkRoom(target, end);
  const view = viewOver(target.buffer);
  const at = target.byteOffset + offset;
  writeUint32(view, at, block.length + PIECE_HEADER_LENGTH - PREFIX_LENGTH);
  view.setUint8(at + 4, MESSAGE_ID.piece);
  writeUint32(view, at + 5, block.piece);
  writeUint32(view, at + 9, block.begin);
  return end;
}

/** BEP 3: 0 to 8; BEP 5: 9; BEP 6: 13 to 17; BEP 10: 20; BEP 52: 21 to 23. */
const MESSAGE_ID = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggestPiece: 13,
  haveAll: 14,
  haveNone: 15,
  rejectRequest: 16,
  allowedFast: 17,
  extended: 20,
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const;

const KNOWN_IDS: ReadonlySet<number> = new Set(Object.values(MESSAGE_ID));

/** Of a frame's length. */
const PREFIX_LENGTH = 4;
/** Id and one number. */
const INDEX_FRAME_LENGTH = 5;
/** Id, piece, begin, length. */
const BLOCK_FRAME_LENGTH = 13;
/** Id, pieces root, base layer, index, length, proof layers. */
const HASH_RANGE_FRAME_LENGTH = 1 + HASH_LENGTH + 4 * 4;

// Messages without content are constants, so that a flood of them allocates nothing.
const KEEP_ALIVE: KeepAliveMessage = { type: "keep-alive" };
const CHOKE: ChokeMessage = { type: "choke" };
const UNCHOKE: UnchokeMessage = { type: "unchoke" };
const INTERESTED: InterestedMessage = { type: "interested" };
const NOT_INTERESTED: NotInterestedMessage = { type: "not-interested" };
const HAVE_ALL: HaveAllMessage = { type: "have-all" };
const HAVE_NONE: HaveNoneMessage = { type: "have-none" };

let lastView: DataView = new DataView(new ArrayBuffer(0));

/**
 * A DataView over a whole buffer. Frames come in runs from one buffer, so the last one is nearly always the right one;
 * it keeps that buffer from being collected until the next frame of another connection, and no longer.
 */
function viewOver(buffer: ArrayBufferLike): DataView {
  if (lastView.buffer !== buffer) lastView = new DataView(buffer);
  return lastView;
}

function decodePiece(frame: Uint8Array, view: DataView): PieceMessage {
  if (frame.length <= PIECE_HEADER_LENGTH - PREFIX_LENGTH) throw wrongLength("piece", frame);
  return {
    type: "piece",
    piece: view.getUint32(frame.byteOffset + 1),
    begin: view.getUint32(frame.byteOffset + 5),
    data: frame.subarray(PIECE_HEADER_LENGTH - PREFIX_LENGTH),
  };
}

function decodeBlockMessage<Type extends "request" | "cancel" | "reject-request">(
  type: Type,
  frame: Uint8Array,
  view: DataView,
): Block & { readonly type: Type } {
  checkFrameLength(type, frame, BLOCK_FRAME_LENGTH);
  const at = frame.byteOffset;
  return { type, piece: view.getUint32(at + 1), begin: view.getUint32(at + 5), length: view.getUint32(at + 9) };
}

function decodeIndex(type: PeerMessage["type"], frame: Uint8Array, view: DataView): number {
  checkFrameLength(type, frame, INDEX_FRAME_LENGTH);
  return view.getUint32(frame.byteOffset + 1);
}

function decodeExtended(frame: Uint8Array): ExtendedMessage {
  const id = frame[1];
  if (id === undefined) throw wrongLength("extended", frame);
  return { type: "extended", id, payload: frame.slice(2) };
}

function decodeHashes(frame: Uint8Array, view: DataView): HashesMessage {
  const length = frame.length - HASH_RANGE_FRAME_LENGTH;
  if (length < 0 || length % HASH_LENGTH !== 0) throw wrongLength("hashes", frame);
  return { type: "hashes", ...decodeHashRange(frame, view), hashes: frame.slice(HASH_RANGE_FRAME_LENGTH) };
}

function decodeHashRange(frame: Uint8Array, view: DataView): HashRange {
  const at = frame.byteOffset + 1 + HASH_LENGTH;
  return {
    piecesRoot: frame.slice(1, 1 + HASH_LENGTH),
    baseLayer: view.getUint32(at),
    index: view.getUint32(at + 4),
    length: view.getUint32(at + 8),
    proofLayers: view.getUint32(at + 12),
  };
}

function decodeBareMessage(id: number, frame: Uint8Array): PeerMessage {
  const message = bareMessage(id);
  if (message === undefined) return { type: "unknown", id };
  checkFrameLength(message.type, frame, 1);
  return message;
}

function bareMessage(id: number): PeerMessage | undefined {
  switch (id) {
    case MESSAGE_ID.choke:
      return CHOKE;
    case MESSAGE_ID.unchoke:
      return UNCHOKE;
    case MESSAGE_ID.interested:
      return INTERESTED;
    case MESSAGE_ID.notInterested:
      return NOT_INTERESTED;
    case MESSAGE_ID.haveAll:
      return HAVE_ALL;
    case MESSAGE_ID.haveNone:
      return HAVE_NONE;
    default:
      return undefined;
  }
}

function messageId(message: Exclude<PeerMessage, KeepAliveMessage>): number {
  if (message.type !== "unknown") return ID_OF_TYPE[message.type];
  checkField("message id", message.id, 0xff);
  if (KNOWN_IDS.has(message.id)) {
    throw new RangeError(`Cannot send message id ${message.id} as unknown: it is a known message`);
  }
  return message.id;
}

const ID_OF_TYPE: Readonly<Record<Exclude<PeerMessage["type"], "keep-alive" | "unknown">, number>> = {
  "choke": MESSAGE_ID.choke,
  "unchoke": MESSAGE_ID.unchoke,
  "interested": MESSAGE_ID.interested,
  "not-interested": MESSAGE_ID.notInterested,
  "have": MESSAGE_ID.have,
  "bitfield": MESSAGE_ID.bitfield,
  "request": MESSAGE_ID.request,
  "piece": MESSAGE_ID.piece,
  "cancel": MESSAGE_ID.cancel,
  "port": MESSAGE_ID.port,
  "suggest-piece": MESSAGE_ID.suggestPiece,
  "have-all": MESSAGE_ID.haveAll,
  "have-none": MESSAGE_ID.haveNone,
  "reject-request": MESSAGE_ID.rejectRequest,
  "allowed-fast": MESSAGE_ID.allowedFast,
  "extended": MESSAGE_ID.extended,
  "hash-request": MESSAGE_ID.hashRequest,
  "hashes": MESSAGE_ID.hashes,
  "hash-reject": MESSAGE_ID.hashReject,
};

function encodeHashRangeInto(range: HashRange, target: Uint8Array, offset: number): void {
  if (range.piecesRoot.length !== HASH_LENGTH) {
    throw new RangeError(`Cannot send a pieces root: current length is ${range.piecesRoot.length}, not ${HASH_LENGTH}`);
  }
  target.set(range.piecesRoot, offset);
  const view = viewOver(target.buffer);
  const at = target.byteOffset + offset + HASH_LENGTH;
  writeUint32(view, at, range.baseLayer);
  writeUint32(view, at + 4, range.index);
  writeUint32(view, at + 8, range.length);
  writeUint32(view, at + 12, range.proofLayers);
}

function writeUint32(view: DataView, at: number, value: number): void {
  checkField("a number", value, 0xffff_ffff);
  view.setUint32(at, value);
}

function checkField(what: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`Cannot write ${what} from 0 to ${max}: current value is ${value}`);
  }
}

function checkRoom(target: Uint8Array, end: number): void {
  if (end > target.length) {
    throw new RangeError(`Cannot write a frame up to offset ${end}: current buffer length is ${target.length}`);
  }
}

function checkFrameLength(type: PeerMessage["type"], frame: Uint8Array, length: number): void {
  if (frame.length !== length) throw wrongLength(type, frame);
}

function wrongLength(type: PeerMessage["type"], frame: Uint8Array): ProtocolError {
  return new ProtocolError("malformed", `Cannot read a frame as ${type}: current length is ${frame.length}`);
}
