/**
 * Which files of a torrent are meant, in text: indices and ranges with commas between them, `0,2,4,6-8` (BEP 53), as in a
 * magnet link and on the command line.
 *
 * @module
 */
import { MAX_FILES } from "./metainfo_files.ts";

/** Text that selects no files. */
export class FileSelectionSyntaxError extends SyntaxError {
  /** Always `FileSelectionSyntaxError`. */
  override readonly name = "FileSelectionSyntaxError";
  /** Index of the character where the wrong part starts. */
  readonly offset: number;

  /** `offset` counts characters of the text. */
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/**
 * The indices of a selection, ascending, each once.
 *
 * @throws {FileSelectionSyntaxError} when a part is neither an index nor a range, or no torrent has so many files
 */
export function parseFileSelection(text: string): readonly number[] {
  const indices = new Set<number>();
  let offset = 0;
  for (const part of text.split(",")) {
    const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim());
    const first = Number(range?.[1]);
    const last = Number(range?.[2] ?? first);
    if (range === null || last < first || last >= MAX_FILES) {
      throw new FileSelectionSyntaxError(`${JSON.stringify(part.slice(0, 40))} selects no files`, offset);
    }
    for (let index = first; index <= last; index++) indices.add(index);
    offset += part.length + 1;
  }
  return Array.from(indices).sort((left, right) => left - right);
}

/** The shortest text that selects these. */
export function formatFileSelection(indices: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const index of Array.from(indices).sort((left, right) => left - right)) {
    const range = ranges.at(-1);
    if (range !== undefined && index <= range.last + 1) range.last = index;
    else ranges.push({ first: index, last: index });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
