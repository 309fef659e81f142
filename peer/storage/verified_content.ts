/**
 * The readable part of a torrent, as one line of bytes in piece space: verified pieces from disk, proven blocks of
 * unfinished pieces from memory, pads as the zeros that they are.
 *
 * @module
 */
import type { Bitfield } from "../../shared/bitfield.ts";
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { FileLayout } from "./file_layout.ts";
import type { FileStamp } from "./file_stamp.ts";
import type { OpenFiles } from "./open_files.ts";
import type { PieceAssembly } from "./piece_assembly.ts";

/** How many pieces ahead are counted as available: no reader takes more at once, and the count stays cheap. */
const MAX_PIECES_AHEAD = 4096;

/** Where the content is. */
export interface VerifiedContentOptions {
  readonly info: Info;
  readonly verified: Bitfield;
  readonly layout: FileLayout;
  readonly files: OpenFiles;
  /** The piece, while it is unfinished. */
  readonly assembly: (piece: number) => PieceAssembly | undefined;
  /** What the file must still look like, once it is complete. */
  readonly stamp: (file: number) => FileStamp | undefined;
}

/** Reads what is verified. */
export class VerifiedContent {
  readonly #options: VerifiedContentOptions;

  /** Reads nothing yet. */
  constructor(options: VerifiedContentOptions) {
    this.#options = options;
  }

  /** Bytes that can be read from this offset on: see `TorrentStorage.availableFrom`. */
  availableFrom(offset: number): number {
    const { info: { geometry } } = this.#options;
    if (!(offset >= 0 && offset < geometry.length)) return 0;
    let end = offset;
    const first = geometry.pieceAt(offset);
    for (let piece = first; piece < geometry.pieceCount && piece < first + MAX_PIECES_AHEAD; piece++) {
      const pieceEnd = geometry.pieceOffset(piece) + geometry.pieceSize(piece);
      if (!this.#options.verified.has(piece)) return Math.max(end, this.#provenEnd(piece, end)) - offset;
      end = Math.max(end, pieceEnd);
      // A v2 torrent has gaps after its files: nothing that is read goes on there.
      if (geometry.pieceOffset(piece + 1) !== pieceEnd) break;
    }
    return end - offset;
  }

  /** Reads what is available: see `TorrentStorage.readInto`. */
  readInto(offset: number, into: Uint8Array): number {
    const length = Math.min(into.length, this.availableFrom(offset));
    const { info: { geometry }, verified } = this.#options;
    let done = 0;
    while (done < length) {
      const at = offset + done;
      const piece = geometry.pieceAt(at);
      if (!verified.has(piece)) {
        done += this.#readProven(piece, at, into.subarray(done, length));
        continue;
      }
      let end = at;
      for (let next = piece; end < offset + length && verified.has(next); next++) {
        end = Math.min(offset + length, geometry.pieceOffset(next) + geometry.pieceSize(next));
      }
      this.readDisk(at, into.subarray(done, done + end - at));
      done += end - at;
    }
    return length;
  }

  /**
   * Fills `into` from disk, pads with zeros. Whether that is verified is the caller's to know.
   *
   * @throws {StorageError} as `OpenFiles.read`
   */
  readDisk(offset: number, into: Uint8Array): void {
    const { info, layout, stamp } = this.#options;
    const [only] = info.files.length === 1 ? layout.paths : [];
    if (only !== undefined) {
      this.#readFile({ path: only, offset, stamp: stamp(0) }, into);
      return;
    }
    let start = 0;
    for (const span of info.geometry.spans(offset, into.length)) {
      const part = into.subarray(start, start + span.length);
      const path = layout.paths[span.file];
      if (path === undefined) part.fill(0);
      else this.#readFile({ path, offset: span.offset, stamp: stamp(span.file) }, part);
      start += span.length;
    }
  }

  #readFile(
    place: { readonly path: string; readonly offset: number; readonly stamp: FileStamp | undefined },
    into: Uint8Array,
  ): void {
    const { path, offset, stamp } = place;
    this.#options.files.read(stamp === undefined ? { path, offset } : { path, offset, stamp }, into);
  }

  /** Where the proven blocks from this offset on end. */
  #provenEnd(piece: number, offset: number): number {
    const assembly = this.#options.assembly(piece);
    if (assembly === undefined) return offset;
    const start = this.#options.info.geometry.pieceOffset(piece);
    let blockIndex = Math.floor((offset - start) / BLOCK_LENGTH);
    while (assembly.isReadable(blockIndex)) blockIndex++;
    return Math.min(start + blockIndex * BLOCK_LENGTH, start + assembly.length);
  }

  /** Copies from the one proven block at this offset. */
  #readProven(piece: number, offset: number, into: Uint8Array): number {
    const start = this.#options.info.geometry.pieceOffset(piece);
    const assembly = this.#options.assembly(piece);
    const blockIndex = Math.floor((offset - start) / BLOCK_LENGTH);
    if (!assembly?.isReadable(blockIndex)) throw new TypeError(`Cannot read piece ${piece}: it is not proven here`);
    const block = assembly.view(blockIndex).subarray((offset - start) % BLOCK_LENGTH);
    const part = block.subarray(0, into.length);
    into.set(part);
    return part.length;
  }
}
