/**
 * Reads a file that is not all there yet, as a stream of verified bytes in order. What it wants next it says as a
 * demand that moves along; what is not here yet it waits for. An error is never an end: a stream either gives every
 * byte of its range or fails.
 *
 * @module
 */
import type { ByteRange } from "./range.ts";

/** A stated wish for a window of bytes; disposing it withdraws the wish. */
export interface MovingDemand extends Disposable {
  /** Replaces the window. */
  move(window: ByteRange): void;
}

/** The bytes of one file that are verified, as the torrent gives them. Offsets count from the file's beginning. */
export interface VerifiedBytes {
  /** The file's length in bytes. */
  readonly length: number;
  /** How many verified bytes can be read from `offset` on, without a gap; 0 at the end. */
  availableFrom(offset: number): number;
  /**
   * Copies verified bytes from `offset` on into the caller's buffer.
   *
   * @returns How many, at least 1 and at most `into.length`, when any are available.
   * @throws StorageError (or any error) when they cannot be read.
   */
  readInto(offset: number, into: Uint8Array): number;
  /**
   * Waits until the byte at `offset` is verified; may also resolve early, so look again.
   *
   * @throws The signal's reason when it is aborted, or why the byte will never come (torrent removed or failed).
   */
  whenReadable(offset: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** States what is wanted soon. */
  demand(window: ByteRange): MovingDemand;
}

/** The largest chunk of a stream: beyond 256 KiB loopback TCP gains nothing, and each waiting player holds one. */
export const MAX_CHUNK_LENGTH: number = 256 * 1024;

/**
 * How far ahead of the reader a demand reaches: 16 MiB is 32 pieces of 512 KiB, enough to keep every peer busy, and
 * 16 s of a film at 8 Mbit/s.
 */
export const READ_AHEAD_LENGTH: number = 16 * 1024 * 1024;

/** A demand moves when the reader has gone on by this much, or waits: each move is an event for the swarm. */
export const DEMAND_STEP_LENGTH: number = 512 * 1024;

/** How a stream is read. */
export interface VerifiedStreamOptions {
  /** Aborted when the reader has gone and will not cancel the stream itself: the stream fails with its reason and its demand is withdrawn. */
  readonly signal?: AbortSignal;
  /** Default {@link READ_AHEAD_LENGTH}. */
  readonly readAheadLength?: number;
  /** Called once when the stream is over, however it ends; its demand is withdrawn by then. */
  readonly onEnd?: () => void;
}

/**
 * The bytes of a range as a stream: nothing is read before the consumer asks for it.
 *
 * @param source The file. Whoever gives it keeps it open until the demand is withdrawn.
 * @param range The window to read, inside the file; an empty one gives an empty stream without any demand.
 * @param options The reader's signal and read-ahead.
 * @returns A stream of fresh buffers that the consumer owns, each at most {@link MAX_CHUNK_LENGTH} long. It is errored,
 * never closed early, when the source fails or the signal is aborted. It holds its demand until it ends in any way.
 * @throws RangeError when the range does not lie in the file.
 */
export function verifiedStream(
  source: VerifiedBytes,
  range: ByteRange,
  options: VerifiedStreamOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { start, end } = range;
  if (
    !(Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end && end <= source.length)
  ) {
    throw new RangeError(
      `Cannot read the range as part of a file of ${source.length} bytes: current value is ${start}-${end}`,
    );
  }
  const reader = new VerifiedReader(source, range, options);
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => reader.start(controller),
    pull: (controller) => reader.pull(controller),
    cancel: (reason) => reader.end(reason),
  }, { highWaterMark: 0 });
}

/** One reader at its position. It owns a demand and a listener of the signal until `end`. */
class VerifiedReader {
  readonly #source: VerifiedBytes;
  readonly #end: number;
  readonly #options: VerifiedStreamOptions;
  readonly #ended = new AbortController();
  #position: number;
  #demand: MovingDemand | undefined;
  #demandedFrom: number;
  #stopListening: (() => void) | undefined;

  constructor(source: VerifiedBytes, range: ByteRange, options: VerifiedStreamOptions) {
    this.#source = source;
    this.#position = range.start;
    this.#demandedFrom = range.start;
    this.#end = range.end;
    this.#options = options;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    const { signal } = this.#options;
    if (this.#position === this.#end) {
      this.end(undefined);
      controller.close();
      return;
    }
    const onAbort = () => {
      this.end(signal?.reason);
      controller.error(signal?.reason);
    };
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort);
    this.#stopListening = () => signal?.removeEventListener("abort", onAbort);
    this.#demand = this.#source.demand(this.#window());
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    try {
      const chunk = await this.#next();
      if (this.#ended.signal.aborted) return; // Cancelled or aborted while waiting: already closed or errored.
      controller.enqueue(chunk);
      if (this.#position === this.#end) {
        this.end(undefined);
        controller.close();
      }
    } catch (error) {
      // Any failure of the source fails the stream, which is how the consumer learns of it.
      if (this.#ended.signal.aborted) return; // Our own end woke the waiting source: nobody is there to be told.
      this.end(error);
      controller.error(error);
    }
  }

  /** Withdraws the demand and wakes a waiting `pull`; safe to call again. */
  end(reason: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(reason);
    this.#stopListening?.();
    this.#demand?.[Symbol.dispose]();
    this.#options.onEnd?.();
  }

  /** The next chunk, waited for; moves position and demand. */
  async #next(): Promise<Uint8Array<ArrayBuffer>> {
    let available = this.#source.availableFrom(this.#position);
    while (available === 0) {
      this.#moveDemand();
      await this.#source.whenReadable(this.#position, { signal: this.#ended.signal });
      this.#ended.signal.throwIfAborted();
      available = this.#source.availableFrom(this.#position);
    }
    const chunk = new Uint8Array(Math.min(available, MAX_CHUNK_LENGTH, this.#end - this.#position));
    const length = this.#source.readInto(this.#position, chunk);
    if (length < 1 || length > chunk.length) {
      throw new RangeError(
        `Cannot take the length as that of a read of ${chunk.length} bytes: current value is ${length}`,
      );
    }
    this.#position += length;
    if (this.#position - this.#demandedFrom >= DEMAND_STEP_LENGTH && this.#position < this.#end) this.#moveDemand();
    return length === chunk.length ? chunk : chunk.subarray(0, length);
  }

  #moveDemand(): void {
    if (this.#position === this.#demandedFrom) return;
    this.#demandedFrom = this.#position;
    this.#demand?.move(this.#window());
  }

  #window(): ByteRange {
    const { readAheadLength = READ_AHEAD_LENGTH } = this.#options;
    return { start: this.#position, end: Math.min(this.#end, this.#position + readAheadLength) };
  }
}
