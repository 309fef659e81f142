/**
 * Errors of the HTTP routes as RFC 9457 problem documents: one JSON shape, a status and a sentence for the person.
 *
 * @module
 */
import type { Context } from "hono";
import { STATUS_TEXT } from "./status_text.ts";

/** The media type of a problem document (RFC 9457, section 3). */
const PROBLEM_CONTENT_TYPE = "application/problem+json";

/** What a problem document says beside its status. */
export interface ProblemOptions {
  /** The kind of problem, the same on every occurrence. Default: the name of the status. */
  readonly title?: string;
  /** This occurrence, as a sentence that helps to go on. */
  readonly detail?: string;
  /** More header fields of the answer, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of a problem document (RFC 9457, section 3.1), with the default type `about:blank`. */
export interface ProblemDocument {
  readonly type: "about:blank";
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
}

/**
 * An error that is the answer to a request: thrown anywhere below a route, answered by {@link answerError}.
 */
export class ProblemError extends Error {
  /** The class's name, for logs. */
  override readonly name: string = "ProblemError";
  /** The HTTP status, 400 to 599. */
  readonly status: number;
  /** The kind of problem, the same on every occurrence. */
  readonly title: string;
  /** This occurrence, as a sentence. */
  readonly detail: string;

  /**
   * Makes an error that is an answer.
   *
   * @param status The HTTP status to answer, 400 to 599.
   * @param options What went wrong; `cause` is kept for the log and never sent.
   * @throws RangeError when the status is not one of an error.
   */
  constructor(status: number, options: { readonly title?: string; readonly detail: string; readonly cause?: unknown }) {
    super(options.detail, options.cause === undefined ? {} : { cause: options.cause });
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`Cannot take the status as that of a problem: current value is ${status}`);
    }
    this.status = status;
    this.title = options.title ?? titleOf(status);
    this.detail = options.detail;
  }
}

/**
 * The answer that carries a problem document.
 *
 * @param status The HTTP status, 400 to 599.
 * @param options Title, sentence and further headers.
 * @returns A new response with a JSON body, never cached.
 */
export function problem(status: number, options: ProblemOptions = {}): Response {
  const document: ProblemDocument = {
    type: "about:blank",
    status,
    title: options.title ?? titleOf(status),
    ...(options.detail === undefined ? {} : { detail: options.detail }),
  };
  return new Response(JSON.stringify(document), {
    status,
    headers: { "Cache-Control": "no-store", ...options.headers, "Content-Type": PROBLEM_CONTENT_TYPE },
  });
}

/**
 * Hono's error handler of a dashboard: a {@link ProblemError} is answered as it says, anything else is our bug: it is
 * given to `report` and answered as 500 without its message, which may name what is private.
 *
 * @param report Takes the unexpected error with the request it came from, for the log.
 * @returns A handler for `app.onError`.
 */
export function answerError(
  report: (error: Error, request: Request) => void,
): (error: Error, context: Context) => Response {
  return (error, context) => {
    if (error instanceof ProblemError) return problem(error.status, { title: error.title, detail: error.detail });
    // Who left needs no answer, and that its request was given up is no bug: 499 is what servers log for it.
    if (context.req.raw.signal.aborted) return new Response(null, { status: 499 });
    report(error, context.req.raw);
    return problem(500, { detail: "The program failed at this request; its log says why." });
  };
}

/**
 * Hono's handler for a path that is not there, for `app.notFound`.
 *
 * @param context The request's context; only its path is read.
 * @returns A 404 problem document.
 */
export function answerNotFound(context: Context): Response {
  return problem(404, { detail: `Nothing is served at ${context.req.path}.` });
}

/**
 * A handler for the methods that a path does not know; register it with `app.all` after the path's own methods.
 *
 * @param methods The methods that the path knows, as in `Allow`: `"GET, HEAD, POST"`.
 * @returns A handler that answers 405 with `Allow` (RFC 9110, section 15.5.6).
 */
export function methodNotAllowed(methods: string): (context: Context) => Response {
  return (context) =>
    problem(405, {
      detail: `${context.req.method} is not possible at ${context.req.path}; ${methods} are.`,
      headers: { Allow: methods },
    });
}

function titleOf(status: number): string {
  return STATUS_TEXT[status] ?? (status < 500 ? "Bad Request" : "Internal Server Error");
}
