/**
 * `GET /remux/{infoHash}/{index}?from=SECONDS&audio=TRACK`: a film that the browser cannot take as it lies, in a
 * container that it can, from a moment on. There are no ranges: a player that seeks asks for another moment.
 *
 * @module
 */
import { Hono } from "hono";
import { OpenSlots } from "./open_slots.ts";
import type { FindMediaFile } from "./media_file.ts";
import { refuse } from "./refusal.ts";
import { remux } from "./remux.ts";
import type { RemuxType } from "./remux_type.ts";
import { findByPath } from "./stream_route.ts";

/** At once: each holds up to 8 MiB of packets, and a player that seeks has two for a moment. */
const MAX_REMUXES = 12;

/**
 * The route, for `app.route("/", …)`. An unknown file is left to the app's own `notFound`.
 *
 * @param find Gives the file of a torrent.
 * @returns A Hono app with `GET /remux/{infoHash}/{index}`; `type=webm` gives WebM instead of MP4.
 */
export function remuxRoute(find: FindMediaFile): Hono {
  const slots = new OpenSlots(MAX_REMUXES);
  const app = new Hono();
  app.get("/remux/:infoHash/:index", async (context) => {
    const file = findByPath(find, context.req.param("infoHash"), context.req.param("index"));
    if (file === undefined) return context.notFound();
    const fromSeconds = Number(context.req.query("from") ?? 0);
    const audioTrack = Number(context.req.query("audio") ?? 1);
    const type: RemuxType = context.req.query("type") === "webm" ? "video/webm" : "video/mp4";
    if (!(fromSeconds >= 0 && fromSeconds < 1e6 && Number.isInteger(audioTrack))) {
      return refuse(422, "Unprocessable Content", "from is a number of seconds, and audio the number of a track.");
    }
    const headers = { "Content-Type": type, "Cache-Control": "no-store" };
    if (context.req.method === "HEAD") return new Response(null, { headers });
    const onEnd = slots.take();
    if (onEnd === undefined) return tooMany();
    const { signal } = context.req.raw;
    const body = await remux(file.bytes, { fromSeconds, audioTrack, type, signal, onEnd });
    if (body === undefined) {
      return refuse(422, "Unprocessable Content", "This file cannot be put into another container.");
    }
    return new Response(body, { headers });
  });
  return app;
}

function tooMany(): Response {
  const refusal = refuse(503, "Service Unavailable", "Too many players are reading; close some of them.");
  refusal.headers.set("Retry-After", "1");
  return refusal;
}
