/**
 * Counts what is open, up to a limit.
 *
 * @module
 */

/** So many at once and no more. */
export class OpenSlots {
  readonly #maxCount: number;
  #openCount = 0;

  /** All are free. */
  constructor(maxCount: number) {
    this.#maxCount = maxCount;
  }

  /** Takes a slot: gives what frees it, at most once, or undefined when all are taken. */
  take(): (() => void) | undefined {
    if (this.#openCount >= this.#maxCount) return undefined;
    this.#openCount++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#openCount--;
      isTaken = false;
    };
  }
}
