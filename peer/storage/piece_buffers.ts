/**
 * The memory that pieces take between their first block and the disk: one budget for the whole process. When unfinished
 * pieces use too much of it, the coldest are written to their place unjudged (spilled); when it is used up, nobody
 * reads from a socket until some comes back.
 *
 * @module
 */

/** The budget unless told otherwise: what is left for pieces of the 150 MB that the whole program may take. */
const DEFAULT_BUDGET_BYTES = 56 * 1024 * 1024;

/** The part of the budget that unfinished pieces may fill before the coldest is spilled: room for pieces being judged. */
const SPILL_ABOVE = 0.75;

/**
 * The part of the budget that may be with workers before nobody reads on: enough that they never idle, and no more, or
 * a network faster than the hashes would fill the whole budget with pieces in a queue. With a quarter a GiB took 10 MB
 * more and came 3 % faster.
 */
const MAX_AWAY = 0.125;

/** Buffers that may be with workers however large they are: one for each of two workers, and one that is next. */
const MIN_AWAY_COUNT = 3;

/** Buffers kept for reuse, as a part of the budget: allocating costs zeroing and page faults, more than hashing a block. */
const KEPT_FREE = 0.25;

/** A piece that is being filled and can be asked to give its memory back. */
export interface BufferHolder {
  /** Sends the buffer away to be written as it is (see {@link PieceBuffers.sendAway}). */
  spill(): void;
}

/**
 * Lends piece buffers and counts them. A buffer is *held* while a piece is filled, *away* while a worker has it, and
 * *parked* while it waits for a full disk; parked memory does not stop other torrents, so in all at most twice the
 * budget, and what the connections had read already, is in use.
 */
export class PieceBuffers {
  /** The most that held and away buffers should take together. */
  readonly budgetBytes: number;
  #heldBytes = 0;
  #awayBytes = 0;
  #awayCount = 0;
  #parkedBytes = 0;
  readonly #free: ArrayBuffer[] = [];
  #freeBytes = 0;
  /** In the order in which they were touched: the first is the coldest. */
  readonly #holders = new Set<BufferHolder>();
  #lastTouched: BufferHolder | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;

  /**
   * Nothing is lent yet.
   *
   * @throws {RangeError} unless the budget is above 0
   */
  constructor(options: { readonly budgetBytes?: number } = {}) {
    const { budgetBytes = DEFAULT_BUDGET_BYTES } = options;
    if (!(budgetBytes > 0)) throw new RangeError(`Cannot use a number as budget: current value is ${budgetBytes}`);
    this.budgetBytes = budgetBytes;
  }

  /** Bytes lent and not given back. */
  get usedBytes(): number {
    return this.#heldBytes + this.#awayBytes + this.#parkedBytes;
  }

  /** Resolves when there is memory for more blocks; `undefined`: there is now. */
  room(): Promise<void> | undefined {
    if (this.#hasRoom) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  /**
   * Lends a buffer, always: whoever asks has the bytes in hand already. Its content is whatever it was.
   *
   * @param length bytes; buffers of one length are reused for it
   */
  take(length: number, holder: BufferHolder): ArrayBuffer {
    this.#heldBytes += length;
    this.touch(holder);
    this.#spillColdest(holder);
    const index = this.#free.findLastIndex((buffer) => buffer.byteLength === length);
    const [buffer] = index < 0 ? [] : this.#free.splice(index, 1);
    if (buffer === undefined) return new ArrayBuffer(length);
    this.#freeBytes -= length;
    return buffer;
  }

  /** Makes the holder the warmest. */
  touch(holder: BufferHolder): void {
    if (this.#lastTouched === holder) return;
    this.#lastTouched = holder;
    this.#holders.delete(holder);
    this.#holders.add(holder);
  }

  /** The holder's buffer goes to a worker: it cannot be spilled, and its memory is on its way back. */
  sendAway(length: number, holder: BufferHolder): void {
    this.#forget(holder);
    this.#heldBytes -= length;
    this.#depart(length);
  }

  /** The worker brought the buffer back and the holder keeps it. */
  comeBack(length: number, holder: BufferHolder): void {
    this.#return(length);
    this.#heldBytes += length;
    this.touch(holder);
  }

  /** The worker brought the buffer back and nobody needs it. */
  giveBack(buffer: ArrayBuffer): void {
    this.lose(buffer.byteLength);
    this.#free.push(buffer);
    this.#freeBytes += buffer.byteLength;
    while (this.#freeBytes > this.budgetBytes * KEPT_FREE) this.#freeBytes -= this.#free.shift()?.byteLength ?? 0;
  }

  /** A buffer that was away is gone (the worker died). */
  lose(length: number): void {
    this.#return(length);
    this.#wake();
  }

  /** The worker brought the buffer back and it waits for a full disk. */
  park(length: number): void {
    this.#return(length);
    this.#parkedBytes += length;
    this.#wake();
  }

  /** A parked buffer goes to a worker again. */
  unpark(length: number): void {
    this.#parkedBytes -= length;
    this.#depart(length);
  }

  get #hasRoom(): boolean {
    const excess = Math.max(0, this.#parkedBytes - this.budgetBytes);
    // With nothing on its way back, waiting would be for ever: the pieces that hold the memory need blocks to go on.
    if (this.#awayCount === 0) return true;
    if (this.#awayCount >= MIN_AWAY_COUNT && this.#awayBytes > this.budgetBytes * MAX_AWAY) return false;
    return this.#heldBytes + this.#awayBytes + excess < this.budgetBytes;
  }

  #depart(length: number): void {
    this.#awayBytes += length;
    this.#awayCount++;
  }

  #return(length: number): void {
    this.#awayBytes -= length;
    this.#awayCount--;
  }

  #wake(): void {
    if (this.#waiting === undefined || !this.#hasRoom) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  #spillColdest(except: BufferHolder): void {
    for (const holder of this.#holders) {
      if (this.#heldBytes <= this.budgetBytes * SPILL_ABOVE) return;
      if (holder !== except) holder.spill();
    }
  }

  #forget(holder: BufferHolder): void {
    this.#holders.delete(holder);
    if (this.#lastTouched === holder) this.#lastTouched = undefined;
  }
}
