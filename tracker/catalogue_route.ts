/**
 * `GET /catalogue`, on the public port and under `/api` of the dashboard: reads the query, answers a page with an entity
 * tag made of the tracker's instance and the catalogue's version.
 *
 * @module
 */
import type { Context } from "hono";
import * as v from "valibot";
import { checkValue } from "../dashboard/json_body.ts";
import { problem } from "../dashboard/problem.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CatalogueQuery } from "./catalogue_pages.ts";
import { CursorSyntaxError } from "./catalogue_order.ts";
import { matchesEntityTag } from "./entity_tag.ts";

/** Rows of a page unless asked otherwise: a few screens. */
const DEFAULT_PAGE_LENGTH = 60;

/** The most rows of a page: some hundred bytes each, so an answer stays well below a tenth of a megabyte. */
const MAX_PAGE_LENGTH = 200;

/** The most extensions that a page may be without: more than there are kinds of media. */
const MAX_EXTENSIONS = 100;

const querySchema = v.object({
  mode: v.optional(v.picklist(["audio", "video", "subtitles"], "The mode is audio, video or subtitles.")),
  q: v.optional(v.pipe(v.string(), v.maxLength(200, "A search has at most 200 characters.")), ""),
  sort: v.optional(
    v.picklist(["name", "new", "size", "length", "seeders"], "The order is name, new, size, length or seeders."),
    "name",
  ),
  cursor: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024))),
  offset: v.optional(
    v.pipe(v.string(), v.regex(/^[0-9]{1,9}$/, "The offset is a number of rows."), v.transform(Number)),
  ),
  without: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z0-9]{1,8}(,[a-z0-9]{1,8})*$/, "What to leave out are extensions with commas between them."),
      v.transform((text) => new Set(text.split(","))),
      v.maxSize(MAX_EXTENSIONS),
    ),
  ),
  near: v.optional(v.picklist(["true"], "Near is true or absent.")),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^[0-9]{1,6}$/), v.transform(Number), v.minValue(1), v.maxValue(MAX_PAGE_LENGTH)),
    String(DEFAULT_PAGE_LENGTH),
  ),
});

/** What a page is made from. */
export interface CatalogueRouteOptions {
  readonly catalogue: Catalogue;
  /** Whose catalogue it is: distinguishes versions of before and after a restart. */
  readonly instanceId: string;
  /** Whether somebody on the asker's network has data of a torrent; absent: everybody counts as near. */
  readonly isNear?: (infoHash: InfoHash) => boolean;
}

/**
 * Answers a request for a page.
 *
 * @throws {ProblemError} 422 when the query does not fit
 */
export function answerCatalogue(
  context: Context,
  options: CatalogueRouteOptions,
): Response {
  const { catalogue, instanceId, isNear } = options;
  const { mode, q: text, sort, cursor, limit, offset, without, near } = checkValue(context.req.query(), querySchema);
  const tag = `"${instanceId}-${catalogue.version}"`;
  const headers = { ETag: tag, "Cache-Control": "no-cache" };
  if (matchesEntityTag(context.req.header("If-None-Match"), tag)) return new Response(null, { status: 304, headers });
  const query: CatalogueQuery = {
    text,
    sort,
    limit,
    ...(mode === undefined ? {} : { mode }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(offset === undefined ? {} : { offset }),
    ...(without === undefined ? {} : { without }),
    ...(near === undefined || isNear === undefined ? {} : { isNear }),
  };
  try {
    return context.json(catalogue.page(query), 200, headers);
  } catch (error) {
    if (!(error instanceof CursorSyntaxError)) throw error;
    return problem(422, { detail: "The cursor is not one of this catalogue." });
  }
}
