/**
 * The arithmetic of pieces and blocks, once (BEP 3, BEP 47, BEP 52). Piece space is one line of bytes: piece `n` starts
 * at `n × pieceLength`, files lie on it in order. In a v1 torrent files touch and pieces cross them; in a hybrid pad
 * files fill each last piece; in a v2-only torrent the last piece of a file is short and a gap follows that belongs to
 * no piece. Nothing here allocates except {@link Geometry.block} and {@link Geometry.spans}.
 *
 * @module
 */

/** Bytes of a block but for the last of a piece, and of a Merkle leaf: what every client requests (BEP 3, BEP 52). */
export const BLOCK_LENGTH = 16_384;

/** A range inside one piece; what a `request` names. */
export interface Block {
  /** Index of the piece. */
  readonly piece: number;
  /** Offset of the first byte inside the piece. */
  readonly begin: number;
  /** Bytes. */
  readonly length: number;
}

/** A range inside one file. */
export interface FileSpan {
  /** Index of the file in the torrent, pad files counted. */
  readonly file: number;
  /** Offset of the first byte inside the file. */
  readonly offset: number;
  /** Bytes, at least 1. */
  readonly length: number;
}

/** What the geometry needs to know of a file. */
export interface GeometryFile {
  /** Bytes. */
  readonly length: number;
  /** Where it starts in piece space. */
  readonly offset: number;
  /** Whether it is padding: zeros that are never stored (BEP 47). */
  readonly isPad: boolean;
}

/** The pieces of a file. */
export interface PieceRange {
  /** Index of the first piece with a byte of the file. */
  readonly first: number;
  /** How many pieces have a byte of it; 0 for an empty file. */
  readonly count: number;
}

/** Where pieces, blocks and files of one torrent lie. Immutable. */
export class Geometry {
  /** Bytes of a piece that is not cut short by an end. */
  readonly pieceLength: number;
  /** Bytes of piece space: the end of the last file, pads and gaps counted. */
  readonly length: number;
  /** How many pieces there are. */
  readonly pieceCount: number;
  /** Bytes of all files that are no padding. */
  readonly contentLength: number;
  readonly #files: readonly GeometryFile[];
  readonly #lastPieceLength: number;
  readonly #padsBlocks: boolean;
  /** Sizes of pieces that a gap cuts short; empty but for v2-only torrents of several files. */
  readonly #shortPieces: ReadonlyMap<number, number>;

  /**
   * Lays out files that come in ascending order of offset and do not overlap; a gap between two may only reach from
   * the end of one to the next multiple of the piece length. `padsBlocks` is for v2-only torrents: see
   * {@link Geometry.requestableSize}.
   *
   * @throws {RangeError} when the piece length is not a whole number above 0, or the files do not lie like that
   */
  constructor(
    options: { readonly pieceLength: number; readonly files: readonly GeometryFile[]; readonly padsBlocks?: boolean },
  ) {
    const { pieceLength, files, padsBlocks = false } = options;
    if (!Number.isSafeInteger(pieceLength) || pieceLength <= 0) {
      throw new RangeError(`Cannot use a piece length of that size: current value is ${pieceLength}`);
    }
    const shortPieces = new Map<number, number>();
    let end = 0;
    let contentLength = 0;
    for (const { length, offset, isPad } of files) {
      const gapLength = offset - end;
      if (!(length >= 0) || gapLength < 0 || !Number.isSafeInteger(offset + length)) {
        throw new RangeError(`Cannot place a file of ${length} bytes at ${offset}: the one before ends at ${end}`);
      }
      if (gapLength > 0) {
        const sizeBeforeGap = end % pieceLength;
        if (sizeBeforeGap === 0 || gapLength !== pieceLength - sizeBeforeGap) {
          throw new RangeError(`Cannot leave a gap from ${end} to ${offset}: it does not end with the piece`);
        }
        shortPieces.set(Math.floor(end / pieceLength), sizeBeforeGap);
      }
      end = offset + length;
      if (!isPad) contentLength += length;
    }
    this.pieceLength = pieceLength;
    this.length = end;
    this.pieceCount = Math.ceil(end / pieceLength);
    this.contentLength = contentLength;
    this.#files = files;
    this.#padsBlocks = padsBlocks;
    this.#lastPieceLength = end - (this.pieceCount - 1) * pieceLength;
    this.#shortPieces = shortPieces;
  }

  /** Where the piece starts in piece space. */
  pieceOffset(piece: number): number {
    return piece * this.pieceLength;
  }

  /**
   * Bytes of the piece.
   *
   * @throws {RangeError} when there is no such piece
   */
  pieceSize(piece: number): number {
    if (!this.#isPiece(piece)) {
      throw new RangeError(`Cannot use an index as one of ${this.pieceCount} pieces: current value is ${piece}`);
    }
    return this.#sizeOf(piece);
  }

  /**
   * Bytes of the piece that peers may ask for: in a v2-only torrent its last block counts as a whole one, with zeros
   * behind the end of the file. BEP 52 is silent about it; libtorrent 2.0 asks like that and gives such blocks.
   *
   * @throws {RangeError} when there is no such piece
   */
  requestableSize(piece: number): number {
    const size = this.pieceSize(piece);
    return this.#padsBlocks ? Math.ceil(size / BLOCK_LENGTH) * BLOCK_LENGTH : size;
  }

  /**
   * How many blocks the piece has.
   *
   * @throws {RangeError} when there is no such piece
   */
  blockCount(piece: number): number {
    return Math.ceil(this.pieceSize(piece) / BLOCK_LENGTH);
  }

  /**
   * The block at an index inside its piece.
   *
   * @throws {RangeError} when there is no such piece or block
   */
  block(piece: number, blockIndex: number): Block {
    const begin = blockIndex * BLOCK_LENGTH;
    const length = Math.min(BLOCK_LENGTH, this.pieceSize(piece) - begin);
    if (!Number.isInteger(blockIndex) || begin < 0 || length <= 0) {
      throw new RangeError(`Cannot use an index as a block of piece ${piece}: current value is ${blockIndex}`);
    }
    return { piece, begin, length };
  }

  /** The index inside its piece of the block that holds the first byte of this range. */
  blockIndex(block: Block): number {
    return Math.floor(block.begin / BLOCK_LENGTH);
  }

  /** Whether this is exactly one of our blocks: aligned, and as long as its place allows. */
  isBlock(block: Block): boolean {
    const { piece, begin, length } = block;
    if (!this.#isPiece(piece) || !Number.isInteger(begin) || begin < 0 || begin % BLOCK_LENGTH !== 0) return false;
    return length > 0 && length === Math.min(BLOCK_LENGTH, this.#sizeOf(piece) - begin);
  }

  /**
   * Whether a peer may request this: at least 1 byte, at most {@link BLOCK_LENGTH}, inside what is requestable of one
   * piece and beginning inside the piece itself, any alignment.
   */
  isRange(block: Block): boolean {
    const { piece, begin, length } = block;
    if (!this.#isPiece(piece) || !Number.isInteger(begin) || !Number.isInteger(length)) return false;
    if (begin < 0 || begin >= this.#sizeOf(piece)) return false;
    return length > 0 && length <= BLOCK_LENGTH && begin + length <= this.requestableSize(piece);
  }

  /**
   * The piece that holds the byte at this offset of piece space (for a byte in a gap: the piece before it).
   *
   * @throws {RangeError} when the offset lies outside
   */
  pieceAt(offset: number): number {
    if (!(offset >= 0 && offset < this.length)) {
      throw new RangeError(`Cannot use an offset in ${this.length} bytes of pieces: current value is ${offset}`);
    }
    return Math.floor(offset / this.pieceLength);
  }

  /**
   * The parts of files under a range of piece space, ascending, pad files included (their bytes are zeros), empty files
   * left out. Gaps give nothing, so over a gap the lengths sum to less than `length`.
   *
   * @throws {RangeError} when the range lies outside
   */
  spans(offset: number, length: number): readonly FileSpan[] {
    const end = offset + length;
    if (!(offset >= 0 && length >= 0 && end <= this.length)) {
      throw new RangeError(
        `Cannot use a range in ${this.length} bytes of pieces: current value is ${offset}+${length}`,
      );
    }
    const spans: FileSpan[] = [];
    for (let index = this.#firstFileEndingAfter(offset); index < this.#files.length; index++) {
      const file = this.#files[index];
      if (file === undefined || file.offset >= end) break;
      const from = Math.max(offset, file.offset);
      const to = Math.min(end, file.offset + file.length);
      if (to > from) spans.push({ file: index, offset: from - file.offset, length: to - from });
    }
    return spans;
  }

  /**
   * The pieces with at least one byte of the file.
   *
   * @throws {RangeError} when there is no such file
   */
  filePieces(file: number): PieceRange {
    const found = this.#files[file];
    if (found === undefined) {
      throw new RangeError(`Cannot use an index as one of ${this.#files.length} files: current value is ${file}`);
    }
    const first = Math.floor(found.offset / this.pieceLength);
    if (found.length === 0) return { first, count: 0 };
    return { first, count: Math.floor((found.offset + found.length - 1) / this.pieceLength) - first + 1 };
  }

  #isPiece(piece: number): boolean {
    return Number.isInteger(piece) && piece >= 0 && piece < this.pieceCount;
  }

  #sizeOf(piece: number): number {
    if (piece === this.pieceCount - 1) return this.#lastPieceLength;
    if (this.#shortPieces.size === 0) return this.pieceLength;
    return this.#shortPieces.get(piece) ?? this.pieceLength;
  }

  /** Binary search: ends ascend because files neither overlap nor go backwards. */
  #firstFileEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#files.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const file = this.#files[middle];
      if (file !== undefined && file.offset + file.length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
