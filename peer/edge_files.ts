/**
 * Files that nobody chose, and that are there all the same: in a v1 torrent the chosen ones share pieces with their
 * neighbours, whose ends come with them.
 *
 * @module
 */
import type { FileLayout } from "./storage/file_layout.ts";
import type { TorrentStorage } from "./storage/torrent_storage.ts";
import type { Torrent } from "./torrent.ts";
import { wantedPieces } from "./wanted_pieces.ts";

/** What is looked at of a torrent. */
export interface ChosenOf extends Pick<Torrent, "info" | "layout" | "isWanted"> {
  readonly storage: Pick<TorrentStorage, "verified" | "fileVerifiedBytes"> | undefined;
}

/**
 * Where those files of a torrent lie of which nothing is here but ends that came with others; undefined where there are
 * none. One that is whole, or that something more of was fetched at another time, is not among them.
 */
export function edgeFiles(torrent: ChosenOf): FileLayout | undefined {
  const { info, layout, storage } = torrent;
  if (info === undefined || layout === undefined || storage === undefined) return undefined;
  const chosen = [...info.files.keys()].filter((file) => torrent.isWanted(file));
  const wanted = wantedPieces(info, chosen);
  const isEdge = (file: number) => {
    if (torrent.isWanted(file) || storage.fileVerifiedBytes(file) === info.files[file]?.length) return false;
    const { first, count } = info.geometry.filePieces(file);
    for (let piece = first; piece < first + count; piece++) {
      if (storage.verified.has(piece) && !wanted.has(piece)) return false;
    }
    return true;
  };
  const paths = layout.paths.map((path, file) => isEdge(file) ? path : undefined);
  return paths.every((path) => path === undefined) ? undefined : { ...layout, paths };
}
