/**
 * Those who want to know that the tracker has changed. Invariant: one timer, however many changes and listeners.
 *
 * @module
 */

/** Listeners hear of a burst of announces once. */
const NOTIFY_AFTER_MS = 50;

/** Those who want to know, told soon after a change, and once of many. */
export class ChangeListeners implements Disposable {
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Tells `listener` from now on, until the answer is disposed of. */
  subscribe(listener: () => void): Disposable {
    // A wrapper, so that one function subscribed twice is told twice and ends apart.
    const own = () => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /** Something has changed. */
  notify(): void {
    if (this.#timer !== undefined || this.#listeners.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const listener of this.#listeners) listener();
    }, NOTIFY_AFTER_MS);
  }

  /** Nobody is told any more. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}
