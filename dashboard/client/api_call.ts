/**
 * One HTTP call of the dashboard. Every failure is an {@link ApiProblem} whose message is a sentence for the user: what
 * the server's problem document says (RFC 9457), or what went wrong on the way.
 *
 * @module
 */

import { parseJson } from "../../shared/json_text.ts";

/** A call that was not answered as hoped. The message is a sentence for the user. */
export class ApiProblem extends Error {
  /** The HTTP status; 0 when there was no answer at all. */
  readonly status: number;

  /**
   * A problem to show.
   *
   * @param message a sentence for the user
   * @param options the HTTP status, and what caused it
   */
  constructor(message: string, options: ErrorOptions & { readonly status: number }) {
    super(message, options);
    this.name = "ApiProblem";
    this.status = options.status;
  }
}

/**
 * Reads an unsuccessful answer.
 *
 * @param response any response that is not ok; its body is consumed
 * @returns its problem document's `detail`, else its `title`, else a sentence about the status
 */
export async function problemOf(response: Response): Promise<ApiProblem> {
  return problemOfText(await response.text(), response.status);
}

/**
 * The same for a body that was read already.
 *
 * @param text the body
 * @param status the HTTP status
 */
export function problemOfText(text: string, status: number): ApiProblem {
  const problem = parseObject(text);
  const sentence = [problem["detail"], problem["title"]].find((part) => typeof part === "string" && part !== "");
  return new ApiProblem(typeof sentence === "string" ? sentence : sentenceOfStatus(status), { status });
}

/** How a call is made. */
export interface Call {
  /** Default: GET. */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly json?: unknown;
  readonly body?: Blob;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** What the browser does first when several calls are under way. */
  readonly priority?: RequestPriority;
}

/**
 * A call whose answer is wanted.
 *
 * @param path the route
 * @param options what is sent, and the signal that ends it
 * @throws {ApiProblem} see the module
 */
export async function call<Answer>(path: string, options: Call): Promise<Answer> {
  return await (await respond(path, options)).json();
}

/**
 * A call whose answer is a file, asked for after whatever else is under way.
 *
 * @param path the route
 * @param options the signal that ends it
 * @returns undefined for an answer without one (status 204)
 * @throws {ApiProblem} see the module
 */
export async function callForFile(path: string, options: Call): Promise<Blob | undefined> {
  const response = await respond(path, { ...options, priority: "low" });
  return response.status === 204 ? undefined : await response.blob();
}

/**
 * A call that only has to succeed; what it answers is discarded.
 *
 * @param path the route
 * @param options what is sent
 * @throws {ApiProblem} see the module
 */
export async function tell(path: string, options: Call): Promise<void> {
  const response = await respond(path, options);
  await response.body?.cancel();
}

async function respond(path: string, options: Call): Promise<Response> {
  const { method = "GET", json, signal, priority } = options;
  const response = await send(path, {
    method,
    // The guards of the server let only JSON and torrents pass, also where there is no body.
    headers: method === "GET" ? {} : { "Content-Type": options.contentType ?? "application/json" },
    ...(json !== undefined ? { body: JSON.stringify(json) } : {}),
    ...(options.body !== undefined ? { body: options.body } : {}),
    ...(signal !== undefined ? { signal } : {}),
    ...(priority !== undefined ? { priority } : {}),
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    // fetch throws a TypeError when nobody answers; an AbortError is the caller's own doing.
    if (!(error instanceof TypeError)) throw error;
    throw new ApiProblem("Playswarm does not answer. Is it still running?", { status: 0, cause: error });
  }
}

/** A proxy's or crash's page is not JSON: the status must do. */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function sentenceOfStatus(status: number): string {
  if (status === 401) return "This dashboard wants its password. Reload the page to enter it.";
  if (status === 404) return "That is not here (any more).";
  if (status === 413) return "That is too large.";
  if (status === 421) return "This address is not one that Playswarm serves. Use the one it printed when it started.";
  if (status >= 500) return `Playswarm failed to do that (error ${status}). Its log says why.`;
  return `Playswarm refused that (error ${status}).`;
}
