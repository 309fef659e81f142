/**
 * Records of one length in one buffer: a million of them are no million objects, so they take what they are long, and
 * the garbage collector has nothing to look at. Pure.
 *
 * @module
 */

/** Numbered records of 32-bit words. A number is used again after its record is released. */
export class RecordTable {
  /** All words as signed numbers; a record begins at its number × {@link wordCount}. */
  readonly int32: Int32Array;
  /** The same as unsigned numbers. */
  readonly uint32: Uint32Array;
  /** The same as 32-bit floating-point numbers. */
  readonly float32: Float32Array;
  /** The same two by two as 64-bit floating-point numbers; a record begins at its number × {@link wordCount} ÷ 2. */
  readonly float64: Float64Array;
  /** Words of a record; even. */
  readonly wordCount: number;
  readonly #capacity: number;
  readonly #free: number[] = [];
  #end = 0;

  /**
   * Room for so many records. The system gives memory for what is written to, page by page, so room costs nothing; a buffer
   * that can be resized would: its length is looked up at each access, which then takes twice as long.
   */
  constructor(options: { readonly capacity: number; readonly wordCount: number }) {
    this.#capacity = options.capacity;
    this.wordCount = options.wordCount;
    this.int32 = new Int32Array(options.capacity * options.wordCount);
    this.uint32 = new Uint32Array(this.int32.buffer);
    this.float32 = new Float32Array(this.int32.buffer);
    this.float64 = new Float64Array(this.int32.buffer);
  }

  /** Records in use. */
  get count(): number {
    return this.#end - this.#free.length;
  }

  /** One more than the highest number ever used. */
  get end(): number {
    return this.#end;
  }

  /**
   * A record that is nobody's, all zero.
   *
   * @throws {RangeError} when there is no room: whoever takes asks first
   */
  take(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    if (this.#end === this.#capacity) throw new RangeError(`Cannot take a record more than ${this.#capacity}`);
    return this.#end++;
  }

  /** Gives a record back. */
  release(record: number): void {
    this.int32.fill(0, record * this.wordCount, (record + 1) * this.wordCount);
    this.#free.push(record);
  }
}
