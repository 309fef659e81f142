/**
 * Which pieces of a torrent one of its files lies in.
 *
 * @module
 */
import type { TorrentDetails, TorrentFileView } from "../../../shared/dashboard_views.ts";

/**
 * The file's part of the piece map.
 *
 * @param file the file
 * @param details its torrent; absent while it is not known
 * @returns one character a piece; undefined while nothing is known
 */
export function piecesOfFile(
  file: Pick<TorrentFileView, "offsetBytes" | "sizeBytes">,
  details: Pick<TorrentDetails, "pieceMap" | "pieceLength"> | undefined,
): string | undefined {
  if (details === undefined || details.pieceLength === 0) return undefined;
  const first = Math.floor(file.offsetBytes / details.pieceLength);
  return details.pieceMap.slice(first, Math.ceil((file.offsetBytes + file.sizeBytes) / details.pieceLength));
}
