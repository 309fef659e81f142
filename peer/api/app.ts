/**
 * The HTTP side of a peer: its API, its streams, its page, behind the guards of a dashboard (the routes are those of
 * the README's HTTP table).
 *
 * @module
 */
import { Hono } from "hono";
import * as v from "valibot";
import { catalogueQueryParts } from "../../dashboard/catalogue_query.ts";
import { dashboardAssets } from "../../dashboard/assets.ts";
import { displayNameSchema } from "../../dashboard/display_name_schema.ts";
import { dashboardGuards, type GuardOptions } from "../../dashboard/guards.ts";
import { checkValue, readJson } from "../../dashboard/json_body.ts";
import { liveUpdates } from "../../dashboard/live_updates.ts";
import { answerError, answerNotFound, methodNotAllowed } from "../../dashboard/problem.ts";
import { frameRoute } from "../media/frame_route.ts";
import { playlistRoute } from "../media/playlist.ts";
import { remuxRoute } from "../media/remux_route.ts";
import { streamRoute } from "../media/stream_route.ts";
import type { CatalogueQuery, PeerSession, PeerSettingsPatch } from "./peer_session.ts";
import { peerUpdates } from "./peer_updates.ts";
import { mediaDescriptionRoutes } from "./media_routes.ts";
import { pictureRoutes } from "./picture_routes.ts";
import { shareRoutes } from "./share_routes.ts";
import { TORRENT_CONTENT_TYPE, torrentRoutes } from "./torrent_routes.ts";

/** Where the app is served and how. */
export interface PeerAppOptions extends Omit<GuardOptions, "bodyTypes"> {
  /** Ends the live updates, so that the server can shut down. */
  readonly signal?: AbortSignal;
  /** Takes unexpected errors, for the log. */
  readonly report: (error: Error, request: Request) => void;
  /** The folder of page assets; default: the dashboard's own. */
  readonly assetDirectory?: URL;
}

/** The highest limit that means anything, in bytes per second: a TB/s. */
const MAX_RATE = 1e12;

const rateSchema = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RATE))));
const settingsSchema = v.strictObject({
  mode: v.optional(v.picklist(["audio", "video"], "The mode is audio or video.")),
  downloadRate: rateSchema,
  uploadRate: rateSchema,
  downloadsFolder: v.optional(v.nullable(v.pipe(v.string(), v.nonEmpty(), v.maxLength(4096)))),
  tracker: v.optional(v.nullable(v.strictObject({
    address: v.pipe(v.string(), v.maxLength(300)),
    name: v.exactOptional(v.pipe(v.string(), v.maxLength(100))),
    key: v.exactOptional(v.pipe(v.string(), v.maxLength(128))),
  }))),
  name: v.optional(v.nullable(displayNameSchema)),
  isWelcomed: v.optional(v.boolean()),
});
const catalogueSchema = v.object({
  ...catalogueQueryParts,
  here: v.optional(v.picklist(["true"], "Here is true or absent.")),
  without: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z0-9]{1,8}(,[a-z0-9]{1,8}){0,99}$/, "What to leave out are extensions with commas between them."),
    ),
  ),
});

/**
 * The peer's web application, for `Deno.serve({…}, app.fetch)`.
 *
 * @param session What it shows and steers.
 * @param options Address, password, and where errors are told.
 * @returns A Hono app with every route of a peer.
 * @throws TypeError when the address is not loopback and there is no password.
 */
export function peerApp(session: PeerSession, options: PeerAppOptions): Hono {
  const app = new Hono();
  app.onError(answerError(options.report));
  app.notFound(answerNotFound);
  app.use(...dashboardGuards({ ...options, bodyTypes: { "/api/torrents": [TORRENT_CONTENT_TYPE] } }));
  app.use("/api/*", async (context, next) => {
    await next();
    if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
  });
  app.route("/", statusRoutes(session, options));
  app.route("/", catalogueRoutes(session));
  app.route("/", torrentRoutes(session));
  app.route("/", shareRoutes(session));
  app.route("/", mediaRoutes(session));
  app.route("/", pictureRoutes(session.media));
  app.route("/", mediaDescriptionRoutes(session.media));
  app.all("/api/*", answerNotFound);
  app.route(
    "/",
    dashboardAssets({
      program: "peer",
      title: "Playswarm",
      ...(options.assetDirectory === undefined ? {} : { directory: options.assetDirectory }),
    }),
  );
  app.all("*", methodNotAllowed("GET, HEAD"));
  return app;
}

function statusRoutes(session: PeerSession, { signal }: PeerAppOptions): Hono {
  const app = new Hono();
  app.get("/api/status", (context) => context.json(session.status()));
  app.all("/api/status", methodNotAllowed("GET, HEAD"));
  app.get("/api/events", liveUpdates(peerUpdates(session), signal === undefined ? {} : { signal }));
  app.all("/api/events", methodNotAllowed("GET, HEAD"));
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get(
    "/metrics",
    async (context) =>
      context.body(await session.metrics(), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
  app.get("/api/settings", (context) => context.json(session.settings()));
  app.patch("/api/settings", async (context) => {
    const given = await readJson(context.req.raw, settingsSchema);
    return context.json(await session.changeSettings(settingsPatch(given)));
  });
  app.all("/api/settings", methodNotAllowed("GET, HEAD, PATCH"));
  return app;
}

function catalogueRoutes(session: PeerSession): Hono {
  const app = new Hono();
  app.get("/api/catalogue", async (context) => {
    const query = catalogueQuery(checkValue(context.req.query(), catalogueSchema));
    return context.json(await session.catalogue(query, { signal: context.req.raw.signal }));
  });
  app.all("/api/catalogue", methodNotAllowed("GET, HEAD"));
  return app;
}

function catalogueQuery(asked: v.InferOutput<typeof catalogueSchema>): CatalogueQuery {
  const { q, sort, cursor, limit, offset, here, near, without } = asked;
  return {
    text: q,
    sort,
    limit,
    filter: {
      isHere: here !== undefined,
      isNear: near !== undefined,
      ...(without === undefined ? {} : { without }),
    },
    ...(cursor === undefined ? {} : { cursor }),
    ...(offset === undefined ? {} : { offset }),
  };
}

function mediaRoutes(session: PeerSession): Hono {
  const find = session.mediaFile.bind(session);
  const app = new Hono();
  app.route("/", streamRoute(find));
  app.all("/stream/:infoHash/:index", methodNotAllowed("GET, HEAD"));
  app.route("/", remuxRoute(find));
  app.all("/remux/:infoHash/:index", methodNotAllowed("GET, HEAD"));
  app.route("/", frameRoute(find));
  app.all("/frames/:infoHash/:index", methodNotAllowed("GET, HEAD"));
  app.route("/", playlistRoute(find));
  app.all("/playlist/:infoHash/:file{[0-9]+\\.m3u}", methodNotAllowed("GET, HEAD"));
  return app;
}

/** Leaves out what was not given, which the schema's output types as undefined. */
function settingsPatch(given: v.InferOutput<typeof settingsSchema>): PeerSettingsPatch {
  return {
    ...(given.mode === undefined ? {} : { mode: given.mode }),
    ...(given.downloadRate === undefined ? {} : { downloadRate: given.downloadRate }),
    ...(given.uploadRate === undefined ? {} : { uploadRate: given.uploadRate }),
    ...(given.downloadsFolder === undefined ? {} : { downloadsFolder: given.downloadsFolder }),
    ...(given.tracker === undefined ? {} : { tracker: given.tracker }),
    // An empty name is none.
    ...(given.name === undefined ? {} : { name: given.name || null }),
    ...(given.isWelcomed === undefined ? {} : { isWelcomed: given.isWelcomed }),
  };
}
