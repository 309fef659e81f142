/**
 * Torrents without content, for simulations: the machine needs the shape only.
 *
 * @module
 */
import { Geometry } from "../../shared/geometry.ts";
import { infoHash } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";

/** A v1 torrent of one file, or a hybrid one with this pieces root. Lengths in bytes. */
export function sampleInfo(
  options: { readonly length: number; readonly pieceLength: number; readonly piecesRoot?: Uint8Array },
): Info {
  const { length, pieceLength, piecesRoot } = options;
  const file = { path: ["sample.bin"], length, offset: 0, isPad: false };
  return {
    infoHash: infoHash(new Uint8Array(20).fill(1)),
    version: piecesRoot === undefined ? "v1" : "hybrid",
    name: "sample.bin",
    pieceLength,
    files: [piecesRoot === undefined ? file : { ...file, piecesRoot }],
    geometry: new Geometry({ pieceLength, files: [file] }),
    isPrivate: false,
    infoBytes: new Uint8Array(),
  };
}
