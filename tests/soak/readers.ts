/**
 * Readers of a dashboard's live updates that come, take some, and go without a word, as tabs of a browser do.
 *
 * @module
 */

/** What a reader takes at most before it goes: half a minute's worth at four a second. */
const MAX_UPDATES = 120;

/** Readers of one dashboard. */
export class Readers {
  readonly #url: string;
  readonly #random: () => number;

  /** Updates that were read. */
  updateCount = 0;
  /** Readers that came. */
  readerCount = 0;

  /** Nobody reads yet. */
  constructor(dashboard: string, random: () => number) {
    this.#url = `${dashboard}/api/events`;
    this.#random = random;
  }

  /** So many read at once, until the signal. */
  async run(width: number, signal: AbortSignal): Promise<void> {
    const turns = Array.from({ length: width }, async () => {
      while (!signal.aborted) await this.#readSome(signal);
    });
    await Promise.all(turns);
  }

  async #readSome(signal: AbortSignal): Promise<void> {
    this.readerCount++;
    // Most look for a moment, few stay.
    let wanted = Math.ceil(MAX_UPDATES * this.#random() ** 3);
    const response = await fetch(this.#url, { signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!response.ok || reader === undefined) throw new Error(`${this.#url}: ${response.status}`);
    const leave = () => void reader.cancel();
    signal.addEventListener("abort", leave);
    while (wanted > 0) {
      const { done, value } = await reader.read();
      if (done) break;
      const count = value.split("event: update").length - 1;
      this.updateCount += count;
      wanted -= count;
    }
    signal.removeEventListener("abort", leave);
    await reader.cancel();
  }
}
