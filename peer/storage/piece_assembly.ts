/**
 * One piece between its first block and its verdict: which of its blocks are here, and whether they lie in memory or,
 * because memory was short, already at their place on disk.
 *
 * @module
 */
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import type { PieceRun } from "./hash_job.ts";

/** Where a block is. */
const MISSING = 0;
const IN_BUFFER = 1;
/** In the buffer and proven by its leaf hash. */
const PROVEN = 2;
/** Sent away to be written, unjudged. */
const LEAVING = 3;
const ON_DISK = 4;

/**
 * What happens to the piece: blocks are `filling` it; all are here and it waits for its hash (`waiting`); a worker judges
 * it (`judging`); it is right but the disk is full (`stuck`).
 */
export type AssemblyPhase = "filling" | "waiting" | "judging" | "stuck";

/** One piece that is not verified yet. */
export class PieceAssembly {
  readonly piece: number;
  /** Bytes of the piece; its buffer may be longer, so that the last piece can reuse the others'. */
  readonly length: number;
  phase: AssemblyPhase = "filling";
  /** A worker writes blocks of it to disk; blocks may go on arriving meanwhile. */
  isSpilling = false;
  /** Absent before the first block, and while it is with a worker or spilled. */
  buffer: ArrayBuffer | undefined;
  readonly #blocks: Uint8Array;
  #presentCount = 0;

  /** A piece of which nothing is here; `length` in bytes. */
  constructor(piece: number, length: number) {
    this.piece = piece;
    this.length = length;
    this.#blocks = new Uint8Array(Math.ceil(length / BLOCK_LENGTH));
  }

  /** Whether every block is here, in memory or on disk. */
  get isComplete(): boolean {
    return this.#presentCount === this.#blocks.length;
  }

  /** Whether every block is here and was proven alone. */
  get isProven(): boolean {
    return this.#blocks.every((place) => place === PROVEN);
  }

  /** Whether the block is here. */
  has(blockIndex: number): boolean {
    return (this.#blocks[blockIndex] ?? MISSING) !== MISSING;
  }

  /** Whether the block can be read from the buffer and is proven. */
  isReadable(blockIndex: number): boolean {
    return this.#blocks[blockIndex] === PROVEN && this.buffer !== undefined && this.phase !== "judging";
  }

  /** Copies a block into the buffer: the one copy of its journey. */
  put(blockIndex: number, data: Uint8Array, options: { readonly isProven: boolean }): void {
    if (this.buffer === undefined) throw new TypeError(`Cannot put a block into piece ${this.piece}: it has no buffer`);
    new Uint8Array(this.buffer, blockIndex * BLOCK_LENGTH, data.length).set(data);
    if (!this.has(blockIndex)) this.#presentCount++;
    this.#blocks[blockIndex] = options.isProven ? PROVEN : IN_BUFFER;
  }

  /** The bytes of a block that is in the buffer (a view, until the next call that changes the buffer). */
  view(blockIndex: number): Uint8Array {
    if (this.buffer === undefined) throw new TypeError(`Cannot read piece ${this.piece}: it has no buffer`);
    const begin = blockIndex * BLOCK_LENGTH;
    return new Uint8Array(this.buffer, begin, Math.min(BLOCK_LENGTH, this.length - begin));
  }

  /** Indices of blocks that are in the buffer and not proven. */
  unproven(): readonly number[] {
    return [...this.#blocks.keys()].filter((index) => this.#blocks[index] === IN_BUFFER);
  }

  /** The block's leaf says that it is true. */
  prove(blockIndex: number): void {
    this.#blocks[blockIndex] = PROVEN;
  }

  /** The block was wrong: it is missing again. */
  drop(blockIndex: number): void {
    if (this.has(blockIndex)) this.#presentCount--;
    this.#blocks[blockIndex] = MISSING;
  }

  /** Marks what is in the buffer as leaving for the disk, and gives those runs. */
  leave(): readonly PieceRun[] {
    const runs = this.#runs((place) => place === IN_BUFFER || place === PROVEN);
    this.#replace((place) => place === IN_BUFFER || place === PROVEN, LEAVING);
    return runs;
  }

  /** What was leaving has arrived on disk. */
  arrive(): void {
    this.#replace((place) => place === LEAVING, ON_DISK);
  }

  /** What was leaving is still in `buffer`: it goes back among the blocks that came meanwhile. */
  stay(buffer: ArrayBuffer): void {
    if (this.buffer === undefined) this.buffer = buffer;
    else {
      const target = new Uint8Array(this.buffer);
      for (const { start, length } of this.#runs((place) => place === LEAVING)) {
        target.set(new Uint8Array(buffer, start, length), start);
      }
    }
    this.#replace((place) => place === LEAVING, IN_BUFFER);
  }

  /** The runs that must be read back from disk before the piece can be judged. */
  onDisk(): readonly PieceRun[] {
    return this.#runs((place) => place === ON_DISK);
  }

  #replace(isMeant: (place: number) => boolean, place: number): void {
    for (const [index, old] of this.#blocks.entries()) if (isMeant(old)) this.#blocks[index] = place;
  }

  #runs(isMeant: (place: number) => boolean): readonly PieceRun[] {
    const runs: PieceRun[] = [];
    const blocks = this.#blocks;
    for (let index = 0; index < blocks.length; index++) {
      if (!isMeant(blocks[index] ?? MISSING)) continue;
      const first = index;
      while (index + 1 < blocks.length && isMeant(blocks[index + 1] ?? MISSING)) index++;
      const start = first * BLOCK_LENGTH;
      runs.push({ start, length: Math.min((index + 1) * BLOCK_LENGTH, this.length) - start });
    }
    return runs;
  }
}
