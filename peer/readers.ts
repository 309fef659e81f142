/**
 * Those who wait for a byte of a torrent to become readable.
 *
 * @module
 */

interface Waiter {
  readonly offset: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** The waiting readers of one torrent. */
export class Readers {
  readonly #waiters = new Set<Waiter>();
  #failure: Error | undefined;

  /** Waits until {@link wake} finds the offset readable; fails with the signal's reason or with {@link fail}'s error. */
  async wait(offset: number, options: { readonly signal: AbortSignal }): Promise<void> {
    const { signal } = options;
    signal.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { offset, resolve, reject };
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    this.#waiters.add(waiter);
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Lets go on whoever waits for something that is readable now. */
  wake(isReadable: (offset: number) => boolean): void {
    for (const waiter of this.#waiters) {
      if (isReadable(waiter.offset)) waiter.resolve();
    }
  }

  /** Tells all who wait, and all who will, that nothing more is coming. */
  fail(reason: Error): void {
    this.#failure = reason;
    for (const waiter of this.#waiters) waiter.reject(reason);
  }
}
