/**
 * Reading a handshake off a socket (BEP 3): exactly 68 bytes, so that nothing of what follows is taken; anything that
 * does not begin like one is refused with its first wrong byte, not after the time limit.
 * @module
 */

import { ProtocolError } from "../../shared/protocol_error.ts";
import { decodeHandshake, type Handshake, HANDSHAKE_LENGTH } from "../../shared/wire/handshake.ts";

/**
 * Reads the remote's handshake.
 *
 * Throws `ProtocolError` "malformed" when it is none, "unexpected" when the remote closes first (that is how most
 * clients answer a handshake for a torrent they do not have), and what the socket throws. It has no time limit of its
 * own: the caller closes the socket.
 */
export async function readHandshake(socket: { read(into: Uint8Array): Promise<number | null> }): Promise<Handshake> {
  const bytes = new Uint8Array(HANDSHAKE_LENGTH);
  for (let length = 0; length < HANDSHAKE_LENGTH;) {
    const count = await socket.read(bytes.subarray(length));
    if (count === null) {
      throw new ProtocolError("unexpected", `Cannot shake hands: the remote closed after ${length} bytes`);
    }
    for (let offset = length; offset < length + count && offset < OPENING.length; offset++) {
      if (bytes[offset] !== OPENING[offset]) {
        throw new ProtocolError("malformed", "Cannot shake hands: the remote does not speak BitTorrent");
      }
    }
    length += count;
  }
  return decodeHandshake(bytes);
}

/** How every handshake begins (BEP 3). */
const OPENING = new TextEncoder().encode("\x13BitTorrent protocol");
