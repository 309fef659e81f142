/**
 * One handshaken TCP peer: bytes to messages and back (BEP 3), as fast as the machine allows. Reading: one buffer, one
 * system read, all complete frames dispatched synchronously as views. Writing: one loop that is woken, and puts all
 * waiting control frames and as many blocks as fit into one reused buffer and one system write. Invariant: `run`
 * returns only when both loops have ended and the socket is closed, and no handler is called after that.
 * @module
 */

import type { Endpoint } from "../../shared/endpoint.ts";
import { type Block, BLOCK_LENGTH } from "../../shared/geometry.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { FrameBuffer } from "../../shared/wire/frame_buffer.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import { decodePeerMessage, type PeerMessage } from "../../shared/wire/peer_message.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type BlockSource, Outbox } from "./outbox.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import { SendQueue } from "./send_queue.ts";
import { closeSocket, isNetworkError } from "./socket.ts";

/** What a connection tells its owner, and asks of it. All of it is called synchronously while `run` runs. */
export interface ConnectionHandler {
  /**
   * A message came. The `data` of a "piece" is a view that is valid during the call; other messages own their bytes. A
   * `ProtocolError` thrown here ends the connection with that reason; any other error ends it and rejects `run`.
   */
  onMessage(message: PeerMessage): void;
  /** Called after all messages of one read; while the promise it gives is pending, nothing more is read. */
  afterRead?(): Promise<void> | undefined;
  /**
   * Fills `into` (`block.length` bytes) with the verified bytes of the block. An error thrown here rejects the request
   * (BEP 6), or ends the connection if the remote does not know rejections; other blocks go on.
   */
  readBlock(block: Block, into: Uint8Array): void;
  /** All bytes of the block have been given to the operating system. */
  onUploaded(block: Block): void;
  /** `readBlock` threw this. */
  onUploadFailed?(block: Block, error: Error): void;
}

/** The limits of one connection. */
export interface ConnectionLimits {
  /** Blocks a remote may have waiting for their turn: 64 MiB, a tenth of a second at 650 MB/s. */
  readonly maxQueuedUploads: number;
  /** Bytes of control frames that wait for a remote to read them: several times the largest bitfield. */
  readonly maxQueuedControlBytes: number;
  /** Milliseconds of our silence before a keep-alive is sent: under the two minutes of BEP 3. */
  readonly keepAliveMs: number;
  /** Milliseconds of the remote's silence, or of its not reading, that end the connection: over the two minutes. */
  readonly idleTimeoutMs: number;
}

/** The limits unless others are given. */
const defaultConnectionLimits: ConnectionLimits = {
  maxQueuedUploads: 4096,
  maxQueuedControlBytes: 2 * 1024 * 1024,
  keepAliveMs: 100_000,
  idleTimeoutMs: 150_000,
};

/** How a connection behaves; the defaults suit every peer. */
export interface ConnectionOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Everything received is taken from it; usually shared by all connections of a program. */
  readonly downloadLimiter?: RateLimiter | undefined;
  /** Blocks (not control frames) are taken from it before they are sent. */
  readonly uploadLimiter?: RateLimiter | undefined;
  /** What differs from {@link defaultConnectionLimits}. */
  readonly limits?: Partial<ConnectionLimits> | undefined;
}

/** What a connection needs of a TCP socket; `Deno.TcpConn` is one. */
export interface PeerSocket {
  /** Reads what is there, at least a byte; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes the front of the bytes; gives how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends reads and writes that wait, with an error. */
  close(): void;
  /** Sends small packets at once. */
  setNoDelay(noDelay?: boolean): void;
}

/** A socket with its handshakes done; made by the dialer and the listener. */
export interface HandshakenSocket {
  /** The socket, which the connection owns from now on. */
  readonly socket: PeerSocket;
  /** Where the remote is; of an incoming connection this is not where it listens. */
  readonly endpoint: Endpoint;
  /** True when we dialled. */
  readonly isOutgoing: boolean;
  /** What the remote said. */
  readonly handshake: Handshake;
  /** Called once when the socket has been closed. */
  readonly onClosed?: (() => void) | undefined;
}

/**
 * One connected peer. Whoever receives one from `dial` or a listener owns it, and must `run` it or `close` it; after
 * that there is nothing left to end.
 */
export class PeerConnection implements Disposable {
  /** Where the remote is. */
  readonly endpoint: Endpoint;
  /** True when we dialled. */
  readonly isOutgoing: boolean;
  /** What the remote said of itself. */
  readonly handshake: Handshake;

  readonly #socket: PeerSocket;
  readonly #onClosed: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #limits: ConnectionLimits;
  #downloadLimiter: RateLimiter | undefined;
  readonly #ending = new AbortController();
  readonly #queue: SendQueue;
  readonly #outbox: Outbox;
  #isRunning = false;
  #closeReason: string | undefined;
  #fault: ProtocolError | undefined;
  #wake: PromiseWithResolvers<void> | undefined;
  #timer: Disposable | undefined;
  #receivedBytes = 0;
  #sentBytes = 0;
  /** When the pending read began; undefined while we do not read, as then silence is our own. */
  #readingSinceMs: number | undefined;
  #writingSinceMs: number | undefined;
  #sentAtMs: number;

  /** Takes over the socket. */
  constructor(peer: HandshakenSocket, options: ConnectionOptions = {}) {
    this.endpoint = peer.endpoint;
    this.isOutgoing = peer.isOutgoing;
    this.handshake = peer.handshake;
    this.#socket = peer.socket;
    this.#onClosed = peer.onClosed;
    this.#clock = options.clock ?? systemClock;
    this.#limits = { ...defaultConnectionLimits, ...options.limits };
    this.#downloadLimiter = options.downloadLimiter;
    this.#queue = new SendQueue(this.#limits);
    this.#outbox = new Outbox({
      queue: this.#queue,
      limiter: options.uploadLimiter,
      signal: this.#ending.signal,
      onGranted: () => this.#wake?.resolve(),
    });
    this.#sentAtMs = this.#clock.now();
    // Requests are small and waited for: they must not wait for an acknowledgement to fill a packet.
    this.#socket.setNoDelay(true);
  }

  /** Bytes read from the socket, of all kinds, after the handshake. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Bytes written to the socket, of all kinds, after the handshake. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** What the remote did wrong, if that is why the connection has ended. */
  get fault(): ProtocolError | undefined {
    return this.#fault;
  }

  /** Blocks that wait to be uploaded. */
  get queuedUploadCount(): number {
    return this.#queue.uploadCount;
  }

  /** True as soon as it has been closed by either side. */
  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** Moves bytes by these limits instead of those that it was made with; to be called before `run`. */
  limitBy(limiters: { readonly download: RateLimiter; readonly upload: RateLimiter }): void {
    this.#downloadLimiter = limiters.download;
    this.#outbox.limiter = limiters.upload;
  }

  /**
   * Reads and writes until the connection ends, and says in a few words why: the reason given to `close`, a
   * `ProtocolError`'s code and message, or what the network said. Rejects only with an error that is our own fault
   * (thrown by the handler), also with the socket closed. Throws a TypeError when it is called twice.
   */
  async run(handler: ConnectionHandler): Promise<string> {
    if (this.#isRunning) throw new TypeError("Cannot run a connection twice");
    this.#isRunning = true;
    if (!this.isClosed) this.#watch();
    const loops = await Promise.allSettled([
      this.#endWith(this.#readLoop(handler)),
      this.#endWith(this.#writeLoop(handler)),
    ]);
    for (const loop of loops) {
      if (loop.status === "rejected") throw loop.reason;
    }
    return this.#closeReason ?? "ended";
  }

  /** Queues a message, to leave with the next write. Its bytes are copied now. On a closed connection it does nothing. */
  send(message: PeerMessage): void {
    this.#enqueue(() => this.#queue.push(message));
  }

  /** Queues a request for each block. */
  sendRequests(blocks: readonly Block[]): void {
    for (const { piece, begin, length } of blocks) this.send({ type: "request", piece, begin, length });
  }

  /**
   * Queues a block to be sent; its bytes are read when it is its turn. Throws a RangeError when it is longer than a
   * block may be (the caller has checked the request against the torrent).
   */
  queueUpload(block: Block): void {
    if (!(block.length > 0 && block.length <= BLOCK_LENGTH)) {
      throw new RangeError(`Cannot upload a block of 1 to ${BLOCK_LENGTH} bytes: current length is ${block.length}`);
    }
    this.#enqueue(() => this.#queue.pushUpload(block));
  }

  /** Takes a queued block back. False: it is not there, or on its way already. */
  cancelUpload(block: Block): boolean {
    return this.#queue.cancelUpload(block);
  }

  /** Closes the socket at once; what was queued is dropped. The first reason counts. */
  close(reason: string): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#timer?.[Symbol.dispose]();
    this.#queue.clear();
    this.#ending.abort(new Deno.errors.Interrupted(reason));
    this.#wake?.resolve();
    closeSocket(this.#socket);
    this.#onClosed?.();
  }

  /** Closes it, if that has not happened. */
  [Symbol.dispose](): void {
    this.close("no longer needed");
  }

  #blame(fault: ProtocolError): void {
    if (!this.isClosed) this.#fault = fault;
    this.close(`${fault.code}: ${fault.message}`);
  }

  /** Whatever ends one loop ends the connection, and so the other. */
  async #endWith(loop: Promise<void>): Promise<void> {
    try {
      await loop;
    } catch (error) {
      if (error === this.#ending.signal.reason) return; // the echo of closing
      if (error instanceof ProtocolError) return this.#blame(error);
      this.close(error instanceof Error ? error.message : String(error));
      if (!(error instanceof SocketFailure)) throw error;
    }
  }

  async #readLoop(handler: ConnectionHandler): Promise<void> {
    const frames = new FrameBuffer();
    while (!this.isClosed) {
      const room = frames.writable();
      const quantum = this.#downloadLimiter?.quantumBytes ?? Infinity;
      const count = await this.#read(room.length > quantum ? room.subarray(0, quantum) : room);
      if (count === null) return this.close("closed by the remote");
      this.#receivedBytes += count;
      frames.commit(count);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        handler.onMessage(decodePeerMessage(frame));
        if (this.isClosed) return;
      }
      const pause = handler.afterRead?.();
      if (pause !== undefined) await pause;
      // Paid afterwards, as only now it is known how much came: the next read waits for it.
      const turn = this.#downloadLimiter?.take(count, { signal: this.#ending.signal });
      if (turn !== undefined) await turn;
    }
  }

  async #read(into: Uint8Array): Promise<number | null> {
    this.#readingSinceMs = this.#clock.now();
    try {
      return await this.#socket.read(into);
    } catch (error) {
      throw isNetworkError(error) ? new SocketFailure(error) : error;
    } finally {
      this.#readingSinceMs = undefined;
    }
  }

  async #writeLoop(handler: ConnectionHandler): Promise<void> {
    const source = this.#blockSource(handler);
    while (!this.isClosed) {
      const bytes = this.#outbox.fill(source);
      if (bytes.length > 0) {
        await this.#write(bytes);
        if (this.isClosed) break;
        for (const block of this.#outbox.takeLeft()) handler.onUploaded(block);
      } else if (this.#queue.controlLength === 0 && !this.isClosed) {
        this.#wake = Promise.withResolvers();
        await this.#wake.promise;
      }
    }
    await this.#outbox.settled();
  }

  #blockSource(handler: ConnectionHandler): BlockSource {
    return {
      readBlock: (block, into) => handler.readBlock(block, into),
      onUploadFailed: (block, error) => {
        if (this.handshake.supportsFast) {
          this.send({ type: "reject-request", piece: block.piece, begin: block.begin, length: block.length });
        } else {
          this.close(`cannot read a block: ${error.message}`);
        }
        handler.onUploadFailed?.(block, error);
      },
    };
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#writingSinceMs = this.#clock.now();
    try {
      for (let offset = 0; offset < bytes.length;) {
        const count = await this.#socket.write(offset === 0 ? bytes : bytes.subarray(offset));
        offset += count;
        this.#sentBytes += count;
        this.#writingSinceMs = this.#sentAtMs = this.#clock.now();
      }
    } catch (error) {
      throw isNetworkError(error) ? new SocketFailure(error) : error;
    } finally {
      this.#writingSinceMs = undefined;
    }
  }

  #enqueue(push: () => void): void {
    if (this.isClosed) return;
    try {
      push();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#blame(error);
    }
    this.#wake?.resolve();
  }

  /** One lazy timer per connection: it looks at what happened meanwhile, so that activity never touches a timer. */
  #watch(): void {
    const now = this.#clock.now();
    const { idleTimeoutMs, keepAliveMs } = this.#limits;
    if (now - (this.#readingSinceMs ?? now) >= idleTimeoutMs) {
      return this.#blame(new ProtocolError("timeout", `nothing came for ${idleTimeoutMs} ms`));
    }
    if (now - (this.#writingSinceMs ?? now) >= idleTimeoutMs) {
      return this.#blame(new ProtocolError("timeout", `nothing was read for ${idleTimeoutMs} ms`));
    }
    if (now - this.#sentAtMs >= keepAliveMs && this.#writingSinceMs === undefined) {
      this.send({ type: "keep-alive" });
      this.#sentAtMs = now;
      // A connection this quiet does not need the buffer of a busy one.
      this.#outbox.shrink();
    }
    const next = Math.min(
      this.#sentAtMs + keepAliveMs,
      (this.#readingSinceMs ?? now) + idleTimeoutMs,
      (this.#writingSinceMs ?? now) + idleTimeoutMs,
    );
    // During a long write the time of a keep-alive passes without one.
    this.#timer = this.#clock.after(Math.max(MIN_WATCH_MS, next - now), () => this.#watch());
  }
}

/** What the socket threw, told apart from the errors of handlers, which may come from files. */
class SocketFailure extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** The timer never spins, whatever the limits. */
const MIN_WATCH_MS = 10;
