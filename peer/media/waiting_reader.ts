/**
 * Reads a file here and there, as the programs that take containers apart do, where it may not be all here yet: what is
 * missing is stated as a demand and waited for.
 *
 * @module
 */
import type { ByteRange } from "./range.ts";
import type { MovingDemand, VerifiedBytes } from "./verified_reader.ts";

/** How a reader goes on from where it read last. */
export interface WaitingReaderOptions {
  /** Ends every wait with its reason. */
  readonly signal: AbortSignal;
  /** How far beyond what is read the demand reaches; default: not at all, for who only looks at a few places. */
  readonly readAheadLength?: number;
}

/** One reader of one file. Its demand is withdrawn when it is disposed of. */
export class WaitingReader implements Disposable {
  readonly #source: VerifiedBytes;
  readonly #options: WaitingReaderOptions;
  #demand: MovingDemand | undefined;

  /** Reads nothing and demands nothing yet. */
  constructor(source: VerifiedBytes, options: WaitingReaderOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** The file's length in bytes. */
  get length(): number {
    return this.#source.length;
  }

  /**
   * Bytes from `start` up to `end`, fewer only at the file's end, in a buffer that the caller owns.
   *
   * @throws the signal's reason when it is aborted, or why the bytes will never come
   */
  async read({ start, end }: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.length) - start));
    for (let done = 0; done < bytes.length;) {
      const offset = start + done;
      const available = this.#source.availableFrom(offset);
      if (available === 0) await this.#wait(offset, start + bytes.length);
      else done += this.#source.readInto(offset, bytes.subarray(done, done + available));
    }
    if (this.#demand !== undefined) this.#want(start + bytes.length, start + bytes.length);
    return bytes;
  }

  /** Withdraws the demand. */
  [Symbol.dispose](): void {
    this.#demand?.[Symbol.dispose]();
    this.#demand = undefined;
  }

  async #wait(offset: number, end: number): Promise<void> {
    this.#want(offset, end);
    await this.#source.whenReadable(offset, { signal: this.#options.signal });
    this.#options.signal.throwIfAborted();
  }

  /** Demands from `start` up to `end` and the read-ahead; an empty window is no demand. */
  #want(start: number, end: number): void {
    const window = { start, end: Math.min(this.length, end + (this.#options.readAheadLength ?? 0)) };
    if (window.start >= window.end) return this[Symbol.dispose]();
    if (this.#demand === undefined) this.#demand = this.#source.demand(window);
    else this.#demand.move(window);
  }
}
