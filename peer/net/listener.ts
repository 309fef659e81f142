/** Takes connections. @module */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import type { ConnectionOptions, PeerConnection } from "./connection.ts";

/** How an incoming handshake is answered. */
export interface HandshakeAnswer {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  readonly supportsV2?: boolean;
  readonly supportsDht?: boolean;
}
/** What `PeerListener.listen` needs. */
export interface ListenerOptions extends ConnectionOptions {
  readonly host?: string;
  readonly port: number;
  route(handshake: Handshake, endpoint: Endpoint): HandshakeAnswer | undefined;
  onConnection(connection: PeerConnection): void;
  onRefused?(error: Error, endpoint: Endpoint | undefined): void;
  readonly maxConnections?: number;
  readonly maxHalfOpen?: number;
  readonly maxPerAddress?: number;
  readonly maxPerLoopbackAddress?: number;
  readonly handshakeTimeoutMs?: number;
}
/** Listens for peers. */
export declare class PeerListener implements AsyncDisposable {
  static listen(options: ListenerOptions): PeerListener;
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}
