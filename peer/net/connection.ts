/** One handshaken TCP peer. @module */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import type { PeerMessage } from "../../shared/wire/peer_message.ts";
import type { Clock } from "./clock.ts";
import type { RateLimiter } from "./rate_limiter.ts";

/** What a connection tells its owner, and asks of it. All of it is called synchronously from `run`. */
export interface ConnectionHandler {
  /** A message came. The bytes in it (`data`, `payload`, `bytes`, `hashes`) are views that are valid during the call. */
  onMessage(message: PeerMessage): void;
  /** Called after all messages of one read; while the promise it gives is pending, nothing more is read. */
  afterRead?(): Promise<void> | undefined;
  /** Fills `into` with the verified bytes of the block. An error it throws rejects the request, or ends the connection. */
  readBlock(block: Block, into: Uint8Array): void;
  /** The block has been handed to the operating system whole. */
  onUploaded(block: Block): void;
  /** `readBlock` threw: the request has been rejected. */
  onUploadFailed?(block: Block, error: Error): void;
}
/** How a connection behaves; the defaults suit every peer. */
export interface ConnectionOptions {
  readonly clock?: Clock;
  readonly downloadLimiter?: RateLimiter;
  readonly uploadLimiter?: RateLimiter;
  readonly limits?: Partial<ConnectionLimits>;
}
/** The limits of one connection. */
export interface ConnectionLimits {
  readonly maxQueuedUploads: number;
  readonly maxQueuedControlBytes: number;
  readonly keepAliveMs: number;
  readonly idleTimeoutMs: number;
}
/** One handshaken TCP peer. */
export declare class PeerConnection implements Disposable {
  readonly endpoint: Endpoint;
  readonly isOutgoing: boolean;
  readonly handshake: Handshake;
  get receivedBytes(): number;
  get sentBytes(): number;
  get isClosed(): boolean;
  run(handler: ConnectionHandler): Promise<string>;
  send(message: PeerMessage): void;
  sendRequests(blocks: readonly Block[]): void;
  queueUpload(block: Block): void;
  cancelUpload(block: Block): boolean;
  close(reason: string): void;
  [Symbol.dispose](): void;
}
