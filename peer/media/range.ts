/**
 * The Range header (RFC 9110, section 14): which bytes of a file a request wants.
 *
 * @module
 */

/** A byte window: `start` included, `end` excluded, both from the file's beginning. Never empty when requested. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a Range header asks of a file. */
export type RequestedRange =
  /** No header, one that we must ignore, or one that we may and had better ignore: answer 200 with all. */
  | { readonly type: "whole" }
  /** At least one window, in the order asked for, none overlapping another: answer 206. */
  | { readonly type: "ranges"; readonly ranges: readonly [ByteRange, ...ByteRange[]] }
  /** A right header, and none of its ranges touches the file: answer 416. */
  | { readonly type: "unsatisfiable" };

/** More ranges than a player or a resumed download has any use for are ignored (RFC 9110, section 17.15). */
export const MAX_RANGES = 10;

/** A longer header is ignored before any work is done on it: ten ranges of sixteen digits have 350 characters. */
const MAX_RANGE_HEADER_LENGTH = 1024;

/**
 * Reads a Range header.
 *
 * @param header The header's value, null when there is none.
 * @param length The file's length in bytes.
 * @returns What to answer. Ends beyond the file are clamped, ranges beyond it dropped; overlapping ranges are coalesced
 * in rising order (section 15.3.7.2 allows it). Wrong syntax, other units, and more than {@link MAX_RANGES} ranges
 * give the whole.
 */
export function parseRange(header: string | null, length: number): RequestedRange {
  if (header === null || header.length > MAX_RANGE_HEADER_LENGTH) return { type: "whole" };
  const set = /^bytes=(.*)$/is.exec(header.trim())?.[1];
  if (set === undefined) return { type: "whole" };
  // The list syntax of section 5.6.1 lets empty elements and blanks around commas pass.
  const specs = set.split(",").map((spec) => spec.replace(/^[ \t]+|[ \t]+$/g, "")).filter((spec) => spec !== "");
  if (specs.length === 0 || specs.length > MAX_RANGES) return { type: "whole" };
  const ranges: ByteRange[] = [];
  let isWholeEmptyFile = false;
  for (const spec of specs) {
    const parsed = parseSpec(spec, length);
    if (parsed === "invalid") return { type: "whole" };
    if (parsed === "empty-suffix") isWholeEmptyFile = true;
    else if (parsed !== "unsatisfiable") ranges.push(parsed);
  }
  const [first, ...others] = coalesce(ranges);
  if (first !== undefined) return { type: "ranges", ranges: [first, ...others] };
  return { type: isWholeEmptyFile ? "whole" : "unsatisfiable" };
}

/**
 * One `first-last`, `first-` or `-suffix`. A suffix of an empty file is satisfiable, yet no Content-Range can say so:
 * "empty-suffix".
 */
function parseSpec(spec: string, length: number): ByteRange | "invalid" | "unsatisfiable" | "empty-suffix" {
  const match = /^([0-9]*)-([0-9]*)$/.exec(spec);
  const first = match?.[1];
  const last = match?.[2];
  if (first === undefined || last === undefined || (first === "" && last === "")) return "invalid";
  if (first === "") {
    const suffixLength = Number(last);
    if (suffixLength === 0) return "unsatisfiable";
    return length === 0 ? "empty-suffix" : { start: Math.max(0, length - suffixLength), end: length };
  }
  if (last !== "" && isLess(last, first)) return "invalid";
  const start = Number(first);
  if (start >= length) return "unsatisfiable";
  return { start, end: last === "" ? length : Math.min(length, Number(last) + 1) };
}

/** Compares decimal numerals of any length, which a double would round. */
function isLess(numeral: string, other: string): boolean {
  const left = numeral.replace(/^0+/, "");
  const right = other.replace(/^0+/, "");
  return left.length === right.length ? left < right : left.length < right.length;
}

/** Leaves ranges as they are unless some overlap: then sorted and merged. */
function coalesce(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((left, right) => left.start - right.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start >= last.end) merged.push(range);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return merged.length === ranges.length ? ranges : merged;
}
