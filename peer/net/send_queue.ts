/**
 * What a connection has yet to send: control frames, encoded as they come, then blocks to upload in the order of their
 * requests. It is filled into one buffer at a time, so that many frames leave in one write. Invariant: control frames
 * overtake blocks, and neither kind overtakes itself; both are limited, as a remote that asks and never reads would
 * otherwise fill our memory.
 * @module
 */

import type { Block } from "../../shared/geometry.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { encodedLength, encodePeerMessageInto, type PeerMessage } from "../../shared/wire/peer_message.ts";

/** The limits of a {@link SendQueue}. */
export interface SendQueueLimits {
  /** Blocks. */
  readonly maxQueuedUploads: number;
  /** Bytes of encoded control frames. */
  readonly maxQueuedControlBytes: number;
}

/** The frames and blocks that wait for the socket. */
export class SendQueue {
  readonly #limits: SendQueueLimits;
  #control = new Uint8Array(FIRST_CONTROL_LENGTH);
  #controlStart = 0;
  #controlEnd = 0;
  #uploads: Block[] = [];
  #uploadsStart = 0;

  /** An empty queue. */
  constructor(limits: SendQueueLimits) {
    this.#limits = limits;
  }

  /** Bytes of control frames that wait. */
  get controlLength(): number {
    return this.#controlEnd - this.#controlStart;
  }

  /** Blocks that wait. */
  get uploadCount(): number {
    return this.#uploads.length - this.#uploadsStart;
  }

  /** Encodes a message behind the others. Throws `ProtocolError` "limit" when too many wait. */
  push(message: PeerMessage): void {
    const length = encodedLength(message);
    if (this.controlLength + length > this.#limits.maxQueuedControlBytes) {
      throw new ProtocolError(
        "limit",
        `Cannot queue more than ${this.#limits.maxQueuedControlBytes} bytes for a remote that does not read`,
      );
    }
    this.#reserve(length);
    this.#controlEnd = encodePeerMessageInto(message, this.#control, this.#controlEnd);
  }

  /** Queues a block. Throws `ProtocolError` "limit" when too many wait. */
  pushUpload(block: Block): void {
    if (this.uploadCount >= this.#limits.maxQueuedUploads) {
      throw new ProtocolError("limit", `Cannot queue more than ${this.#limits.maxQueuedUploads} blocks for one remote`);
    }
    this.#uploads.push(block);
  }

  /** Takes a block back; false when it is not waiting (any more). */
  cancelUpload(block: Block): boolean {
    for (let index = this.#uploadsStart; index < this.#uploads.length; index++) {
      const queued = this.#uploads[index];
      if (queued?.piece === block.piece && queued.begin === block.begin && queued.length === block.length) {
        this.#uploads.splice(index, 1);
        return true;
      }
    }
    return false;
  }

  /** The block whose turn it is, still in the queue. */
  peekUpload(): Block | undefined {
    return this.#uploads[this.#uploadsStart];
  }

  /** Takes the first block out. */
  dropUpload(): void {
    this.#uploadsStart += 1;
    if (this.#uploadsStart === this.#uploads.length) {
      this.#uploads = [];
      this.#uploadsStart = 0;
    } else if (this.#uploadsStart >= COMPACT_UPLOADS) {
      this.#uploads.splice(0, this.#uploadsStart);
      this.#uploadsStart = 0;
    }
  }

  /** Moves control bytes to the front of `target`, as many as fit; gives how many. */
  takeControl(target: Uint8Array): number {
    const count = Math.min(this.controlLength, target.length);
    target.set(this.#control.subarray(this.#controlStart, this.#controlStart + count));
    this.#controlStart += count;
    if (this.#controlStart === this.#controlEnd) {
      this.#controlStart = this.#controlEnd = 0;
      if (this.#control.length > MAX_KEPT_CONTROL_LENGTH) this.#control = new Uint8Array(FIRST_CONTROL_LENGTH);
    }
    return count;
  }

  /** Forgets everything. */
  clear(): void {
    this.#control = new Uint8Array(0);
    this.#controlStart = this.#controlEnd = 0;
    this.#uploads = [];
    this.#uploadsStart = 0;
  }

  #reserve(length: number): void {
    if (this.#controlEnd + length <= this.#control.length) return;
    const waiting = this.#control.subarray(this.#controlStart, this.#controlEnd);
    let size = Math.max(FIRST_CONTROL_LENGTH, this.#control.length);
    while (size < waiting.length + length) size *= 2;
    // Copying within the old buffer would do when it is long enough; it rarely is, and this is one path less.
    const grown = new Uint8Array(size);
    grown.set(waiting);
    this.#control = grown;
    this.#controlEnd = waiting.length;
    this.#controlStart = 0;
  }
}

/** Fifteen requests: what an idle connection ever has waiting. */
const FIRST_CONTROL_LENGTH = 256;
/** A buffer grown by a burst (a bitfield, metadata) is let go when empty; requests, which come all the time, fit. */
const MAX_KEPT_CONTROL_LENGTH = 64 * 1024;
/** Sent blocks are cut off the front of the array this many at a time, so that each costs next to nothing. */
const COMPACT_UPLOADS = 256;
