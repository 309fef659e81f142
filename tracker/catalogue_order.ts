/**
 * How the catalogue is sorted and paged: cursors name a place in the order, so that a page never skips or repeats because
 * another row came or went. Pure.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { parseJson } from "../shared/json_text.ts";
import { compareText } from "../shared/search_text.ts";

/** The orders of the catalogue; all but `name` have the largest, longest or newest first. */
export type CatalogueSort = "name" | "new" | "size" | "length" | "seeders";

/** A row's place in an order: compared by number, then by name, then by key. */
export interface OrderKey {
  readonly rank: number;
  /** A `sortableName`. */
  readonly name: string;
  /** Unique, so that every row has a place of its own. */
  readonly key: string;
}

/** Text that is no cursor of ours. */
export class CursorSyntaxError extends SyntaxError {
  override readonly name = "CursorSyntaxError";
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareOrder(a: OrderKey, b: OrderKey): number {
  return a.rank - b.rank || compareText(a.name, b.name) || compareText(a.key, b.key);
}

/** The cursor after this place: URL-safe text. */
export function encodeCursor(place: OrderKey): string {
  return Buffer.from(JSON.stringify([place.rank, place.name, place.key])).toString("base64url");
}

/**
 * Reads a cursor.
 *
 * @throws {CursorSyntaxError} when it is none
 */
export function decodeCursor(cursor: string): OrderKey {
  const fields = parseJson(Buffer.from(cursor, "base64url").toString());
  if (Array.isArray(fields) && fields.length === 3) {
    const [rank, name, key]: unknown[] = fields;
    if (typeof rank === "number" && typeof name === "string" && typeof key === "string") return { rank, name, key };
  }
  throw new CursorSyntaxError("Cannot read the cursor as a place in the catalogue: take it from a page's nextCursor");
}
