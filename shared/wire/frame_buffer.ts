/**
 * Cuts the byte stream of a peer connection into frames (BEP 3: four bytes of length, then that many bytes), without
 * I/O and without copying: the socket is read straight into the buffer and frames are views into it.
 *
 * Invariant: the frames given out, joined with their lengths, are exactly the bytes committed, however the network cut
 * them; a length above the limit is refused before a byte of room is made for it.
 *
 * @module
 */

import { ProtocolError } from "../protocol_error.ts";
import { MAX_FRAME_LENGTH } from "./peer_message.ts";

/** Limits of a {@link FrameBuffer}. */
export interface FrameBufferOptions {
  /**
   * The most bytes it will ever hold, default 512 KiB: measured on loopback, a third faster than 256 KiB and twice as
   * fast as 1 MiB, whose bytes leave the second-level cache before they are looked at. At least `maxFrameLength` + 4.
   */
  readonly capacity?: number;
  /** The longest frame taken, in bytes without its length prefix, default {@link MAX_FRAME_LENGTH}. */
  readonly maxFrameLength?: number;
}

/** The receiving end of one connection: `writable` → read into it → `commit` → `next` until `undefined`, and again. */
export class FrameBuffer {
  readonly #capacity: number;
  readonly #maxFrameLength: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  /** First byte not yet given out. */
  #start = 0;
  /** First byte not yet received. */
  #end = 0;
  /** The last read took all the room there was: more is waiting, so more room pays. */
  #wasFilled = false;

  /**
   * An empty buffer, small at first.
   *
   * @throws {RangeError} when the capacity cannot hold the longest frame
   */
  constructor(options: FrameBufferOptions = {}) {
    this.#capacity = options.capacity ?? DEFAULT_CAPACITY;
    this.#maxFrameLength = options.maxFrameLength ?? MAX_FRAME_LENGTH;
    if (this.#capacity < this.#maxFrameLength + PREFIX_LENGTH) {
      throw new RangeError(
        `Cannot hold frames of ${this.#maxFrameLength} bytes: current capacity is ${this.#capacity}`,
      );
    }
    this.#bytes = new Uint8Array(Math.min(INITIAL_CAPACITY, this.#capacity));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes received and not yet given out. */
  get bufferedLength(): number {
    return this.#end - this.#start;
  }

  /**
   * The room to read into: a view of at least one byte, and of at least what the frame at hand still lacks. It ends the
   * life of every view given out before. Nothing is received until {@link commit} says how much was.
   *
   * @throws {RangeError} when the buffer is full of frames that were not taken
   */
  writable(): Uint8Array<ArrayBuffer> {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    const missing = this.#missingLength();
    const size = this.#bytes.length;
    const mustGrow = this.bufferedLength + missing > size;
    if (mustGrow || (this.#wasFilled && size < this.#capacity)) {
      this.#grow(this.bufferedLength + missing);
    } else if (size - this.#end < Math.max(missing, size / MIN_ROOM_SHARE)) {
      this.#compact();
    }
    this.#wasFilled = false;
    return this.#bytes.subarray(this.#end);
  }

  /**
   * Says that `count` bytes at the front of {@link writable} have been filled.
   *
   * @throws {RangeError} when that is more than the room there was
   */
  commit(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.#bytes.length - this.#end) {
      throw new RangeError(`Cannot commit ${count} bytes: current room is ${this.#bytes.length - this.#end}`);
    }
    this.#end += count;
    this.#wasFilled = count > 0 && this.#end === this.#bytes.length;
  }

  /**
   * The next whole frame without its length prefix (empty: a keep-alive), as a view that is valid until the next
   * {@link writable}; `undefined` while it has not all arrived.
   *
   * @throws {ProtocolError} `too-long` when the frame would exceed the limit; the connection cannot go on
   */
  next(): Uint8Array<ArrayBuffer> | undefined {
    const start = this.#start + PREFIX_LENGTH;
    if (start > this.#end) return undefined;
    const length = this.#view.getUint32(this.#start);
    if (length > this.#maxFrameLength) {
      throw new ProtocolError(
        "too-long",
        `Cannot take a frame of ${length} bytes: the limit is ${this.#maxFrameLength}`,
      );
    }
    const end = start + length;
    if (end > this.#end) return undefined;
    this.#start = end;
    return this.#bytes.subarray(start, end);
  }

  /**
   * The next `length` bytes as they are (the handshake comes before the first frame), as a view that is valid until the
   * next {@link writable}; `undefined` while they have not all arrived.
   *
   * @throws {RangeError} when `length` exceeds the longest frame, for which alone room is made
   */
  take(length: number): Uint8Array<ArrayBuffer> | undefined {
    if (length > this.#maxFrameLength) {
      throw new RangeError(`Cannot take ${length} bytes at once: the limit is ${this.#maxFrameLength}`);
    }
    if (this.bufferedLength < length) return undefined;
    const start = this.#start;
    this.#start += length;
    return this.#bytes.subarray(start, this.#start);
  }

  /** What the frame at hand still lacks, at least one byte. A frame over the limit asks for no room: `next` refuses it. */
  #missingLength(): number {
    const buffered = this.bufferedLength;
    if (buffered < PREFIX_LENGTH) return PREFIX_LENGTH - buffered;
    const length = this.#view.getUint32(this.#start);
    if (length > this.#maxFrameLength) return 1;
    return Math.max(1, length + PREFIX_LENGTH - buffered);
  }

  #compact(): void {
    if (this.#start === 0) return;
    this.#bytes.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Doubles the buffer until it holds `needed` bytes. Most connections are idle and never leave the first size. */
  #grow(needed: number): void {
    if (needed > this.#capacity) {
      throw new RangeError(`Cannot read into a full buffer of ${this.#capacity} bytes: take its frames first`);
    }
    let size = this.#bytes.length * 2;
    while (size < needed) size *= 2;
    const bytes = new Uint8Array(Math.min(size, this.#capacity));
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

const DEFAULT_CAPACITY = 512 * 1024;
/** Two block frames and change: what an idle or slow connection needs. */
const INITIAL_CAPACITY = 64 * 1024;
/** Of a frame's length. */
const PREFIX_LENGTH = 4;
/** With less than a quarter of the buffer free behind the data it is moved to the front: rarely, and never much. */
const MIN_ROOM_SHARE = 4;
