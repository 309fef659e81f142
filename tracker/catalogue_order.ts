/**
 * How the catalogue is sorted, searched and paged: natural order of names, words in any case and with or without accents,
 * and cursors that name a place in the order, so that a page never skips or repeats because another row came or went. Pure.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The orders of the catalogue; all but `name` have the largest or newest first. */
export type CatalogueSort = "name" | "new" | "size" | "seeders";

/** A row's place in an order: compared by number, then by name, then by key. */
export interface OrderKey {
  readonly rank: number;
  /** A {@link sortableName}. */
  readonly name: string;
  /** Unique, so that every row has a place of its own. */
  readonly key: string;
}

/** Text that is no cursor of ours. */
export class CursorSyntaxError extends SyntaxError {
  override readonly name = "CursorSyntaxError";
}

/** Longer names are compared by their beginning: it keeps a cursor well below the length that URLs may have. */
const MAX_SORTABLE_LENGTH = 96;

/** Digits are padded to this width; longer numbers in names are serials, which compare as text well enough. */
const NUMBER_WIDTH = 10;

/** Words beyond these narrow nothing any more, and would cost a scan each. */
const MAX_WORDS = 16;

/** Lower case without accents, as a person types it who is in a hurry. */
export function foldText(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** A text that sorts as people expect: `Part 2` before `part 10`. */
export function sortableName(name: string): string {
  const padded = foldText(name).replace(/[0-9]+/g, (digits) => digits.padStart(NUMBER_WIDTH, "0"));
  return padded.slice(0, MAX_SORTABLE_LENGTH).toWellFormed();
}

/** The words of a search, folded. */
export function searchWords(text: string): readonly string[] {
  return foldText(text).split(/\s+/).filter((word) => word !== "").slice(0, MAX_WORDS);
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
  const fields = jsonOf(Buffer.from(cursor, "base64url").toString());
  if (Array.isArray(fields) && fields.length === 3) {
    const [rank, name, key]: unknown[] = fields;
    if (typeof rank === "number" && typeof name === "string" && typeof key === "string") return { rank, name, key };
  }
  throw new CursorSyntaxError("Cannot read the cursor as a place in the catalogue: take it from a page's nextCursor");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
