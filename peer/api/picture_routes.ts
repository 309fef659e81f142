/**
 * `/api/pictures/{infoHash}/{index}`: the picture of a file, out of its tags or taken by a browser that played it.
 *
 * @module
 */
import { Hono } from "hono";
import { readBody } from "../../dashboard/json_body.ts";
import { methodNotAllowed } from "../../dashboard/problem.ts";
import { matchesTag } from "../media/content_headers.ts";
import { type FileAddress, fileAddress } from "../media/file_address.ts";
import { MAX_PICTURE_LENGTH, type Picture, pictureOf } from "../media/picture.ts";
import { RequestError } from "./request_error.ts";

/** Where pictures are kept. */
export interface PictureShelf {
  /** The picture of a file; undefined when there is none. */
  picture(file: FileAddress): Picture | undefined;
  /**
   * Keeps the picture of a file.
   *
   * @throws RequestError 404 when there is no such file here, 507 when the disk is full
   */
  keepPicture(file: FileAddress, picture: Picture): void;
}

const PATH = "/api/pictures/:infoHash/:index";

/**
 * The picture routes, for `app.route("/", …)`. `GET` answers the picture; with `?v=`, the beginning of its digest, the
 * browser keeps it for good. `PUT` takes one that a page drew.
 *
 * @param shelf Where the pictures are.
 */
export function pictureRoutes(shelf: PictureShelf): Hono {
  const app = new Hono();
  app.get(PATH, (context) => {
    const file = fileAddress(context.req.param("infoHash"), context.req.param("index"));
    const picture = file === undefined ? undefined : shelf.picture(file);
    if (picture === undefined) throw new RequestError(404, "There is no picture of this file.");
    const tag = `"${picture.hash}"`;
    const version = context.req.query("v");
    const isThisVersion = version !== undefined && version.length >= 8 && picture.hash.startsWith(version);
    const headers = {
      ETag: tag,
      "Cache-Control": isThisVersion ? "private, max-age=31536000, immutable" : "private, no-cache",
    };
    const ifNoneMatch = context.req.header("If-None-Match");
    if (ifNoneMatch !== undefined && matchesTag(ifNoneMatch, tag, "weak")) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(picture.bytes, {
      headers: { ...headers, "Content-Type": picture.contentType, "Content-Length": String(picture.bytes.length) },
    });
  });
  app.put(PATH, async (context) => {
    const file = fileAddress(context.req.param("infoHash"), context.req.param("index"));
    if (file === undefined) throw new RequestError(404, "There is no such file.");
    const picture = pictureOf(await readBody(context.req.raw, { maxLength: MAX_PICTURE_LENGTH }));
    if (picture === undefined) throw new RequestError(422, "That is no picture of a kind that every browser shows.");
    shelf.keepPicture(file, picture);
    return context.body(null, 204);
  });
  app.all(PATH, methodNotAllowed("GET, HEAD, PUT"));
  return app;
}
