/**
 * How many bytes of each file of a torrent are verified.
 *
 * @module
 */
import type { Bitfield } from "../../shared/bitfield.ts";
import type { Info } from "../../shared/metainfo.ts";

/** Verified bytes by file of `info.files`. */
export class FileTotals {
  readonly #info: Info;
  readonly #bytes: Float64Array;

  /** Nothing is verified. */
  constructor(info: Info) {
    this.#info = info;
    this.#bytes = new Float64Array(info.files.length);
  }

  /** Verified bytes of one file; 0 where there is no such file. */
  bytes(file: number): number {
    return this.#bytes[file] ?? 0;
  }

  /** A piece more is verified. @returns the files, other than pads, that are complete by it */
  add(piece: number): readonly number[] {
    const { geometry, files } = this.#info;
    const complete: number[] = [];
    for (const { file, length } of geometry.spans(geometry.pieceOffset(piece), geometry.pieceSize(piece))) {
      const bytes = this.bytes(file) + length;
      this.#bytes[file] = bytes;
      if (bytes === files[file]?.length && !files[file].isPad) complete.push(file);
    }
    return complete;
  }

  /** Counts anew: these pieces and no others are verified. */
  count(verified: Bitfield): void {
    this.#bytes.fill(0);
    if (verified.isComplete) {
      for (const [index, file] of this.#info.files.entries()) this.#bytes[index] = file.length;
      return;
    }
    for (const piece of verified.indices()) this.add(piece);
  }
}
