/**
 * `GET /catalogue`, on the public port and under `/api` of the dashboard: reads the query, answers a page with an entity
 * tag made of the tracker's instance and the catalogue's version.
 *
 * @module
 */
import type { Context } from "hono";
import * as v from "valibot";
import { catalogueQueryParts } from "../dashboard/catalogue_query.ts";
import { checkValue } from "../dashboard/json_body.ts";
import { problem } from "../dashboard/problem.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CatalogueQuery } from "./catalogue_pages.ts";
import { CursorSyntaxError } from "./catalogue_order.ts";
import { matchesEntityTag } from "./entity_tag.ts";

/** The most extensions that a page may be without: more than there are kinds of media. */
const MAX_EXTENSIONS = 100;

const querySchema = v.object({
  ...catalogueQueryParts,
  mode: v.optional(v.picklist(["audio", "video", "subtitles"], "The mode is audio, video or subtitles.")),
  without: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z0-9]{1,8}(,[a-z0-9]{1,8})*$/, "What to leave out are extensions with commas between them."),
      v.transform((text) => new Set(text.split(","))),
      v.maxSize(MAX_EXTENSIONS),
    ),
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
