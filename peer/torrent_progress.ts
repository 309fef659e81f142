/**
 * How far a torrent is with what is wanted of it.
 *
 * @module
 */
import type { Torrent } from "./torrent.ts";

/** Bytes of the wanted files. */
export interface TorrentProgress {
  readonly wantedBytes: number;
  /** Of these, verified and on disk. */
  readonly verifiedBytes: number;
}

/** Counts the wanted files; nothing while the metadata are not known. */
export function progressOf(torrent: Torrent): TorrentProgress {
  let wantedBytes = 0;
  let verifiedBytes = 0;
  for (const [index, file] of (torrent.info?.files ?? []).entries()) {
    if (file.isPad || !torrent.isWanted(index)) continue;
    wantedBytes += file.length;
    verifiedBytes += torrent.storage?.fileVerifiedBytes(index) ?? 0;
  }
  return { wantedBytes, verifiedBytes };
}
