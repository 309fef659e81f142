/**
 * The extension handshake (BEP 10): which extensions the sender takes under which number, and a few things it says of
 * itself (BEP 9 `metadata_size`, BEP 21 `upload_only`).
 *
 * Invariant: every item is optional; one of the wrong type or out of its range counts as absent, so an odd client
 * loses only what it said wrong.
 *
 * @module
 */

import type { BencodeValue } from "../bencode.ts";
import { bytesToText } from "../bencode_text.ts";
import { type BencodeEncodable, encodeBencode } from "../bencode_writer.ts";
import { decodeAddress, encodeAddress } from "../endpoint.ts";
import { bytesItem, decodeMessageDictionary, integerItem } from "./bencode_message.ts";

/** The `extended` message id of the handshake itself (BEP 10). */
export const EXTENSION_HANDSHAKE_ID = 0;

/**
 * What a peer says in its extension handshake. It may be sent again: what it then says replaces, the rest stays as it
 * was (BEP 10: "additive").
 */
export interface ExtensionHandshake {
  /**
   * Name → the number under which the sender wants its messages, 1 to 255; 0 switches the extension off. Names are byte
   * strings, one character (0 to 255) a byte.
   */
  readonly extensions: ReadonlyMap<string, number>;
  /** Client name and version, `v`; longer than 128 bytes of UTF-8 it counts as absent. */
  readonly clientVersion?: string;
  /** The TCP port where the sender takes connections, `p`, 1 to 65535. */
  readonly listenPort?: number;
  /** Requests that the sender queues without dropping any, `reqq`, at least 1. */
  readonly requestQueueLength?: number;
  /** Bytes of the info dictionary, `metadata_size` (BEP 9), at least 1. A claim: check it before making room for it. */
  readonly metadataLength?: number;
  /** The receiver's address as the sender sees it, `yourip`, an IP literal. */
  readonly yourAddress?: string;
  /** The sender downloads nothing (more), `upload_only` (BEP 21). */
  readonly isUploadOnly?: boolean;
}

/**
 * The payload of an `extended` message with id {@link EXTENSION_HANDSHAKE_ID}, in a new buffer that the caller owns.
 *
 * @throws {RangeError} when an extension's number is not 0 to 255
 * @throws {TypeError} when `yourAddress` is no IP literal
 */
export function encodeExtensionHandshake(handshake: ExtensionHandshake): Uint8Array {
  for (const [name, id] of handshake.extensions) {
    if (!Number.isInteger(id) || id < 0 || id > MAX_EXTENSION_ID) {
      throw new RangeError(`Cannot offer extension ${name} as 0 to ${MAX_EXTENSION_ID}: current value is ${id}`);
    }
  }
  const { clientVersion, listenPort, requestQueueLength, metadataLength, yourAddress, isUploadOnly } = handshake;
  const items = new Map<string, BencodeEncodable>([["m", handshake.extensions]]);
  if (clientVersion !== undefined) items.set("v", clientVersion);
  if (listenPort !== undefined) items.set("p", listenPort);
  if (requestQueueLength !== undefined) items.set("reqq", requestQueueLength);
  if (metadataLength !== undefined) items.set("metadata_size", metadataLength);
  if (yourAddress !== undefined) items.set("yourip", addressBytes(yourAddress));
  if (isUploadOnly !== undefined) items.set("upload_only", isUploadOnly ? 1 : 0);
  return encodeBencode(items);
}

/**
 * Reads the payload of an extension handshake. The result shares nothing with it.
 *
 * @throws {ProtocolError} `malformed` when it is no bencoded dictionary
 */
export function decodeExtensionHandshake(payload: Uint8Array): ExtensionHandshake {
  const items = decodeMessageDictionary(payload, "an extension handshake");
  const clientVersion = bytesItem(items.get("v"), { maxLength: MAX_CLIENT_VERSION_LENGTH });
  const listenPort = integerItem(items.get("p"), { min: 1, max: 0xffff });
  const requestQueueLength = integerItem(items.get("reqq"), { min: 1 });
  const metadataLength = integerItem(items.get("metadata_size"), { min: 1 });
  const yourAddress = bytesItem(items.get("yourip"), { maxLength: 16 });
  const uploadOnly = integerItem(items.get("upload_only"), { min: 0 });
  return {
    extensions: extensionNumbers(items.get("m")),
    ...(clientVersion !== undefined && { clientVersion: bytesToText(clientVersion) }),
    ...(listenPort !== undefined && { listenPort }),
    ...(requestQueueLength !== undefined && { requestQueueLength }),
    ...(metadataLength !== undefined && { metadataLength }),
    ...((yourAddress?.length === 4 || yourAddress?.length === 16) && { yourAddress: decodeAddress(yourAddress) }),
    ...(uploadOnly !== undefined && { isUploadOnly: uploadOnly !== 0 }),
  };
}

/** Names are kept while their connection lives: no more of them than numbers, and none longer than any real one. */
function extensionNumbers(value: BencodeValue | undefined): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  if (!(value instanceof Map)) return numbers;
  for (const [name, item] of value) {
    const id = integerItem(item, { min: 0, max: MAX_EXTENSION_ID });
    if (id === undefined || name.length > MAX_EXTENSION_NAME_LENGTH) continue;
    if (numbers.size === MAX_EXTENSION_ID) break;
    numbers.set(name, id);
  }
  return numbers;
}

function addressBytes(address: string): Uint8Array {
  const bytes = encodeAddress(address);
  if (bytes === undefined) throw new TypeError(`Cannot send an address as yourip: current value is ${address}`);
  return bytes;
}

/** The number of an extended message is one byte (BEP 10). */
const MAX_EXTENSION_ID = 255;
/** The longest in use is 15 bytes (`ut_holepunch`, `lt_donthave`, `upload_only`, `share_mode`…). */
const MAX_EXTENSION_NAME_LENGTH = 64;
/** It is shown to people; the longest in use are about 40 bytes. */
const MAX_CLIENT_VERSION_LENGTH = 128;
