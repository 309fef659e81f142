/**
 * How names are found and sorted by people: words in any case and with or without accents, natural order of numbers.
 * Pure.
 *
 * @module
 */

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

/** Negative, zero or positive, by code units: what `Array.sort` wants of two sortable names. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
