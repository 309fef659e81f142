/**
 * `/api/torrents`: what is here, adding, pausing, choosing files and removing.
 *
 * @module
 */
import { Hono } from "hono";
import * as v from "valibot";
import { checkValue, readBody, readJson } from "../../dashboard/json_body.ts";
import { methodNotAllowed } from "../../dashboard/problem.ts";
import type { TorrentView } from "../../shared/dashboard_views.ts";
import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";
import { MAX_FILES } from "../../shared/metainfo_files.ts";
import { MAX_METAINFO_LENGTH } from "../../shared/metainfo.ts";
import type { PeerSession, TorrentRatesPatch, TorrentSource } from "./peer_session.ts";
import { RequestError } from "./request_error.ts";

/** The media type of a .torrent file. */
export const TORRENT_CONTENT_TYPE = "application/x-bittorrent";

/** The longest source in text: a magnet link with dozens of trackers has a few KiB. */
const MAX_SOURCE_LENGTH: number = 64 * 1024;

const addSchema = v.strictObject({
  source: v.pipe(v.string(), v.trim(), v.nonEmpty("A source is needed."), v.maxLength(MAX_SOURCE_LENGTH)),
});
const filesSchema = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(MAX_FILES));
const rateSchema = v.pipe(v.number(), v.minValue(1), v.maxValue(1e12));
const changeSchema = v.pipe(
  v.strictObject({
    paused: v.optional(v.boolean()),
    // Indices in the torrent; null: all of them.
    files: v.optional(v.nullable(filesSchema)),
    // Bytes a second; null: no limit of its own.
    downloadRate: v.optional(v.nullable(rateSchema)),
    uploadRate: v.optional(v.nullable(rateSchema)),
  }),
  v.check((change) => Object.keys(change).length > 0, "paused, files, downloadRate or uploadRate is needed."),
);
const removeSchema = v.object({ files: v.optional(v.picklist(["true", "false"], "files is true or false."), "false") });

/**
 * The torrent routes, for `app.route("/", …)`.
 *
 * @param session Whose torrents.
 */
export function torrentRoutes(session: PeerSession): Hono {
  const app = new Hono();
  app.get("/api/torrents", (context) => context.json(session.torrents()));
  app.post("/api/torrents", async (context) => {
    const source = await readSource(context.req.raw);
    const torrent = await session.add(source, { signal: context.req.raw.signal });
    return context.json(torrent, 201, { Location: `/api/torrents/${torrent.infoHash}` });
  });
  app.all("/api/torrents", methodNotAllowed("GET, HEAD, POST"));

  app.get("/api/torrents/:infoHash", (context) => {
    const infoHash = infoHashOf(context.req.param("infoHash"));
    const torrent = session.torrent(infoHash);
    if (torrent === undefined) throw missing(infoHash);
    return context.json(torrent);
  });
  app.patch("/api/torrents/:infoHash", async (context) => {
    const infoHash = infoHashOf(context.req.param("infoHash"));
    const { paused, files, ...rates } = await readJson(context.req.raw, changeSchema);
    let view: TorrentView | undefined;
    if (files !== undefined) view = session.setWanted(infoHash, files ?? undefined);
    if (Object.keys(rates).length > 0) view = session.setTorrentRates(infoHash, definedOf(rates));
    if (paused !== undefined) view = await session.setPaused(infoHash, paused);
    return context.json(view);
  });
  app.delete("/api/torrents/:infoHash", async (context) => {
    const infoHash = infoHashOf(context.req.param("infoHash"));
    const { files } = checkValue(context.req.query(), removeSchema);
    await session.remove(infoHash, { deleteFiles: files === "true" });
    return context.body(null, 204);
  });
  app.all("/api/torrents/:infoHash", methodNotAllowed("GET, HEAD, PATCH, DELETE"));
  app.post("/api/torrents/:infoHash/reveal", async (context) => {
    await session.reveal(infoHashOf(context.req.param("infoHash")));
    return context.body(null, 204);
  });
  app.all("/api/torrents/:infoHash/reveal", methodNotAllowed("POST"));
  return app;
}

async function readSource(request: Request): Promise<TorrentSource> {
  const contentType = request.headers.get("Content-Type") ?? "";
  if (contentType.toLowerCase().startsWith(TORRENT_CONTENT_TYPE)) {
    return { metainfo: await readBody(request, { maxLength: MAX_METAINFO_LENGTH }) };
  }
  return (await readJson(request, addSchema)).source;
}

function definedOf({ downloadRate, uploadRate }: {
  readonly downloadRate?: number | null | undefined;
  readonly uploadRate?: number | null | undefined;
}): TorrentRatesPatch {
  return {
    ...(downloadRate === undefined ? {} : { downloadRate }),
    ...(uploadRate === undefined ? {} : { uploadRate }),
  };
}

function infoHashOf(text: string): InfoHash {
  if (!/^[0-9a-f]{40}$/i.test(text)) throw new RequestError(404, `${JSON.stringify(text)} is no info-hash.`);
  return parseInfoHash(text);
}

function missing(infoHash: InfoHash): RequestError {
  return new RequestError(404, `There is no torrent ${infoHash} here.`);
}
