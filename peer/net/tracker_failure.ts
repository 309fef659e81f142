/**
 * The one error for a tracker that could not be asked or did not answer properly. A tracker that says no is a
 * `TrackerRefusal` of `shared/wire/announce.ts`; this one is about the way there.
 * @module
 */

/** A tracker could not be asked: unreachable, silent, or its answer was not one. The cause, if there is one, is kept. */
export class TrackerFailure extends Error {
  /** The announce address as it was configured. */
  readonly url: string;

  /** Makes the error; `reason` ends the sentence "Cannot announce to URL: …". */
  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`Cannot announce to ${url}: ${reason}`, options);
    this.name = "TrackerFailure";
    this.url = url;
  }
}
