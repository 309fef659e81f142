/**
 * `/api/shares` and `/api/folders` of the tracker's dashboard: its library, and how a person adds to it.
 *
 * @module
 */
import { Hono } from "hono";
import * as v from "valibot";
import { checkValue, readJson } from "../dashboard/json_body.ts";
import { pathSchema } from "../dashboard/path_schema.ts";
import { methodNotAllowed, problem, ProblemError } from "../dashboard/problem.ts";
import type { TrackerLibrary } from "./tracker_library.ts";

const shareSchema = v.strictObject({ path: pathSchema });
const folderSchema = v.object({ path: v.optional(pathSchema) });

/** The routes, for `app.route("/", …)`; without a library they show an empty one and take nothing. */
export function libraryRoutes(library: TrackerLibrary | undefined): Hono {
  const app = new Hono();
  app.get("/api/shares", (context) => context.json(library?.shares() ?? []));
  app.post("/api/shares", async (context) => {
    const { path } = await readJson(context.req.raw, shareSchema);
    if (library === undefined) return answerNoLibrary();
    const share = await library.addShare(path);
    return context.json(share, 201, { Location: `/api/shares/${share.id}` });
  });
  app.all("/api/shares", methodNotAllowed("GET, HEAD, POST"));
  app.delete("/api/shares/:id", async (context) => {
    const id = shareIdOf(context.req.param("id"));
    if (library === undefined) return answerNoLibrary();
    await library.removeShare(id);
    return context.body(null, 204);
  });
  app.all("/api/shares/:id", methodNotAllowed("DELETE"));
  app.get("/api/folders", async (context) => {
    const { path } = checkValue(context.req.query(), folderSchema);
    return library === undefined ? answerNoLibrary() : context.json(await library.folders(path));
  });
  app.all("/api/folders", methodNotAllowed("GET, HEAD"));
  return app;
}

function shareIdOf(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) {
    throw new ProblemError(404, { detail: `There is no share ${JSON.stringify(text)}.` });
  }
  return Number(text);
}

function answerNoLibrary(): Response {
  return problem(503, { detail: "This tracker runs without a library." });
}
