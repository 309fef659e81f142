/**
 * Which files are one series, by their names alone: "Orbit, Episode 2.mkv" follows "Orbit, Episode 1 – Departure.mkv", and
 * "Show S02E01" follows "Show S01E09". Each of them may be a torrent of its own. Pure.
 *
 * @module
 */
import { compareText, foldText } from "../../../shared/search_text.ts";

/** Words and numbers by turns; the first are words. */
type Parts = readonly (string | number)[];

/** Words of a name that all of its series begin with; fewer letters are no name of a series. */
const MIN_PREFIX_LETTERS = 3;

/**
 * What all names of a series begin with, to search for it.
 *
 * @param name a file's name
 * @returns undefined when the name is none of a series
 */
export function seriesWords(name: string): string | undefined {
  const [words, number] = partsOf(name);
  if (typeof words !== "string" || number === undefined) return undefined;
  return words.replace(/[^\p{L}]/gu, "").length < MIN_PREFIX_LETTERS ? undefined : words.trim();
}

/**
 * The neighbours of a file among others.
 *
 * @param name its name
 * @param rows the others, itself too or not, in any order
 * @returns the last one before it, and the first one after it
 */
export function neighboursInSeries<Row extends { readonly name: string }>(
  name: string,
  rows: readonly Row[],
): { readonly previous: Row | undefined; readonly next: Row | undefined } {
  const own = partsOf(name);
  if (seriesWords(name) === undefined) return { previous: undefined, next: undefined };
  let previous: Row | undefined;
  let next: Row | undefined;
  for (const row of rows) {
    const parts = partsOf(row.name);
    const order = placeInSeries(parts, own);
    if (order < 0 && (previous === undefined || isBefore(partsOf(previous.name), parts))) previous = row;
    if (order > 0 && (next === undefined || isBefore(parts, partsOf(next.name)))) next = row;
  }
  return { previous, next };
}

/** By the first number in which two names differ; 0 when they differ in words before it, or not at all. */
function placeInSeries(one: Parts, other: Parts): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const [part, otherPart] = [one[index], other[index]];
    if (part === otherPart) continue;
    return typeof part === "number" && typeof otherPart === "number" ? part - otherPart : 0;
  }
  return 0;
}

/** The natural order of all names, so that of two editions of one episode it is always the same. */
function isBefore(one: Parts, other: Parts): boolean {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const [part, otherPart] = [one[index], other[index]];
    if (part === otherPart) continue;
    if (typeof part === "number" && typeof otherPart === "number") return part < otherPart;
    return compareText(String(part), String(otherPart)) < 0;
  }
  return one.length < other.length;
}

/** Numbers that tell how a film was made, not which one it is. */
const EDITION = /\b(?:[0-9]{3,4}[pi]|[xh] ?26[45])\b/g;

function partsOf(name: string): Parts {
  const folded = foldText(name.replace(/\.[^.]*$/, "")).replace(/[\s._]+/g, " ").replace(EDITION, "");
  return folded.split(/([0-9]+)/).map((part, index) => index % 2 === 0 ? part : Number(part));
}
