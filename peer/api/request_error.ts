/**
 * How a session refuses what a request asks: with a status and a sentence, which the API answers as a problem.
 *
 * @module
 */
import { ProblemError } from "../../dashboard/problem.ts";

/**
 * The statuses of a refusal: not a fitting value (400), not allowed (403), not there (404), at odds with what is
 * there (409), too large (413), understood but impossible (422), nothing that this system can do (501), the tracker is to
 * blame (502), not now (503), no
 * room on the disk (507).
 */
export type RequestErrorStatus = 400 | 403 | 404 | 409 | 413 | 422 | 501 | 502 | 503 | 507;

/** A session's refusal of one request. */
export class RequestError extends ProblemError {
  /** The class's name, for logs. */
  override readonly name = "RequestError";

  /**
   * Makes a refusal.
   *
   * @param status What kind of refusal.
   * @param detail Why, as a sentence for the person at the page.
   * @param options `title` when the status's name does not do, `cause` for the log.
   */
  constructor(
    status: RequestErrorStatus,
    detail: string,
    options: { readonly title?: string; readonly cause?: unknown } = {},
  ) {
    super(status, { ...options, detail });
  }
}
