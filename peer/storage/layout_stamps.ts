/**
 * The stamps of all files of a torrent: how it is told whether files that were finished still are what they were.
 *
 * @module
 */
import { isMissing, isPlatformError, storageError } from "./disk_fault.ts";
import type { FileLayout } from "./file_layout.ts";
import { type FileStamp, fileStamp, isSameStamp } from "./file_stamp.ts";

/** By index in `info.files`; `undefined` for pads and files that are not there. */
export type LayoutStamps = readonly (FileStamp | undefined)[];

/** The stamp of each file now. @throws {StorageError} when one cannot be looked at */
export function layoutStamps(layout: FileLayout): LayoutStamps {
  return layout.paths.map((path) => path === undefined ? undefined : stampOf(path));
}

/** Whether every file is there and has the stamp that it had. */
export function hasSameStamps(layout: FileLayout, stamps: LayoutStamps | undefined): boolean {
  if (stamps === undefined) return false;
  return layoutStamps(layout).every((now, index) => {
    if (layout.paths[index] === undefined) return true;
    const then = stamps[index];
    return now !== undefined && then !== undefined && isSameStamp(now, then);
  });
}

/** Paths of files that are not there at all. */
export function absentPaths(layout: FileLayout): ReadonlySet<string> {
  const stamps = layoutStamps(layout);
  const paths = layout.paths.filter((_, index) => stamps[index] === undefined);
  return new Set(paths.filter((path) => path !== undefined));
}

function stampOf(path: string): FileStamp | undefined {
  try {
    return fileStamp(Deno.statSync(path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (isPlatformError(error)) throw storageError(error, { path, doing: "look at" });
    throw error;
  }
}
