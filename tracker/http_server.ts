/**
 * The tracker's public HTTP side: announce and scrape (BEP 3, 23, 24, 31, 48), the catalogue and its torrents. In a
 * private community every path but `/healthz` begins with the key.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { answerError, answerNotFound, methodNotAllowed, problem } from "../dashboard/problem.ts";
import type { InfoHash } from "../shared/ids.ts";
import { ProtocolError } from "../shared/protocol_error.ts";
import { encodeAnnounceResponse, encodeFailure, encodeScrapeResponse } from "../shared/wire/http_tracker_answer.ts";
import { decodeAnnounceQuery, decodeScrapeQuery } from "../shared/wire/http_tracker_query.ts";
import { type AnnounceDesk, sourceHost } from "./announce_desk.ts";
import type { AnswerTimes } from "./answer_times.ts";
import { answerCatalogue } from "./catalogue_route.ts";
import { type ClientRouteOptions, clientRoutes } from "./client_route.ts";
import type { Refusal } from "./refusal.ts";
import { type TorrentRouteOptions, torrentRoutes } from "./torrent_route.ts";

/** The header by which peers notice that the tracker they talk to is another one, or the same one started anew. */
export const INSTANCE_HEADER = "Playswarm-Tracker";

/** Where a private community's path without the right key leads; no route of a path with a key can look like this. */
const KEYLESS_ANNOUNCE = "/\0announce";
const KEYLESS = "/\0";

/** What {@link trackerApp} is made of. */
export interface HttpServerOptions extends TorrentRouteOptions, ClientRouteOptions {
  readonly desk: AnnounceDesk;
  readonly instanceId: string;
  /** Whether somebody on the network of this host has data of a torrent. */
  readonly hasNear: (infoHash: InfoHash, host: string) => boolean;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** Measures how long announces take. */
  readonly times?: AnswerTimes;
  /** Takes unexpected errors, for the log. */
  readonly report: (error: Error, request: Request) => void;
}

/** What the server tells the app of a request's origin. */
export interface RequestOrigin {
  /** The address of the socket's other side, as the system gives it. */
  readonly hostname: string;
}

/** The public app; call its `fetch(request, origin)`. */
export type TrackerApp = Hono<{ Bindings: RequestOrigin }>;

/** The app of the public port. */
export function trackerApp(options: HttpServerOptions): TrackerApp {
  const app: TrackerApp = new Hono({ getPath: (request) => routedPath(request, options) });
  app.onError(answerError(options.report));
  app.notFound(answerNotFound);
  app.use(async (context, next) => {
    await next();
    context.header(INSTANCE_HEADER, options.instanceId);
    context.header("X-Content-Type-Options", "nosniff");
  });
  app.use(async (context, next) => {
    const refusal = isAdmittedElsewhere(context.req.path)
      ? undefined
      : options.desk.admit(sourceHost(context.env.hostname), "http");
    return refusal === undefined ? await next() : answerRefused(refusal);
  });
  app.get("/announce", (context) => answerAnnounce(context, options));
  app.get("/scrape", (context) => answerScrape(context, options.desk));
  app.get(KEYLESS_ANNOUNCE, () => {
    options.desk.countRefused("http", "no-key");
    return bencoded(encodeFailure("This tracker asks for a key", Infinity));
  });
  app.get("/catalogue", (context) => {
    const { catalogue, instanceId, hasNear } = options;
    const host = sourceHost(context.env.hostname);
    return answerCatalogue(context, { catalogue, instanceId, isNear: (infoHash) => hasNear(infoHash, host) });
  });
  app.route("/", torrentRoutes(options));
  app.route("/", clientRoutes(options));
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/metrics", async (context) => context.body(await options.metrics(), 200, METRICS_HEADERS));
  for (const path of ["/announce", "/scrape", "/catalogue", "/healthz", "/metrics"]) {
    app.all(path, methodNotAllowed("GET, HEAD"));
  }
  return app;
}

/** The headers of Prometheus' text format. */
export const METRICS_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
};

/** The path without the key. Read from the URL by hand: an announce is parsed a thousand times a second. */
function routedPath(request: Request, { key }: HttpServerOptions): string {
  const start = request.url.indexOf("/", request.url.indexOf("//") + 2);
  const end = request.url.slice(start).search(/[?#]/);
  const path = end < 0 ? request.url.slice(start) : request.url.slice(start, start + end);
  if (path === "/healthz") return path;
  return key.strip(path) ?? (/\/(announce|scrape)$/.test(path) ? KEYLESS_ANNOUNCE : KEYLESS);
}

/** An announce and a scrape are refused in their own form; whether all is well anybody may know. */
function isAdmittedElsewhere(path: string): boolean {
  return path === "/announce" || path === "/scrape" || path === "/healthz";
}

function answerRefused({ code, reason, retryInSeconds = Infinity }: Refusal): Response {
  const headers: Record<string, string> = retryInSeconds < Infinity ? { "Retry-After": String(retryInSeconds) } : {};
  return problem(code === "too-many-requests" ? 429 : 403, { detail: `${reason}.`, headers });
}

function answerAnnounce(context: Context<{ Bindings: RequestOrigin }>, options: HttpServerOptions): Response {
  const { desk, times } = options;
  const begun = times?.begin() ?? NaN;
  try {
    const { announce, isCompact, noPeerId } = decodeAnnounceQuery(queryOf(context));
    const result = desk.announce({ announce, host: sourceHost(context.env.hostname) }, "http");
    if (result.type === "refused") return bencoded(failureOf(result.refusal));
    const { response } = result;
    const { compactPeers } = response;
    return bencoded(encodeAnnounceResponse(response, { isCompact, noPeerId, compactPeers }));
  } catch (error) {
    return refuse(error, desk);
  } finally {
    times?.end(begun);
  }
}

function failureOf({ reason, retryInSeconds }: Refusal): Uint8Array {
  return encodeFailure(reason, retryInSeconds);
}

function answerScrape(context: Context<{ Bindings: RequestOrigin }>, desk: AnnounceDesk): Response {
  try {
    const refusal = desk.admit(sourceHost(context.env.hostname), "http");
    if (refusal !== undefined) return bencoded(failureOf(refusal));
    const infoHashes = decodeScrapeQuery(queryOf(context));
    const entries = infoHashes.length === 0 ? desk.scrapeAll("http") : desk.scrape(infoHashes, "http");
    return bencoded(encodeScrapeResponse(entries));
  } catch (error) {
    return refuse(error, desk);
  }
}

function refuse(error: unknown, desk: AnnounceDesk): Response {
  if (!(error instanceof ProtocolError)) throw error;
  desk.countRefused("http", "malformed");
  return bencoded(encodeFailure(error.message));
}

function queryOf(context: Context): string {
  const { url } = context.req;
  const start = url.indexOf("?");
  return start < 0 ? "" : url.slice(start + 1);
}

/** Trackers answer announces as plain text with status 200, refusals too: clients read no other. */
function bencoded(body: Uint8Array): Response {
  return new Response(new Uint8Array(body), {
    headers: { "Content-Type": "text/plain", "Cache-Control": "no-store, no-transform" },
  });
}
