/**
 * The tracker's dashboard: who is here with which files, the swarms, the catalogue, the library, and the page that shows
 * them live, behind the guards that every dashboard has.
 *
 * @module
 */
import { Hono } from "hono";
import { dashboardAssets } from "../dashboard/assets.ts";
import { dashboardGuards, type GuardOptions } from "../dashboard/guards.ts";
import { liveUpdates } from "../dashboard/live_updates.ts";
import { answerError, answerNotFound, methodNotAllowed } from "../dashboard/problem.ts";
import { answerCatalogue } from "./catalogue_route.ts";
import { METRICS_HEADERS } from "./http_server.ts";
import { libraryRoutes } from "./library_routes.ts";
import type { Tracker } from "./tracker.ts";
import type { TrackerLibrary } from "./tracker_library.ts";
import { trackerUpdates } from "./tracker_updates.ts";
import type { TrafficHistory } from "./traffic_history.ts";

/** Least time between updates: those of a tracker are large, and nobody waits for them with a finger on a key. */
const UPDATE_INTERVAL_MS = 500;

/** What the dashboard is made of. */
export interface TrackerDashboardOptions extends Omit<GuardOptions, "bodyTypes"> {
  readonly tracker: Tracker;
  /** The tracker's own folders; undefined when it has none and can have none. */
  readonly library: TrackerLibrary | undefined;
  /** What it did lately. */
  readonly history: TrafficHistory;
  /** Ends the live updates, so that the server can shut down. */
  readonly signal?: AbortSignal;
  /** Takes unexpected errors, for the log. */
  readonly report: (error: Error, request: Request) => void;
  /** The folder of page assets; default: the dashboard's own. */
  readonly assetDirectory?: URL;
}

/**
 * The dashboard's web application, for `Deno.serve({…}, app.fetch)`.
 *
 * @throws {TypeError} when the address is not loopback and there is no password
 */
export function trackerDashboard(options: TrackerDashboardOptions): Hono {
  const { library } = options;
  const app = new Hono();
  app.onError(answerError(options.report));
  app.notFound(answerNotFound);
  app.use(...dashboardGuards(options));
  app.use("/api/*", async (context, next) => {
    await next();
    if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
  });
  app.route("/", viewRoutes(options));
  app.route("/", libraryRoutes(library));
  if (library?.stream !== undefined) app.route("/", library.stream);
  app.all("/api/*", answerNotFound);
  const directory = options.assetDirectory === undefined ? {} : { directory: options.assetDirectory };
  app.route("/", dashboardAssets({ program: "tracker", title: "Playswarm tracker", ...directory }));
  app.all("*", methodNotAllowed("GET, HEAD"));
  return app;
}

function viewRoutes(options: TrackerDashboardOptions): Hono {
  const { tracker, signal } = options;
  const limits = { intervalMs: UPDATE_INTERVAL_MS, ...(signal === undefined ? {} : { signal }) };
  const app = new Hono();
  app.get("/api/status", (context) => context.json(tracker.status()));
  app.get("/api/events", liveUpdates(trackerUpdates(options), limits));
  app.get("/api/clients", (context) => context.json(tracker.clients()));
  app.get("/api/swarms", (context) => context.json(tracker.swarms()));
  app.get("/api/catalogue", (context) => answerCatalogue(context, tracker));
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/metrics", async (context) => context.body(await tracker.metrics(), 200, METRICS_HEADERS));
  for (const path of ["status", "events", "clients", "swarms", "catalogue"]) {
    app.all(`/api/${path}`, methodNotAllowed("GET, HEAD"));
  }
  return app;
}
