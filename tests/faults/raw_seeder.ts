/**
 * A seeder that is not our peer: it speaks the peer wire over a real socket, has every piece, and gives what the test
 * tells it to give, true or not. It knows no metadata and no hashes.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { formatEndpoint } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import { createPeerId, type PeerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { PeerMessage } from "../../shared/wire/peer_message.ts";
import type { PeerConnection } from "../../peer/net/connection.ts";
import { announceByHttp } from "../../peer/net/http_tracker_client.ts";
import { PeerListener } from "../../peer/net/listener.ts";
import { RateLimiter } from "../../peer/net/rate_limiter.ts";

/** What it seeds and how. */
export interface RawSeederOptions {
  readonly info: Info;
  /** The content in piece space. */
  readonly content: Uint8Array;
  /** Whether to give wrong bytes for a block. Default: never. */
  readonly isSpoiled?: (block: Block) => boolean;
  readonly rateBytesPerSecond?: number;
}

/** Seeds until disposed. */
export class RawSeeder implements AsyncDisposable {
  readonly peerId: PeerId;
  /** Bytes of blocks that were sent, and how many of these were wrong. */
  uploadedBytes = 0;
  spoiledBytes = 0;
  readonly #options: RawSeederOptions;
  readonly #listener: PeerListener;
  readonly #connections = new Set<PeerConnection>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: RawSeederOptions) {
    this.#options = options;
    this.peerId = createPeerId(crypto.getRandomValues(new Uint8Array(12)));
    const { info, rateBytesPerSecond } = options;
    this.#listener = PeerListener.listen({
      host: "127.0.0.1",
      port: 0,
      ...(rateBytesPerSecond === undefined ? {} : { uploadLimiter: new RateLimiter({ rateBytesPerSecond }) }),
      route: (handshake) =>
        handshake.infoHash === info.infoHash ? { infoHash: info.infoHash, peerId: this.peerId } : undefined,
      onConnection: (connection) => this.#serve(connection),
    });
  }

  /** `HOST:PORT`. */
  get address(): string {
    return formatEndpoint({ host: "127.0.0.1", port: this.#listener.port });
  }

  /** Tells a tracker that it is here. */
  async announce(url: string): Promise<void> {
    await announceByHttp(url, {
      infoHash: this.#options.info.infoHash,
      peerId: this.peerId,
      port: this.#listener.port,
      uploaded: 0,
      downloaded: 0,
      left: 0,
      event: "started",
    });
  }

  /** Closes every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close("the test is over");
    await this.#listener[Symbol.asyncDispose]();
    await Promise.all(this.#running);
  }

  #serve(connection: PeerConnection): void {
    this.#connections.add(connection);
    const { geometry } = this.#options.info;
    connection.send({ type: "bitfield", bytes: Bitfield.full(geometry.pieceCount).toBytes() });
    const running = connection.run({
      onMessage: (message) => this.#answer(connection, message),
      readBlock: (block, into) => this.#read(block, into),
      onUploaded: (block) => void (this.uploadedBytes += block.length),
    }).finally(() => {
      this.#connections.delete(connection);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  #answer(connection: PeerConnection, message: PeerMessage): void {
    if (message.type === "interested") connection.send({ type: "unchoke" });
    if (message.type === "request") connection.queueUpload(message);
    if (message.type === "cancel") connection.cancelUpload(message);
    if (message.type === "hash-request") connection.send({ ...message, type: "hash-reject" });
  }

  #read(block: Block, into: Uint8Array): void {
    const { info, content, isSpoiled } = this.#options;
    const start = info.geometry.pieceOffset(block.piece) + block.begin;
    into.set(content.subarray(start, start + block.length));
    if (isSpoiled?.(block) !== true) return;
    this.spoiledBytes += block.length;
    into[0] = (into[0] ?? 0) ^ 0xff;
  }
}
