/**
 * Where the files of a torrent lie, decided once, when its metadata become known.
 *
 * @module
 */
import { chooseLayout, type FileLayout, layoutAt, layoutInPlace } from "./storage/file_layout.ts";
import { findFiles, type FindFilesOptions } from "./storage/found_files.ts";
import type { StorageRecord } from "./storage/torrent_storage.ts";
import type { TorrentPlace } from "./torrent_options.ts";

/** A place, and what is believed of the files there: nothing without a record. */
export interface FoundPlace {
  readonly layout: FileLayout;
  readonly record?: StorageRecord;
}

/**
 * A share lies where it is and a torrent that was here before lies where it was, both with the record that is remembered.
 * One that is new here finds its files there already, or gets a name that nobody has.
 *
 * @throws {StorageError} when the folder cannot be looked into
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function findPlace(
  place: TorrentPlace,
  options: Omit<FindFilesOptions, "folder"> & { readonly record: StorageRecord | undefined },
): Promise<FoundPlace> {
  const { record, ...disk } = options;
  const { info } = disk;
  const known = record === undefined ? {} : { record };
  if (place.type === "share") return { layout: layoutInPlace(info, place.path), ...known };
  const { folder, rootName } = place;
  if (rootName !== undefined) return { layout: layoutAt(info, { folder, rootName }), ...known };
  return await findFiles({ ...disk, folder }) ?? { layout: chooseLayout(info, { folder }) };
}
