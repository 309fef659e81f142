/**
 * A file in memory whose bytes become verified when a test says so: the {@link VerifiedBytes} of this room's tests,
 * with everything that a reader does to it on record.
 *
 * @module
 */
import type { ByteRange } from "./range.ts";
import type { MovingDemand, VerifiedBytes } from "./verified_reader.ts";

/** Content that shows a misplaced byte: no period divides a chunk's or a piece's length. */
export function sampleContent(length: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(length);
  for (let offset = 0; offset < length; offset++) content[offset] = (offset * 31 + Math.floor(offset / 251)) & 0xff;
  return content;
}

/** Verified bytes in memory, controlled by a test. */
export class MemoryBytes implements VerifiedBytes {
  /** The file's length in bytes. */
  readonly length: number;
  /** The windows of the demands that are held now, in the order they were stated. */
  readonly demands: Set<{ window: ByteRange }> = new Set();
  /** Every window ever demanded. */
  readonly windows: ByteRange[] = [];
  /** How many readers wait now. */
  waiterCount = 0;
  readonly #content: Uint8Array<ArrayBuffer>;
  readonly #isVerified: Uint8Array;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();
  #failure: Error | undefined;

  /**
   * Makes a file of which some is verified.
   *
   * @param content The file; kept.
   * @param verified The windows that are there from the start; default: all.
   */
  constructor(content: Uint8Array<ArrayBuffer>, verified: readonly ByteRange[] = [{ start: 0, end: content.length }]) {
    this.#content = content;
    this.length = content.length;
    this.#isVerified = new Uint8Array(content.length);
    for (const { start, end } of verified) this.#isVerified.fill(1, start, end);
  }

  /** Makes a window readable and wakes who waits. */
  verify({ start, end }: ByteRange): void {
    this.#isVerified.fill(1, start, end);
    this.#wake();
  }

  /** From now on reading and waiting fail. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  /** Resolves at the next change: a demand stated, moved or withdrawn, a reader waiting, bytes verified. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Waits for a state of this file. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.changed();
  }

  availableFrom(offset: number): number {
    const end = this.#isVerified.indexOf(0, offset);
    return (end < 0 ? this.length : end) - offset;
  }

  readInto(offset: number, into: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure;
    const length = Math.min(into.length, this.availableFrom(offset));
    into.set(this.#content.subarray(offset, offset + length));
    return length;
  }

  async whenReadable(offset: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    this.waiterCount++;
    this.#wake();
    try {
      while (this.availableFrom(offset) === 0) {
        signal.throwIfAborted();
        if (this.#failure !== undefined) throw this.#failure;
        await Promise.race([this.changed(), aborted.promise]);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.waiterCount--;
      this.#wake();
    }
  }

  demand(window: ByteRange): MovingDemand {
    const held = { window };
    this.demands.add(held);
    this.windows.push(window);
    this.#wake();
    return {
      move: (moved) => {
        held.window = moved;
        this.windows.push(moved);
        this.#wake();
      },
      [Symbol.dispose]: () => {
        this.demands.delete(held);
        this.#wake();
      },
    };
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
