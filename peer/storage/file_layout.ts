/**
 * Where each file of a torrent lies.
 *
 * @module
 */
import type { Info } from "../../shared/metainfo.ts";

/** Where a torrent's files lie. */
export interface FileLayout {
  /** The folder all is below, absolute. */
  readonly folder: string;
  /** The one name directly in `folder` that is this torrent's: the file of a single-file torrent, else its folder. */
  readonly rootName: string;
  /** Absolute path per file of `info.files`, `undefined` for pads. */
  readonly paths: readonly (string | undefined)[];
}

/** The layout of a torrent whose root name was chosen before (same result each time). */
export declare function layoutAt(
  info: Info,
  options: { readonly folder: string; readonly rootName: string },
): FileLayout;
/** The layout of a torrent that is new here: takes a root name that does not exist yet (`name (2)`…). */
export declare function chooseLayout(
  info: Info,
  options: { readonly folder: string; readonly isTaken?: (rootName: string) => boolean },
): Promise<FileLayout>;
/** The layout of a share: the file lies where it lies. */
export declare function layoutInPlace(info: Info, path: string): FileLayout;
/** Removes the torrent's files and the folders that this empties. */
export declare function removeFiles(layout: FileLayout): Promise<void>;
