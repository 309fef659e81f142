/**
 * Leaves of pieces, in a bounded amount of memory: those that others proved to us, by which blocks are judged, and trees
 * over verified pieces, from which we answer. What is pushed out can be had again.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { FileTree, HASH_LENGTH } from "../../shared/merkle.ts";

/**
 * Bytes of proven leaves kept: those of 2 GiB of content, far more than lies under any playhead.
 */
const MAX_LEAF_BYTES = 4 * 1024 * 1024;

/** Bytes of trees kept, twice the leaves they stand on: those of 1 GiB of content. */
const MAX_TREE_BYTES = 4 * 1024 * 1024;

/** Which block's leaf it is. */
export interface LeafPlace {
  readonly piece: number;
  readonly blockIndex: number;
  /** How many leaves the piece has. */
  readonly blockCount: number;
}

/** Leaves by piece, the oldest pushed out first. */
export class LeafCache {
  readonly #proven = new Map<number, { readonly leaves: Uint8Array; readonly known: Bitfield }>();
  #provenBytes = 0;
  readonly #trees = new Map<number, FileTree>();
  #treeBytes = 0;

  /** Keeps a proven leaf; the 32 bytes are copied. */
  set(place: LeafPlace, hash: Uint8Array): void {
    const { piece, blockIndex, blockCount } = place;
    let entry = this.#proven.get(piece);
    if (entry === undefined) {
      entry = { leaves: new Uint8Array(blockCount * HASH_LENGTH), known: new Bitfield(blockCount) };
      this.#proven.set(piece, entry);
      this.#provenBytes += entry.leaves.length;
      for (const oldest of this.#proven.keys()) {
        if (this.#provenBytes <= MAX_LEAF_BYTES || oldest === piece) break;
        this.delete(oldest);
      }
    }
    entry.leaves.set(hash, blockIndex * HASH_LENGTH);
    entry.known.set(blockIndex);
  }

  /** Whether every leaf of the piece is known. */
  hasAll(piece: number): boolean {
    return this.#proven.get(piece)?.known.isComplete ?? false;
  }

  /** A proven leaf (a view), if it is known. */
  get(piece: number, blockIndex: number): Uint8Array | undefined {
    const entry = this.#proven.get(piece);
    if (!entry?.known.has(blockIndex)) return undefined;
    return entry.leaves.subarray(blockIndex * HASH_LENGTH, (blockIndex + 1) * HASH_LENGTH);
  }

  /** Forgets the proven leaves of a piece. */
  delete(piece: number): void {
    this.#provenBytes -= this.#proven.get(piece)?.leaves.length ?? 0;
    this.#proven.delete(piece);
  }

  /** Keeps the tree over a verified piece. */
  setTree(piece: number, tree: FileTree): void {
    this.#trees.set(piece, tree);
    this.#treeBytes += treeBytes(tree);
    for (const [oldest, old] of this.#trees) {
      if (this.#treeBytes <= MAX_TREE_BYTES || oldest === piece) break;
      this.#trees.delete(oldest);
      this.#treeBytes -= treeBytes(old);
    }
  }

  /** The tree over a verified piece, if it is still here. */
  tree(piece: number): FileTree | undefined {
    return this.#trees.get(piece);
  }
}

function treeBytes(tree: FileTree): number {
  return 2 * tree.blockCount * HASH_LENGTH;
}
