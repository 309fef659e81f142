/**
 * Asks trackers over HTTP and HTTPS (BEP 3; scrape, BEP 48). Invariant: an answer costs a bounded time and memory,
 * wherever it leads.
 * @module
 */

import type { InfoHash } from "../../shared/ids.ts";
import { ProtocolError } from "../../shared/protocol_error.ts";
import { VERSION } from "../../shared/version.ts";
import { type Announce, type AnnounceResponse, type ScrapeEntry, TrackerRefusal } from "../../shared/wire/announce.ts";
import { decodeAnnounceResponse, decodeScrapeResponse } from "../../shared/wire/http_tracker_answer.ts";
import { encodeAnnounceQuery, encodeScrapeQuery } from "../../shared/wire/http_tracker_query.ts";
import type { Clock } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import { TrackerFailure } from "./tracker_failure.ts";
import { parseTrackerUrl } from "./tracker_url.ts";

/** How one question is asked. */
export interface HttpAskOptions {
  /** Milliseconds for all of it. Default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Announces to `http(s)://host:port/path?query`; what the query has already is kept.
 *
 * Throws `TrackerRefusal` with the tracker's words, `TrackerFailure` when it cannot be asked, or the signal's reason.
 */
export async function announceByHttp(
  url: string,
  announce: Announce,
  options: HttpAskOptions = {},
): Promise<AnnounceResponse> {
  return await ask(withQuery(url, encodeAnnounceQuery(announce, { isCompact: true })), {
    url,
    options,
    decode: decodeAnnounceResponse,
  });
}

/** Scrapes swarms. Throws like {@link announceByHttp}, also when the address is one that cannot scrape (BEP 48). */
export async function scrapeByHttp(
  url: string,
  infoHashes: readonly InfoHash[],
  options: HttpAskOptions = {},
): Promise<readonly ScrapeEntry[]> {
  const scrapeUrl = url.replace(/\/announce([^/]*)$/, "/scrape$1");
  if (scrapeUrl === url) throw new TrackerFailure(url, "it has no scrape address", { retryInSeconds: Infinity });
  return await ask(withQuery(scrapeUrl, encodeScrapeQuery(infoHashes)), {
    url,
    options,
    decode: decodeScrapeResponse,
  });
}

interface Question<Answer> {
  /** As it was configured: for the errors. */
  readonly url: string;
  readonly options: HttpAskOptions;
  readonly decode: (bytes: Uint8Array) => Answer;
}

async function ask<Answer>(address: string, question: Question<Answer>): Promise<Answer> {
  const { url, options } = question;
  parseTrackerUrl(url);
  using deadline = new Deadline({
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    what: "the tracker",
    signal: options.signal,
    clock: options.clock,
  });
  try {
    const response = await follow(address, { url, signal: deadline.signal });
    const body = await readBody(response, url);
    return decodeBody(response, { body, question });
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (deadline.signal.aborted) throw new TrackerFailure(url, "it did not answer in time", { cause: error });
    // What fetch says of a network that failed, and of a body that broke off.
    if (error instanceof TypeError) throw new TrackerFailure(url, networkReason(error), { cause: error });
    throw error;
  }
}

/** Trackers move, but not often and not far: redirections are followed here so that only HTTP is reached by them. */
async function follow(address: string, how: { url: string; signal: AbortSignal }): Promise<Response> {
  let location = address;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(location, {
      signal: how.signal,
      redirect: "manual",
      headers: { "user-agent": `Playswarm/${VERSION}` },
    });
    const target = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || target === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(target, location)) throw new TrackerFailure(how.url, `it leads to ${target}`);
    const next = new URL(target, location);
    if (next.protocol !== "http:" && next.protocol !== "https:") {
      throw new TrackerFailure(how.url, `it leads to ${next.protocol}`);
    }
    location = next.href;
  }
  throw new TrackerFailure(how.url, `it leads on more than ${MAX_REDIRECTS} times`);
}

async function readBody(response: Response, url: string): Promise<Uint8Array> {
  const body = new Uint8Array(new ArrayBuffer(0, { maxByteLength: MAX_ANSWER_LENGTH }));
  let length = 0;
  for await (const chunk of response.body ?? []) {
    if (length + chunk.length > MAX_ANSWER_LENGTH) {
      throw new TrackerFailure(url, `its answer is longer than ${MAX_ANSWER_LENGTH} bytes`);
    }
    body.buffer.resize(length + chunk.length);
    body.set(chunk, length);
    length += chunk.length;
  }
  return body.slice();
}

function decodeBody<Answer>(
  response: Response,
  { body, question }: { body: Uint8Array; question: Question<Answer> },
): Answer {
  const { url, decode } = question;
  try {
    const answer = decode(body);
    if (response.ok) return answer;
  } catch (error) {
    // A no is a no under any status.
    if (error instanceof TrackerRefusal) throw error;
    if (!(error instanceof ProtocolError)) throw error;
    if (response.ok) throw new TrackerFailure(url, error.message, { cause: error });
  }
  const retryAfter = Number(response.headers.get("retry-after") ?? NaN);
  throw new TrackerFailure(url, `it answered ${response.status} ${response.statusText}`.trimEnd(), {
    retryInSeconds: retryAfter > 0 && retryAfter <= MAX_RETRY_AFTER_SECONDS ? retryAfter : undefined,
  });
}

/** Far trackers under load take seconds; who takes longer is asked again later. */
const DEFAULT_TIMEOUT_MS = 15_000;
/** A move, a change to HTTPS and a canonical name are three; more is a circle. */
const MAX_REDIRECTS = 5;
/** Ten thousand swarms of a scrape, or of an announce far more peers than anybody wants. */
const MAX_ANSWER_LENGTH = 1024 * 1024;
/** A day: more is a mistake, or malice. */
const MAX_RETRY_AFTER_SECONDS = 86_400;

function withQuery(url: string, query: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}

/** Deno wraps the system's sentence in its own, with the whole address in it. */
function networkReason(error: TypeError): string {
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return cause.replace(/^error sending request[^:]*:\s*/, "");
}
