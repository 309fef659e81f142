/**
 * Files that were there before their torrent: whoever adds a torrent where all of its files lie already wants to seed
 * them, not to fetch a copy. They are taken only when every byte is true, so nothing of anybody's is ever written over.
 *
 * @module
 */
import { safePathSegment } from "../../shared/safe_name.ts";
import { checkInside, type FileLayout, layoutAt } from "./file_layout.ts";
import { isMissing, storageError } from "./disk_fault.ts";
import { StorageError } from "./storage_error.ts";
import { type StorageRecord, TorrentStorage, type TorrentStorageOptions } from "./torrent_storage.ts";

/** What was found: where the files lie, and a record that says that all of it is verified. */
export interface FoundFiles {
  readonly layout: FileLayout;
  readonly record: StorageRecord;
}

/** What a storage needs, and the folder to look in. */
export interface FindFilesOptions
  extends Omit<TorrentStorageOptions, "layout" | "record" | "isReadOnly" | "save" | "onEvent"> {
  readonly folder: string;
}

/**
 * Looks for all files of a torrent under the names that it gives them in `folder`, and hashes them when their lengths are
 * right. `undefined` unless every piece is there and true; a v2 magnet whose piece layers nobody knows yet is not.
 *
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function findFiles(options: FindFilesOptions): Promise<FoundFiles | undefined> {
  const { info, folder, signal } = options;
  const layout = layoutAt(info, { folder, rootName: safePathSegment(info.name) });
  try {
    if (!haveRightLengths(layout, options)) return undefined;
    checkInside(layout);
    let record: StorageRecord | undefined;
    await using storage = await TorrentStorage.open({
      ...options,
      layout,
      isReadOnly: true,
      onEvent: () => {},
      save: (saved) => record = saved,
    });
    await storage.verifyAll(signal === undefined ? {} : { signal });
    return storage.verified.isComplete && record !== undefined ? { layout, record } : undefined;
  } catch (error) {
    // What cannot be looked at is somebody else's: the torrent gets a name of its own beside it.
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

function haveRightLengths(layout: FileLayout, { info }: Pick<TorrentStorageOptions, "info">): boolean {
  return layout.paths.every((path, index) => path === undefined || lengthOf(path) === info.files[index]?.length);
}

/** Bytes of a file; `undefined` where there is none. */
function lengthOf(path: string): number | undefined {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile ? size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storageError(error, { path, doing: "look at" });
  }
}
