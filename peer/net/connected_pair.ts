/**
 * For tests: two connections wired together through a real socket on loopback, and sockets that misbehave.
 * @module
 */

import { createPeerId, type InfoHash, parseInfoHash, type PeerId } from "../../shared/ids.ts";
import { type Handshake, HANDSHAKE_LENGTH } from "../../shared/wire/handshake.ts";
import type { ConnectionHandler, ConnectionOptions } from "./connection.ts";
import { PeerConnection } from "./connection.ts";
import { closeSocket } from "./socket.ts";

/** Some torrent. */
export const someInfoHash: InfoHash = parseInfoHash("a1".repeat(20));
/** Somebody. */
export const ourPeerId: PeerId = createPeerId(new Uint8Array(12).fill(1));
/** Somebody else. */
export const theirPeerId: PeerId = createPeerId(new Uint8Array(12).fill(2));

/** What the peer of a test says of itself. */
export const someHandshake: Handshake = {
  infoHash: someInfoHash,
  peerId: theirPeerId,
  supportsFast: true,
  supportsExtensions: true,
  supportsDht: false,
  supportsV2: false,
};

/** Both ends of one TCP connection. */
export interface SocketPair extends Disposable {
  /** The end that dialled. */
  readonly near: Deno.TcpConn;
  /** The end that was dialled. */
  readonly far: Deno.TcpConn;
}

/** Connects two sockets. Disposing closes both, if that has not happened. */
export async function connectSockets(): Promise<SocketPair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [near, far] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  return { near, far, [Symbol.dispose]: () => [near, far].forEach(closeSocket) };
}

/** Two connections of which each is the other's remote. */
export interface ConnectedPair extends Disposable {
  /** The one that dialled. */
  readonly near: PeerConnection;
  /** The one that was dialled. */
  readonly far: PeerConnection;
}

/** Wires two connections together; the handshakes are taken as said. */
export async function connectPair(
  options: { readonly near?: ConnectionOptions; readonly far?: ConnectionOptions; readonly supportsFast?: boolean } =
    {},
): Promise<ConnectedPair> {
  const sockets = await connectSockets();
  const endpoint = { host: "127.0.0.1", port: 1 };
  const handshake = { ...someHandshake, supportsFast: options.supportsFast ?? true };
  const near = new PeerConnection({ socket: sockets.near, endpoint, isOutgoing: true, handshake }, options.near);
  const far = new PeerConnection({ socket: sockets.far, endpoint, isOutgoing: false, handshake }, options.far);
  return {
    near,
    far,
    [Symbol.dispose]: () => {
      near.close("the test is over");
      far.close("the test is over");
    },
  };
}

/** A handler that does nothing but what is given. */
export function handlerOf(parts: Partial<ConnectionHandler> = {}): ConnectionHandler {
  return { onMessage: () => {}, readBlock: () => {}, onUploaded: () => {}, ...parts };
}

/** Reads a whole handshake's worth of bytes. */
export async function readHandshakeBytes(socket: Deno.TcpConn): Promise<Uint8Array> {
  const bytes = new Uint8Array(HANDSHAKE_LENGTH);
  for (let length = 0; length < bytes.length;) {
    const count = await socket.read(bytes.subarray(length));
    if (count === null) throw new Deno.errors.UnexpectedEof(`closed after ${length} bytes`);
    length += count;
  }
  return bytes;
}

/** Resolves when the remote has closed (or reset) the connection; what it still sends is dropped. */
export async function whenClosed(socket: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(1024);
  try {
    while (await socket.read(bytes) !== null);
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
}
