/**
 * Makes what one write takes: all control frames that wait, then as many blocks as fit and the upload limiter grants,
 * each read from its owner straight to its final place in one reused buffer. Invariant: a block is reported as left
 * exactly once, and one whose bytes cannot be had is rejected, never sent.
 * @module
 */

import { type Block, BLOCK_LENGTH } from "../../shared/geometry.ts";
import { encodePieceHeaderInto, PIECE_HEADER_LENGTH } from "../../shared/wire/peer_message.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import type { SendQueue } from "./send_queue.ts";

/** Where the bytes of blocks come from. */
export interface BlockSource {
  /** Fills `into` with the bytes of the block, or throws an Error. */
  readBlock(block: Block, into: Uint8Array): void;
  /** `readBlock` threw. */
  onUploadFailed(block: Block, error: Error): void;
}

/** What an {@link Outbox} is made of. */
export interface OutboxOptions {
  /** What waits. */
  readonly queue: SendQueue;
  /** Asked before each block. */
  readonly limiter?: RateLimiter | undefined;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
  /** The limiter has granted what a block was waiting for: `fill` again. */
  readonly onGranted: () => void;
}

/** The sending end of one connection. */
export class Outbox {
  readonly #queue: SendQueue;
  /** May be changed while nothing has been asked of it. */
  limiter: RateLimiter | undefined;
  readonly #signal: AbortSignal;
  readonly #onGranted: () => void;
  #buffer = new Uint8Array(0);
  #leaving: Block[] = [];
  /** Bytes that the limiter has granted and no block has used. */
  #credit = 0;
  #grant: Promise<void> | undefined;

  /** Sends nothing by itself. */
  constructor(options: OutboxOptions) {
    this.#queue = options.queue;
    this.limiter = options.limiter;
    this.#signal = options.signal;
    this.#onGranted = options.onGranted;
  }

  /** What is to leave now: a view of the buffer, valid until the next call; empty when there is nothing that may. */
  fill(source: BlockSource): Uint8Array {
    this.#reserve(Math.min(this.#queue.controlLength, MAX_WRITE_LENGTH), 0);
    let length = this.#queue.takeControl(this.#buffer);
    // Blocks must not come into the middle of a frame: with control frames left over they wait.
    if (this.#queue.controlLength === 0) length = this.#fillBlocks(source, length);
    return this.#buffer.subarray(0, length);
  }

  /** The blocks of the last fill, whose write is done. */
  takeLeft(): readonly Block[] {
    const left = this.#leaving;
    if (left.length > 0) this.#leaving = [];
    return left;
  }

  /** Lets go of the buffer of a connection that has been quiet; the next fill makes a new one. */
  shrink(): void {
    this.#buffer = new Uint8Array(0);
  }

  /** Resolves when the limiter owes it no answer: soon after the signal aborts. */
  async settled(): Promise<void> {
    await this.#grant;
  }

  #fillBlocks(source: BlockSource, controlLength: number): number {
    let length = controlLength;
    for (let block = this.#queue.peekUpload(); block !== undefined; block = this.#queue.peekUpload()) {
      const end = length + PIECE_HEADER_LENGTH + block.length;
      if (end > MAX_WRITE_LENGTH || !this.#isGranted(end - length)) break;
      this.#reserve(end, length);
      this.#queue.dropUpload();
      if (this.#readInto(block, { source, offset: length })) {
        this.#leaving.push(block);
        length = end;
      }
    }
    return length;
  }

  /** Writes header and data of a block at the offset. False: its bytes cannot be had. */
  #readInto(block: Block, { source, offset }: { source: BlockSource; offset: number }): boolean {
    const start = encodePieceHeaderInto(block, this.#buffer, offset);
    try {
      source.readBlock(block, this.#buffer.subarray(start, start + block.length));
      return true;
    } catch (error) {
      // Any error of whoever keeps the files; a thrown value that is no error is a fault of this program.
      if (!(error instanceof Error)) throw error;
      source.onUploadFailed(block, error);
      return false;
    }
  }

  /** Whether the limiter lets these bytes go now; if not, `onGranted` comes later. */
  #isGranted(bytes: number): boolean {
    if (this.limiter === undefined) return true;
    if (this.#credit >= bytes) {
      this.#credit -= bytes;
      return true;
    }
    if (this.#grant !== undefined) return false;
    const turn = this.limiter.take(bytes, { signal: this.#signal });
    if (turn === undefined) return true;
    this.#grant = this.#creditAfter(turn, bytes);
    return false;
  }

  async #creditAfter(turn: Promise<void>, bytes: number): Promise<void> {
    try {
      await turn;
    } catch (error) {
      if (error === this.#signal.reason) return;
      throw error;
    }
    // Control frames went on meanwhile, and the block may have been cancelled: then the next one uses what was granted.
    this.#credit += bytes;
    this.#grant = undefined;
    this.#onGranted();
  }

  #reserve(length: number, used: number): void {
    if (this.#buffer.length >= length) return;
    let size = Math.max(FIRST_BUFFER_LENGTH, this.#buffer.length * 2);
    while (size < length) size *= 2;
    const grown = new Uint8Array(Math.min(size, MAX_WRITE_LENGTH));
    grown.set(this.#buffer.subarray(0, used));
    this.#buffer = grown;
  }
}

/**
 * One write takes this much: sixteen blocks and their headers, and a page of control frames. Two and four times as much
 * could not be told apart from it on loopback (eight runs each, one and two processes: the runs of one size differ by
 * more than the sizes do), so it is the smallest of the three: each uploading connection has a buffer of its own.
 */
const MAX_WRITE_LENGTH = 16 * (BLOCK_LENGTH + PIECE_HEADER_LENGTH) + 4096;
/** The requests of a downloading connection fit. */
const FIRST_BUFFER_LENGTH = 1024;
