/**
 * What is due when: a binary heap that knows where each of its items is, so that one of ten thousand can be moved or
 * taken out at the cost of a few comparisons, and one timer serves them all. Pure.
 * @module
 */

interface Entry<Item> {
  readonly item: Item;
  dueMs: number;
  index: number;
}

/** Items in the order of their time; each is in it once. */
export class DueQueue<Item> {
  readonly #heap: Entry<Item>[] = [];
  readonly #entries = new Map<Item, Entry<Item>>();

  /** How many items wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the first item is due, undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  /** When this item is due, undefined when it is not waiting. */
  dueMs(item: Item): number | undefined {
    return this.#entries.get(item)?.dueMs;
  }

  /** Puts an item in, or moves it to another time. */
  set(item: Item, dueMs: number): void {
    const known = this.#entries.get(item);
    if (known !== undefined) {
      known.dueMs = dueMs;
      this.#settle(known);
      return;
    }
    const entry = { item, dueMs, index: this.#heap.length };
    this.#heap.push(entry);
    this.#entries.set(item, entry);
    this.#rise(entry);
  }

  /** Takes an item out; false when it was not waiting. */
  delete(item: Item): boolean {
    const entry = this.#entries.get(item);
    if (entry === undefined) return false;
    this.#entries.delete(item);
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#place(last, entry.index);
      this.#settle(last);
    }
    return true;
  }

  /** Takes out the first item if it is due at `nowMs`. */
  popDue(nowMs: number): Item | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.delete(first.item);
    return first.item;
  }

  /** Forgets all items. */
  clear(): void {
    this.#heap.length = 0;
    this.#entries.clear();
  }

  #settle(entry: Entry<Item>): void {
    this.#rise(entry);
    this.#sink(entry);
  }

  #rise(entry: Entry<Item>): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >>> 1];
      if (parent === undefined || parent.dueMs <= entry.dueMs) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: Entry<Item>): void {
    for (;;) {
      const left = this.#heap[entry.index * 2 + 1];
      const right = this.#heap[entry.index * 2 + 2];
      const first = right !== undefined && left !== undefined && right.dueMs < left.dueMs ? right : left;
      if (first === undefined || first.dueMs >= entry.dueMs) return;
      this.#swap(entry, first);
    }
  }

  /** `upper` goes down to the place of `lower`, and that one up. */
  #swap(upper: Entry<Item>, lower: Entry<Item>): void {
    const { index } = upper;
    this.#place(upper, lower.index);
    this.#place(lower, index);
  }

  #place(entry: Entry<Item>, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}
