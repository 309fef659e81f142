/**
 * `GET /frames/{infoHash}/{index}?at=SECONDS`: the picture of a film at a moment, for the bar that seeks, as a film of one
 * frame. Only what is here and verified is looked at: it never makes anything come, and never moves what a player wants.
 *
 * @module
 */
import { Hono } from "hono";
import { keyFrameAt } from "./key_frame.ts";
import type { FindMediaFile } from "./media_file.ts";
import { OpenSlots } from "./open_slots.ts";
import { refuse } from "./refusal.ts";
import { findByPath } from "./stream_route.ts";

/** At once: each reads an index of some MiB, and a bar asks for one at a time. */
const MAX_FRAMES = 4;

/**
 * The route, for `app.route("/", …)`. An unknown file is left to the app's own `notFound`.
 *
 * @param find Gives the file of a torrent.
 * @returns A Hono app with `GET /frames/{infoHash}/{index}`. It answers 204 where there is no picture (yet), which is no
 * error: it happens all the time while a film is on its way.
 */
export function frameRoute(find: FindMediaFile): Hono {
  const slots = new OpenSlots(MAX_FRAMES);
  const app = new Hono();
  app.get("/frames/:infoHash/:index", async (context) => {
    const file = findByPath(find, context.req.param("infoHash"), context.req.param("index"));
    if (file === undefined) return context.notFound();
    const seconds = Number(context.req.query("at"));
    if (!(seconds >= 0 && seconds < 1e6)) {
      return refuse(422, "Unprocessable Content", "at is a number of seconds.");
    }
    const leave = slots.take();
    if (leave === undefined) return nothing();
    try {
      const frame = await keyFrameAt(file.bytes, seconds);
      if (frame === undefined) return nothing();
      // The file is named by its content: the picture stays the same for ever.
      const headers = { "Content-Type": frame.contentType, "Cache-Control": "private, max-age=86400, immutable" };
      return new Response(frame.content, { headers });
    } finally {
      leave();
    }
  });
  return app;
}

function nothing(): Response {
  return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
}
