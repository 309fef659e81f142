/**
 * Finds records by a digest of what names them. Linear hashing (Litwin, "Linear hashing: a new tool for file and table
 * addressing", 1980): each new record splits one bucket, so there never comes an announce that waits until a table of a
 * million is built anew. Pure.
 *
 * @module
 */

/** Words a record has here: the next one of its bucket, and its digest. */
const ENTRY_WORDS = 2;

/** An index over the numbers of a table's records. Several may have one digest: whoever finds compares. */
export class RecordIndex {
  /** Of each bucket one more than its first record; 0 for none. */
  readonly #heads: Int32Array;
  /** Of each record one more than the next of its bucket, then its digest. */
  readonly #entries: Int32Array;
  #count = 0;
  #bucketCount = 1;
  /** The least power of two that is no less than the number of buckets, less one. */
  #mask = 0;

  /** Room for records numbered below `capacity`; it costs no memory until it is used. */
  constructor(capacity: number) {
    this.#heads = new Int32Array(capacity + 1);
    this.#entries = new Int32Array(capacity * ENTRY_WORDS);
  }

  /** Records in the index. */
  get count(): number {
    return this.#count;
  }

  /** The first record that may be the one with this digest, or −1. */
  first(digest: number): number {
    return this.#match((this.#heads[this.#bucketOf(digest)] ?? 0) - 1, digest);
  }

  /** The one after it with the same digest, or −1. */
  next(record: number): number {
    const entry = record * ENTRY_WORDS;
    return this.#match((this.#entries[entry] ?? 0) - 1, this.#entries[entry + 1] ?? 0);
  }

  /** Takes in a record that is not in it. */
  add(record: number, digest: number): void {
    this.#entries[record * ENTRY_WORDS + 1] = digest;
    this.#link(record, this.#bucketOf(digest));
    if (++this.#count > this.#bucketCount) this.#split();
  }

  /** Takes out a record that is in it. */
  remove(record: number): void {
    const entry = record * ENTRY_WORDS;
    const bucket = this.#bucketOf(this.#entries[entry + 1] ?? 0);
    const next = this.#entries[entry] ?? 0;
    let other = (this.#heads[bucket] ?? 0) - 1;
    if (other === record) {
      this.#heads[bucket] = next;
    } else {
      while (other >= 0 && this.#entries[other * ENTRY_WORDS] !== record + 1) {
        other = (this.#entries[other * ENTRY_WORDS] ?? 0) - 1;
      }
      if (other >= 0) this.#entries[other * ENTRY_WORDS] = next;
    }
    this.#count--;
  }

  #bucketOf(digest: number): number {
    const bucket = digest & this.#mask;
    return bucket < this.#bucketCount ? bucket : bucket & (this.#mask >>> 1);
  }

  #match(from: number, digest: number): number {
    let record = from;
    while (record >= 0 && this.#entries[record * ENTRY_WORDS + 1] !== digest) {
      record = (this.#entries[record * ENTRY_WORDS] ?? 0) - 1;
    }
    return record;
  }

  #link(record: number, bucket: number): void {
    this.#entries[record * ENTRY_WORDS] = this.#heads[bucket] ?? 0;
    this.#heads[bucket] = record + 1;
  }

  /** One bucket more: it takes its part of the one that stood for both. */
  #split(): void {
    const added = this.#bucketCount++;
    if (added > this.#mask) this.#mask = this.#mask * 2 + 1;
    const parent = added & (this.#mask >>> 1);
    let record = (this.#heads[parent] ?? 0) - 1;
    this.#heads[parent] = 0;
    while (record >= 0) {
      const next = (this.#entries[record * ENTRY_WORDS] ?? 0) - 1;
      this.#link(record, this.#bucketOf(this.#entries[record * ENTRY_WORDS + 1] ?? 0));
      record = next;
    }
  }
}
