/**
 * `/api/shares`, `/api/uploads` and `/api/folders`: what this peer offers, and how a person chooses it.
 *
 * @module
 */
import { Hono } from "hono";
import * as v from "valibot";
import { checkValue, readJson } from "../../dashboard/json_body.ts";
import { pathSchema } from "../../dashboard/path_schema.ts";
import { methodNotAllowed } from "../../dashboard/problem.ts";
import type { PeerSession } from "./peer_session.ts";
import { RequestError } from "./request_error.ts";

const shareSchema = v.strictObject({ path: pathSchema });
const folderSchema = v.object({ path: v.optional(pathSchema) });

/**
 * The share routes, for `app.route("/", …)`.
 *
 * @param session Whose shares.
 */
export function shareRoutes(session: PeerSession): Hono {
  const app = new Hono();
  app.get("/api/shares", (context) => context.json(session.shares()));
  app.post("/api/shares", async (context) => {
    const { path } = await readJson(context.req.raw, shareSchema);
    const share = await session.addShare(path);
    return context.json(share, 201, { Location: `/api/shares/${share.id}` });
  });
  app.all("/api/shares", methodNotAllowed("GET, HEAD, POST"));

  app.delete("/api/shares/:id", async (context) => {
    await session.removeShare(shareIdOf(context.req.param("id")));
    return context.body(null, 204);
  });
  app.all("/api/shares/:id", methodNotAllowed("DELETE"));

  app.put("/api/uploads/:name", async (context) => {
    const uploaded = await session.upload(context.req.param("name"), ...uploadOf(context.req.raw));
    return context.json(uploaded, 201);
  });
  app.all("/api/uploads/:name", methodNotAllowed("PUT"));

  app.get("/api/folders", async (context) => {
    const { path } = checkValue(context.req.query(), folderSchema);
    return context.json(await session.folders(path));
  });
  app.all("/api/folders", methodNotAllowed("GET, HEAD"));
  return app;
}

function shareIdOf(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new RequestError(404, `There is no share ${JSON.stringify(text)}.`);
  return Number(text);
}

/** The body as it comes, never gathered here; an empty file has none. */
function uploadOf(
  request: Request,
): [ReadableStream<Uint8Array>, { readonly length?: number; readonly signal: AbortSignal }] {
  const announced = request.headers.get("Content-Length");
  const body = request.body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
  const { signal } = request;
  return [body, announced === null ? { signal } : { length: Number(announced), signal }];
}
