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
import type { Catalogue, CatalogueQuery } from "./catalogue.ts";
import { CursorSyntaxError } from "./catalogue_order.ts";
import { matchesEntityTag } from "./entity_tag.ts";

/** Rows of a page unless asked otherwise: a few screens. */
export const DEFAULT_PAGE_LENGTH = 60;

/** The most rows of a page: some hundred bytes each, so an answer stays well below a tenth of a megabyte. */
export const MAX_PAGE_LENGTH = 200;

const querySchema = v.object({
  mode: v.optional(v.picklist(["audio", "video"], "The mode is audio or video.")),
  q: v.optional(v.pipe(v.string(), v.maxLength(200, "A search has at most 200 characters.")), ""),
  sort: v.optional(v.picklist(["name", "new", "size", "seeders"], "The order is name, new, size or seeders."), "name"),
  cursor: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024))),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^[0-9]{1,6}$/), v.transform(Number), v.minValue(1), v.maxValue(MAX_PAGE_LENGTH)),
    String(DEFAULT_PAGE_LENGTH),
  ),
});

/**
 * Answers a request for a page.
 *
 * @param options the catalogue, and whose it is: the instance id distinguishes versions of before and after a restart
 * @throws {ProblemError} 422 when the query does not fit
 */
export function answerCatalogue(
  context: Context,
  options: { readonly catalogue: Catalogue; readonly instanceId: string },
): Response {
  const { catalogue, instanceId } = options;
  const { mode, q: text, sort, cursor, limit } = checkValue(context.req.query(), querySchema);
  const tag = `"${instanceId}-${catalogue.version}"`;
  const headers = { ETag: tag, "Cache-Control": "no-cache" };
  if (matchesEntityTag(context.req.header("If-None-Match"), tag)) return new Response(null, { status: 304, headers });
  const query: CatalogueQuery = {
    text,
    sort,
    limit,
    ...(mode === undefined ? {} : { mode }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  try {
    return context.json(catalogue.page(query), 200, headers);
  } catch (error) {
    if (!(error instanceof CursorSyntaxError)) throw error;
    return problem(422, { detail: "The cursor is not one of this catalogue." });
  }
}
