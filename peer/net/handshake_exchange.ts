/**
 * Reading a handshake off a socket (BEP 3): exactly 68 bytes, so that nothing of what follows is taken; anything that
 * does not begin like one is told by its first wrong byte, not after the time limit.
 * @module
 */

import { ProtocolError } from "../../shared/protocol_error.ts";
import { decodeHandshake, type Handshake, HANDSHAKE_LENGTH } from "../../shared/wire/handshake.ts";

/** What can be read from: a socket. */
export interface Readable {
  /** Reads what is there, at least a byte; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

/** The first bytes of a connection: 20 at most. */
export interface Opening {
  readonly bytes: Uint8Array;
  /** Whether they are those of a handshake, all 20; else it is something else, encryption perhaps. */
  readonly isHandshake: boolean;
}

/**
 * Reads until it is clear what the remote begins with. Throws `ProtocolError` "unexpected" when it closes first, and what
 * the socket throws.
 */
export async function readOpening(socket: Readable): Promise<Opening> {
  const bytes = new Uint8Array(OPENING.length);
  let length = 0;
  while (length < bytes.length && isSame(bytes, length)) length += await readSome(socket, bytes, length);
  return { bytes: bytes.subarray(0, length), isHandshake: isSame(bytes, length) };
}

/**
 * Reads the remote's handshake, of which `begun` has been read.
 *
 * Throws `ProtocolError` "malformed" when it is none, "unexpected" when the remote closes first (that is how most
 * clients answer a handshake for a torrent they do not have), and what the socket throws. It has no time limit of its
 * own: the caller closes the socket.
 */
export async function readHandshake(socket: Readable, begun: Uint8Array = new Uint8Array()): Promise<Handshake> {
  const bytes = new Uint8Array(HANDSHAKE_LENGTH);
  bytes.set(begun);
  let length = begun.length;
  while (length < HANDSHAKE_LENGTH) {
    length += await readSome(socket, bytes, length);
    if (!isSame(bytes, length)) {
      throw new ProtocolError("malformed", "Cannot shake hands: the remote does not speak BitTorrent");
    }
  }
  return decodeHandshake(bytes);
}

async function readSome(socket: Readable, bytes: Uint8Array, length: number): Promise<number> {
  const count = await socket.read(bytes.subarray(length));
  if (count === null) {
    throw new ProtocolError("unexpected", `Cannot shake hands: the remote closed after ${length} bytes`);
  }
  return count;
}

/** Whether the first `length` bytes may be those of a handshake. */
function isSame(bytes: Uint8Array, length: number): boolean {
  return OPENING.every((byte, offset) => offset >= length || byte === bytes[offset]);
}

/** How every handshake begins (BEP 3). */
const OPENING = new TextEncoder().encode("\x13BitTorrent protocol");
