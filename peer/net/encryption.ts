/**
 * Encrypted connections (Message Stream Encryption): plays either role of the handshake on a socket. None of it has a
 * time limit of its own: the caller closes the socket.
 * @module
 */

import type { InfoHash } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import {
  acceptEncryption,
  type EncryptionHandshake,
  type HandshakeRandomness,
  initiateEncryption,
  MAX_PADDING_LENGTH,
} from "../../shared/wire/encryption_handshake.ts";
import { PRIVATE_KEY_LENGTH } from "../../shared/wire/key_exchange.ts";
import type { PeerSocket } from "./connection.ts";
import { EncryptedSocket } from "./encrypted_socket.ts";
import { writeAll } from "./socket.ts";

/**
 * Encrypts a connection that we opened; `payload` is sent along.
 *
 * Throws `ProtocolError`: "unexpected" when the remote closes, and what `initiateEncryption` throws; and what the socket
 * throws.
 */
export function openEncryption(
  socket: PeerSocket,
  options: { readonly infoHash: InfoHash; readonly payload: Uint8Array },
): Promise<PeerSocket> {
  return play(initiateEncryption({ ...randomness(), ...options }), { socket });
}

/**
 * Decrypts a connection that we accepted, of which `begun` has been read.
 *
 * Throws `ProtocolError`: "unexpected" when the remote closes, and what `acceptEncryption` throws; and what the socket
 * throws.
 */
export function takeEncryption(
  socket: PeerSocket,
  options: { readonly begun: Uint8Array; readonly find: (keyHash: string) => InfoHash | undefined },
): Promise<PeerSocket> {
  return play(acceptEncryption({ ...randomness(), find: options.find }), { socket, begun: options.begun });
}

async function play(
  handshake: EncryptionHandshake,
  { socket, begun }: { readonly socket: PeerSocket; readonly begun?: Uint8Array },
): Promise<PeerSocket> {
  const room = new Uint8Array(READ_LENGTH);
  let step = handshake.next();
  if (!step.done && begun !== undefined) step = handshake.next(begun);
  while (!step.done) {
    if (step.value.length > 0) await writeAll(socket, step.value);
    const count = await socket.read(room);
    if (count === null) throw new ProtocolError("unexpected", "Cannot agree on encryption: the remote closed");
    step = handshake.next(room.subarray(0, count));
  }
  await writeAll(socket, step.value.send);
  return new EncryptedSocket(socket, step.value);
}

function randomness(): HandshakeRandomness {
  const [length = 0] = crypto.getRandomValues(new Uint16Array(1));
  return {
    privateKey: crypto.getRandomValues(new Uint8Array(PRIVATE_KEY_LENGTH)),
    padding: crypto.getRandomValues(new Uint8Array(length % (MAX_PADDING_LENGTH + 1))),
  };
}

/** A key and all the padding that may follow it fit. */
const READ_LENGTH = 1024;
