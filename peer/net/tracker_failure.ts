/**
 * The one error for a tracker that could not be asked or did not answer properly. A tracker that says no is a
 * `TrackerRefusal` of `shared/wire/announce.ts`; this one is about the way there.
 * @module
 */

/** What a {@link TrackerFailure} may carry. */
export interface TrackerFailureOptions extends ErrorOptions {
  /** Seconds before which asking again is pointless; Infinity: it always will be. */
  readonly retryInSeconds?: number | undefined;
}

/** A tracker could not be asked: unreachable, silent, or its answer was not one. The cause, if there is one, is kept. */
export class TrackerFailure extends Error {
  /** The announce address as it was configured. */
  readonly url: string;
  /** Seconds before which asking again is pointless; Infinity: it always will be; undefined: the asker's choice. */
  readonly retryInSeconds: number | undefined;

  /** Makes the error; `reason` ends the sentence "Cannot ask the tracker URL: …". */
  constructor(url: string, reason: string, options: TrackerFailureOptions = {}) {
    super(`Cannot ask the tracker ${url}: ${reason}`, options);
    this.name = "TrackerFailure";
    this.url = url;
    this.retryInSeconds = options.retryInSeconds;
  }
}
