/**
 * Which pieces have to be here for some files of a torrent to be whole.
 *
 * @module
 */
import { Bitfield } from "../shared/bitfield.ts";
import type { Info } from "../shared/metainfo.ts";

/** The pieces that the files at these indices touch. Indices that the torrent does not have are passed over. */
export function wantedPieces(info: Info, files: readonly number[]): Bitfield {
  const wanted = new Bitfield(info.geometry.pieceCount);
  for (const file of files) {
    if (info.files[file] === undefined) continue;
    const { first, count } = info.geometry.filePieces(file);
    for (let piece = first; piece < first + count; piece++) wanted.set(piece);
  }
  return wanted;
}

/** Whether one bitfield has everything that another has. */
export function areAllIn(pieces: Bitfield, all: Bitfield): boolean {
  for (const piece of pieces.indices()) if (!all.has(piece)) return false;
  return true;
}
