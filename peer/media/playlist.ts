/**
 * `GET /playlist/{infoHash}/{index}.m3u`: a one-line playlist that hands a stream over to VLC, mpv or any other player.
 *
 * @module
 */
import { Hono } from "hono";
import { contentDisposition } from "./content_headers.ts";
import type { FindMediaFile } from "./media_file.ts";
import { findByPath } from "./stream_route.ts";

/**
 * The playlist route, for `app.route("/", …)`. An unknown file is left to the app's own `notFound`.
 *
 * @param find Gives the file of a torrent.
 * @returns A Hono app with `GET /playlist/{infoHash}/{index}.m3u`; the stream's address is absolute, on the host that
 * the request itself came to.
 */
export function playlistRoute(find: FindMediaFile): Hono {
  const app = new Hono();
  app.get("/playlist/:infoHash/:file{[0-9]+\\.m3u}", (context) => {
    const index = context.req.param("file").slice(0, -".m3u".length);
    const file = findByPath(find, context.req.param("infoHash"), index);
    if (file === undefined) return context.notFound();
    const { origin } = new URL(context.req.url);
    return new Response(playlist(file.name, `${origin}/stream/${file.infoHash}/${file.index}`), {
      headers: {
        "Content-Type": "audio/x-mpegurl; charset=utf-8",
        "Content-Disposition": contentDisposition(`${file.name}.m3u`, "attachment"),
        "Cache-Control": "no-store",
      },
    });
  });
  return app;
}

/**
 * An extended M3U playlist with one entry of unknown duration.
 *
 * @param title What the player shows; line breaks and other control characters become blanks.
 * @param url The entry's absolute address.
 */
export function playlist(title: string, url: string): string {
  // deno-lint-ignore no-control-regex -- a title must not become lines of its own
  return `#EXTM3U\n#EXTINF:-1,${title.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, " ")}\n${url}\n`;
}
