/**
 * Asking peers for the info dictionary, and giving it (BEP 9, `ut_metadata`).
 *
 * Invariant: the data of a decoded `data` message has exactly the length that its piece has in metadata of the total
 * length it states; whether that total is right is for the receiver to know.
 *
 * @module
 */

import { decodeBencodePrefix } from "../bencode.ts";
import { encodeBencode } from "../bencode_writer.ts";
import { ProtocolError } from "../protocol_error.ts";
import { dictionaryOf, integerItem, readBencode } from "./bencode_message.ts";

/** Bytes of a piece of metadata; the last one may be shorter (BEP 9). */
export const METADATA_PIECE_LENGTH = 16_384;

/** Asks for a piece of the info dictionary. */
export interface MetadataRequest {
  /** Tag of the union. */
  readonly type: "request";
  /** Index of the piece, from 0. */
  readonly piece: number;
}
/** A piece of the info dictionary. */
export interface MetadataData {
  /** Tag of the union. */
  readonly type: "data";
  /** Index of the piece, from 0. */
  readonly piece: number;
  /** Bytes of the whole info dictionary, as the sender has it. */
  readonly totalLength: number;
  /** When decoded: a view into the payload. */
  readonly data: Uint8Array;
}
/** The sender does not give this piece. */
export interface MetadataReject {
  /** Tag of the union. */
  readonly type: "reject";
  /** Index of the piece, from 0. */
  readonly piece: number;
}
/** A message of a later version; "MUST be ignored" (BEP 9). */
export interface MetadataUnknown {
  /** Tag of the union. */
  readonly type: "unknown";
  /** Its `msg_type`, from 3. */
  readonly messageType: number;
}
/** Any `ut_metadata` message. */
export type MetadataMessage = MetadataRequest | MetadataData | MetadataReject | MetadataUnknown;

/**
 * The payload of an `extended` message, in a new buffer that the caller owns.
 *
 * @throws {RangeError} when the data of a `data` message has not the length of its piece
 */
export function encodeMetadataMessage(message: MetadataMessage): Uint8Array {
  if (message.type === "unknown") return encodeBencode({ msg_type: message.messageType });
  const { piece } = message;
  if (message.type !== "data") return encodeBencode({ msg_type: MESSAGE_TYPE[message.type], piece });
  const length = metadataPieceLength(piece, message.totalLength);
  if (message.data.length !== length) {
    throw new RangeError(
      `Cannot send metadata piece ${piece} of ${length} bytes: current length is ${message.data.length}`,
    );
  }
  const head = encodeBencode({ msg_type: MESSAGE_TYPE.data, piece, total_size: message.totalLength });
  const payload = new Uint8Array(head.length + length);
  payload.set(head);
  payload.set(message.data, head.length);
  return payload;
}

/**
 * Reads the payload of an `extended` message. Bytes behind a request or a reject are ignored.
 *
 * @returns the message; `data` is a view into `payload`
 * @throws {ProtocolError} `malformed` when it is no bencoded dictionary with a type and a piece, or when the data has
 * not the length of its piece; `out-of-range` when the piece lies behind the total length
 */
export function decodeMetadataMessage(payload: Uint8Array): MetadataMessage {
  const { value, length } = readBencode("a metadata message", () => decodeBencodePrefix(payload));
  const items = dictionaryOf(value, "a metadata message");
  const messageType = integerItem(items.get("msg_type"), { min: 0 });
  if (messageType === undefined) {
    throw new ProtocolError("malformed", "Cannot read a metadata message without msg_type");
  }
  if (messageType > MESSAGE_TYPE.reject) return { type: "unknown", messageType };
  const piece = integerItem(items.get("piece"), { min: 0 });
  if (piece === undefined) throw new ProtocolError("malformed", "Cannot read a metadata message without piece");
  if (messageType === MESSAGE_TYPE.request) return { type: "request", piece };
  if (messageType === MESSAGE_TYPE.reject) return { type: "reject", piece };
  const totalLength = integerItem(items.get("total_size"), { min: 1 });
  if (totalLength === undefined) throw new ProtocolError("malformed", "Cannot read metadata without total_size");
  const data = payload.subarray(length);
  const expected = metadataPieceLength(piece, totalLength);
  if (expected === 0) {
    throw new ProtocolError("out-of-range", `Cannot take metadata piece ${piece}: the total length is ${totalLength}`);
  }
  if (data.length !== expected) {
    throw new ProtocolError("malformed", `Cannot read metadata of ${expected} bytes: current length is ${data.length}`);
  }
  return { type: "data", piece, totalLength, data };
}

/** Bytes of a piece of metadata of that total length; 0 for a piece that lies behind it. */
export function metadataPieceLength(piece: number, totalLength: number): number {
  return Math.max(0, Math.min(METADATA_PIECE_LENGTH, totalLength - piece * METADATA_PIECE_LENGTH));
}

/** `msg_type` (BEP 9). */
const MESSAGE_TYPE = { request: 0, data: 1, reject: 2 } as const;
