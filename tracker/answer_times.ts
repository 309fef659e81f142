/**
 * How long answers take, as a histogram for the metrics. Looking at the clock and sorting in costs as much as a good part
 * of an answer, so one in {@link SAMPLE_EVERY} is measured.
 *
 * @module
 */

/** One answer in so many is measured. */
export const SAMPLE_EVERY = 16;

/** Takes each time measured, in seconds. */
export type ObserveSeconds = (seconds: number) => void;

/** Measures answers, one after another. */
export class AnswerTimes {
  readonly #now: () => number;
  readonly #observe: ObserveSeconds;
  #answerCount = 0;

  /** `now` in milliseconds on a clock that does not jump. */
  constructor(options: { readonly now: () => number; readonly observe: ObserveSeconds }) {
    this.#now = options.now;
    this.#observe = options.observe;
  }

  /** An answer begins: gives what {@link end} wants of it. */
  begin(): number {
    return this.#answerCount++ % SAMPLE_EVERY === 0 ? this.#now() : NaN;
  }

  /** The answer that began then is ready. */
  end(begun: number): void {
    // Not a number is the answer that is not measured.
    if (begun === begun) this.#observe((this.#now() - begun) / 1000);
  }
}
