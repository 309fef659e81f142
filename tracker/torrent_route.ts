/**
 * `GET` and `PUT /torrents/{infoHash}`: the torrents that the tracker keeps. What is put is verified against the
 * info-hash that it is put under, so nobody can say what another's torrent holds. `POST /torrents/wanted` tells which of
 * many a `PUT` would add anything of, so that a peer with thousands of them need not send all at each start.
 *
 * @module
 */
import { Hono } from "hono";
import * as v from "valibot";
import { requestHost } from "../dashboard/guards.ts";
import { checkValue, readBody, readJson } from "../dashboard/json_body.ts";
import { answerNotFound, methodNotAllowed, problem, ProblemError } from "../dashboard/problem.ts";
import { type InfoHash, type InfoHashV2, parseInfoHash, parseInfoHashV2 } from "../shared/ids.ts";
import { MEDIA_KINDS } from "../shared/media_kind.ts";
import { MAX_OFFERED_TORRENTS } from "../shared/torrent_offer.ts";
import { decodeMetainfo, encodeMetainfo, MAX_METAINFO_LENGTH, type Metainfo } from "../shared/metainfo.ts";
import { MetainfoSyntaxError } from "../shared/metainfo_fields.ts";
import { safePathSegment } from "../shared/safe_name.ts";
import type { AccessKey } from "./access_key.ts";
import type { Catalogue } from "./catalogue.ts";
import type { TorrentClaim } from "./torrent_description.ts";
import { StoreFullError } from "./catalogue_store.ts";
import { TorrentDeniedError } from "./meeting_point.ts";

/** Bytes of bodies being read at any one time: eight of the largest torrents, thousands of usual ones. */
const MAX_BODY_BYTES = 8 * MAX_METAINFO_LENGTH;

/** The largest torrent takes this long at 2 Mbit/s; who is slower holds memory for nothing. */
const BODY_TIMEOUT_MS = 60_000;

/** The longest that anything plays: ten days. */
const MAX_DURATION_SECONDS = 10 * 24 * 60 * 60;

const querySchema = v.object({
  kind: v.optional(v.picklist(MEDIA_KINDS, "The kind is audio, video, subtitles or other.")),
  seconds: v.optional(v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,6}(\.[0-9]{1,6})?$/, "The length is a number of seconds."),
    v.transform(Number),
    v.maxValue(MAX_DURATION_SECONDS, "Nothing is longer than ten days."),
  )),
});

/** What could be put: `seconds` as a `PUT` would say it. */
const offersSchema = v.object({
  torrents: v.pipe(
    v.array(v.object({
      infoHash: v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{40}$/, "An info-hash has 40 hexadecimal digits.")),
      seconds: v.optional(v.number()),
    })),
    v.maxLength(MAX_OFFERED_TORRENTS, `At most ${MAX_OFFERED_TORRENTS} torrents are offered at a time.`),
  ),
});

/** A full offer has 90 bytes a torrent. */
const MAX_OFFERS_LENGTH = 128 * MAX_OFFERED_TORRENTS;

/** What the routes are made of. */
export interface TorrentRouteOptions {
  readonly catalogue: Catalogue;
  readonly key: AccessKey;
  /** Keeps a verified torrent; gives whether it was unknown. */
  readonly put: (metainfo: Metainfo, claim: TorrentClaim) => boolean;
}

/** The routes, for `app.route("/", …)`. */
export function torrentRoutes(options: TorrentRouteOptions): Hono {
  const app = new Hono();
  let bodyBytes = 0;
  app.get("/torrents/:file", (context) => {
    const name = /^(?<infoHash>[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})\.torrent$/.exec(context.req.param("file"));
    const infoHash = name?.groups?.infoHash;
    if (infoHash === undefined) return answerNotFound(context);
    return answerTorrent(context.req.raw, options, parseEither(infoHash));
  });
  app.put("/torrents/:infoHash", async (context) => {
    const infoHash = context.req.param("infoHash");
    if (!/^[0-9A-Fa-f]{40}$/.test(infoHash)) return answerNotFound(context);
    const { kind, seconds } = checkValue(context.req.query(), querySchema);
    // A body that does not say how long it is may be as long as the limit.
    const length = Number(context.req.header("Content-Length") ?? MAX_METAINFO_LENGTH);
    if (bodyBytes + length > MAX_BODY_BYTES) {
      return problem(503, { detail: "Too many torrents are being sent.", headers: { "Retry-After": "1" } });
    }
    bodyBytes += length;
    try {
      const metainfo = readMetainfo(await readTimely(context.req.raw), parseInfoHash(infoHash));
      const isNew = putTorrent(options, {
        metainfo,
        ...(kind === undefined ? {} : { kind }),
        ...(seconds === undefined ? {} : { durationSeconds: seconds }),
      });
      return context.body(null, isNew ? 201 : 204);
    } finally {
      bodyBytes -= length;
    }
  });
  app.post("/torrents/wanted", async (context) => {
    const { torrents } = await readJson(context.req.raw, offersSchema, { maxLength: MAX_OFFERS_LENGTH });
    const wanted = torrents.filter(({ infoHash, seconds }) =>
      options.catalogue.lacks(parseInfoHash(infoHash), seconds === undefined ? {} : { durationSeconds: seconds })
    );
    return context.json({ wanted: wanted.map(({ infoHash }) => infoHash.toLowerCase()) });
  });
  app.all("/torrents/:file", methodNotAllowed("GET, HEAD, PUT"));
  return app;
}

function answerTorrent(request: Request, options: TorrentRouteOptions, infoHash: InfoHash | InfoHashV2): Response {
  const stored = options.catalogue.find(infoHash);
  const bytes = stored === undefined ? undefined : options.catalogue.torrentBytes(stored.infoHash);
  if (stored === undefined || bytes === undefined) {
    return problem(404, { detail: `No torrent is known under ${infoHash}.` });
  }
  const torrent = encodeMetainfo({ ...decodeMetainfo(bytes), trackers: trackersAt(request, options.key) });
  const name = encodeURIComponent(`${safePathSegment(stored.name)}.torrent`).replace(/['()*]/g, escapeCharacter);
  return new Response(torrent, {
    headers: {
      "Content-Type": "application/x-bittorrent",
      "Content-Disposition": `attachment; filename*=UTF-8''${name}`,
      "Cache-Control": "no-cache",
    },
  });
}

/** Our announce addresses under the name by which the request reached us; none when the name is not fit for a URL. */
function trackersAt(request: Request, key: AccessKey): readonly (readonly string[])[] {
  const host = requestHost(request);
  if (!/^[a-z0-9._-]+(:[0-9]+)?$|^\[[0-9a-f:.]+\](:[0-9]+)?$/.test(host)) return [];
  const address = host.endsWith("]") || !/:[0-9]+$/.test(host) ? `${host}:80` : host;
  return [[`udp://${address}${key.pathPrefix}/announce`, `http://${address}${key.pathPrefix}/announce`]];
}

function readMetainfo(bytes: Uint8Array, infoHash: InfoHash): Metainfo {
  const metainfo = decodeOrRefuse(bytes);
  if (metainfo.info.infoHash !== infoHash) {
    throw new ProblemError(422, { detail: `The torrent's info-hash is ${metainfo.info.infoHash}, not ${infoHash}.` });
  }
  return metainfo;
}

function decodeOrRefuse(bytes: Uint8Array): Metainfo {
  try {
    return decodeMetainfo(bytes);
  } catch (error) {
    if (!(error instanceof MetainfoSyntaxError)) throw error;
    throw new ProblemError(422, { detail: `The body is not a torrent: ${error.message}.`, cause: error });
  }
}

function putTorrent(
  options: TorrentRouteOptions,
  { metainfo, ...claim }: TorrentClaim & { readonly metainfo: Metainfo },
): boolean {
  try {
    return options.put(metainfo, claim);
  } catch (error) {
    if (error instanceof TorrentDeniedError) {
      throw new ProblemError(403, { detail: "This tracker does not serve this torrent.", cause: error });
    }
    if (!(error instanceof StoreFullError)) throw error;
    throw new ProblemError(507, { detail: "The tracker keeps as many torrents as it may.", cause: error });
  }
}

async function readTimely(request: Request): Promise<Uint8Array> {
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(new ProblemError(408, { detail: "The body took too long.", title: "Request Timeout" }));
  }, BODY_TIMEOUT_MS);
  try {
    const body = request.body?.pipeThrough(new TransformStream(), { signal: timeout.signal }) ?? null;
    const timely = new Request(request.url, { method: request.method, headers: request.headers, body });
    return await readBody(timely, { maxLength: MAX_METAINFO_LENGTH });
  } finally {
    clearTimeout(timer);
  }
}

function parseEither(hex: string): InfoHash | InfoHashV2 {
  return hex.length === 64 ? parseInfoHashV2(hex) : parseInfoHash(hex);
}

/** What `encodeURIComponent` leaves alone and RFC 8187 does not allow. */
function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
