/**
 * What both programs' catalogues take in their query: what to look for, in which order, and which rows.
 *
 * @module
 */
import * as v from "valibot";

/** Rows of a page unless asked otherwise: a few screens. */
const DEFAULT_PAGE_LENGTH = 60;

/** The most rows of a page: some hundred bytes each, so an answer stays well below a tenth of a megabyte. */
const MAX_PAGE_LENGTH = 200;

/** The parts of the query that both programs take; each adds its own. */
export const catalogueQueryParts = {
  q: v.optional(v.pipe(v.string(), v.maxLength(200, "A search has at most 200 characters.")), ""),
  sort: v.optional(
    v.picklist(["name", "new", "size", "length", "seeders"], "The order is name, new, size, length or seeders."),
    "name",
  ),
  cursor: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(1024))),
  offset: v.optional(
    v.pipe(v.string(), v.regex(/^[0-9]{1,9}$/, "The offset is a number of rows."), v.transform(Number)),
  ),
  near: v.optional(v.picklist(["true"], "Near is true or absent.")),
  limit: v.optional(
    v.pipe(v.string(), v.regex(/^[0-9]{1,6}$/), v.transform(Number), v.minValue(1), v.maxValue(MAX_PAGE_LENGTH)),
    String(DEFAULT_PAGE_LENGTH),
  ),
} as const;
