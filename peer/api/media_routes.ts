/**
 * `/api/media/{infoHash}/{index}`: what a player wants to know of a file before it plays, its subtitles, and
 * `/api/songs`: the music that is here.
 *
 * @module
 */
import { Hono } from "hono";
import { methodNotAllowed } from "../../dashboard/problem.ts";
import type { MediaDescription, SongView } from "../../shared/media_description.ts";
import { webVttOf } from "../../shared/subtitles.ts";
import { type FileAddress, fileAddress } from "../media/file_address.ts";
import { RequestError } from "./request_error.ts";

/** What the routes ask. Each call waits for what is on its way here, until the signal. */
export interface MediaDesk {
  /** What a file holds; undefined when it is not here. */
  describe(file: FileAddress, options: { readonly signal: AbortSignal }): Promise<MediaDescription | undefined>;
  /** A subtitle file of a film, by its name; undefined when there is none. */
  subtitle(
    film: FileAddress,
    options: { readonly name: string; readonly signal: AbortSignal },
  ): Promise<Uint8Array | undefined>;
  /** The music that is here as a whole. */
  songs(): readonly SongView[];
}

/**
 * The media routes, for `app.route("/", …)`.
 *
 * @param desk What they ask.
 */
export function mediaDescriptionRoutes(desk: MediaDesk): Hono {
  const app = new Hono();
  app.get("/api/media/:infoHash/:index", async (context) => {
    const file = addressOf(context.req.param());
    const description = await desk.describe(file, { signal: context.req.raw.signal });
    if (description === undefined) throw missing();
    return context.json(description);
  });
  app.all("/api/media/:infoHash/:index", methodNotAllowed("GET, HEAD"));
  app.get("/api/media/:infoHash/:index/subtitles/:name", async (context) => {
    const film = addressOf(context.req.param());
    const options = { name: context.req.param("name"), signal: context.req.raw.signal };
    const bytes = await desk.subtitle(film, options);
    if (bytes === undefined) throw new RequestError(404, "There is no such subtitle file.");
    const text = webVttOf(bytes);
    if (text === undefined) throw new RequestError(422, `There are no subtitles in ${options.name}.`);
    return context.body(text, 200, { "Content-Type": "text/vtt; charset=utf-8" });
  });
  app.all("/api/media/:infoHash/:index/subtitles/:name", methodNotAllowed("GET, HEAD"));
  app.get("/api/songs", (context) => context.json(desk.songs()));
  app.all("/api/songs", methodNotAllowed("GET, HEAD"));
  return app;
}

function addressOf(parameters: { readonly infoHash: string; readonly index: string }): FileAddress {
  const address = fileAddress(parameters.infoHash, parameters.index);
  if (address === undefined) throw missing();
  return address;
}

function missing(): RequestError {
  return new RequestError(404, "There is no such file here.");
}
