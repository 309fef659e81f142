/**
 * Virtual time: actions wait in a heap and the clock jumps from one to the next. Actions due at the same moment run in
 * the order in which they were planned, so a run depends on nothing but its seed.
 *
 * @module
 */

interface PlannedAction {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

/** A clock that runs as fast as its actions. */
export class VirtualClock {
  readonly #heap: PlannedAction[] = [];
  #nowMs = 0;
  #order = 0;

  /** The present moment in milliseconds. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Plans an action; one in the past runs now. */
  at(atMs: number, act: () => void): void {
    this.#push({ atMs: Math.max(atMs, this.#nowMs), order: this.#order++, act });
  }

  /** Plans an action a while from now. */
  after(delayMs: number, act: () => void): void {
    this.at(this.#nowMs + delayMs, act);
  }

  /**
   * Runs until `isOver`, the time limit, or nothing is planned.
   *
   * @returns whether `isOver` became true
   */
  run(options: { readonly untilMs: number; readonly isOver?: () => boolean }): boolean {
    const isOver = options.isOver ?? (() => false);
    while (!isOver()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > options.untilMs) {
        this.#nowMs = Math.max(this.#nowMs, Math.min(options.untilMs, next?.atMs ?? options.untilMs));
        return isOver();
      }
      this.#pop();
      this.#nowMs = next.atMs;
      next.act();
    }
    return true;
  }

  #push(action: PlannedAction): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(action);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, action)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = action;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    while (true) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      const least = right !== undefined && isBefore(right, left) ? right : left;
      if (least === right) child++;
      if (isBefore(last, least)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: PlannedAction, other: PlannedAction): boolean {
  return one.atMs !== other.atMs ? one.atMs < other.atMs : one.order < other.order;
}
