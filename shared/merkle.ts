/**
 * The Merkle trees of BEP 52: SHA-256, two children, one leaf for each 16 KiB block of a file, missing leaves all zero.
 * Layer 0 are the leaves; node `i` of layer `n + 1` is the hash of nodes `2i` and `2i + 1` of layer `n`; the one node of
 * the highest layer is the file's pieces root. Hashes of a layer lie flat in one array, 32 bytes each, only those that
 * cover a byte of the file.
 *
 * @module
 */

import { hash } from "node:crypto";
import { BLOCK_LENGTH } from "./geometry.ts";
import { isPowerOfTwo, nextPowerOfTwo } from "./power_of_two.ts";

/** Bytes of a SHA-256. */
export const HASH_LENGTH = 32;

/** The leaf of a block: its SHA-256. A short last block is hashed as it is. */
export function hashLeaf(block: Uint8Array): Uint8Array<ArrayBuffer> {
  const leaf = new Uint8Array(HASH_LENGTH);
  hashLeafInto(block, leaf);
  return leaf;
}

/**
 * Writes the leaf of a block into 32 bytes. The digest is taken as hex digits: as bytes each one is memory outside of
 * the heap that waits for the collector, and there are 131,072 of them in a tree over a GiB (a third of the time of a
 * small hash, and 15 MB).
 */
export function hashLeafInto(block: Uint8Array, leaf: Uint8Array): void {
  leaf.setFromHex(hash("sha256", block, "hex"));
}

/** Where two nodes lie side by side while they are hashed. */
const PAIR = new Uint8Array(2 * HASH_LENGTH);

/** The node above two nodes. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  PAIR.set(left);
  PAIR.set(right, HASH_LENGTH);
  return hashLeaf(PAIR);
}

/** Roots of subtrees without a byte of the file, by their height; grows as they are asked for. */
const ZERO_HASHES: Uint8Array[] = [new Uint8Array(HASH_LENGTH)];

/**
 * The root of a subtree that is all padding, this many layers above its zero leaves. The array is shared: do not write
 * into it.
 */
export function zeroHash(layersAboveLeaf: number): Uint8Array {
  let highest = ZERO_HASHES.length - 1;
  let root = ZERO_HASHES[Math.min(highest, layersAboveLeaf)] ?? new Uint8Array(HASH_LENGTH);
  while (highest < layersAboveLeaf) {
    root = hashPair(root, root);
    ZERO_HASHES[++highest] = root;
  }
  return root;
}

/**
 * The root over a layer of `n × 32` bytes, padded at its end to `padTo` nodes (default: the next power of two) with
 * `padHash` (default: the zero leaf). To go up from a layer above the leaves pad with its {@link zeroHash}.
 *
 * @throws {RangeError} when the layer is empty or not of whole hashes, or `padTo` is no power of two that holds it
 */
export function merkleRoot(
  layer: Uint8Array,
  options?: { readonly padTo?: number; readonly padHash?: Uint8Array },
): Uint8Array {
  const count = hashCount(layer);
  const padTo = options?.padTo ?? nextPowerOfTwo(count);
  if (count === 0 || padTo < count || !isPowerOfTwo(padTo)) {
    throw new RangeError(`Cannot pad ${count} hashes to a full layer of ${padTo}`);
  }
  let nodes = layer;
  let padHash = options?.padHash ?? zeroHash(0);
  for (let height = 1; padTo >> height > 0; height++) {
    nodes = parents(nodes, padHash);
    // The roots over zero leaves are remembered; only another padding has to be hashed on the way up.
    padHash = options?.padHash === undefined ? zeroHash(height) : hashPair(padHash, padHash);
  }
  return nodes.slice(0, HASH_LENGTH);
}

/**
 * The node that covers one piece, from its leaves: of full height in a file of several pieces, and only as high as its
 * own leaves need in a file that is a single piece, where it is the pieces root.
 *
 * @throws {RangeError} when there are no leaves, or more than a piece has
 */
export function pieceRootFromLeaves(
  leaves: Uint8Array,
  options: { readonly blocksPerPiece: number; readonly isOnlyPiece: boolean },
): Uint8Array {
  return options.isOnlyPiece ? merkleRoot(leaves) : merkleRoot(leaves, { padTo: options.blocksPerPiece });
}

/** All nodes of one file's tree from some layer upwards: 64 bytes a block when it starts at the leaves. Immutable. */
export class FileTree {
  /** Blocks of the file. */
  readonly blockCount: number;
  /** The root: 32 bytes. */
  readonly piecesRoot: Uint8Array;
  /** One hash for each piece; for a file of a single piece its pieces root, which no torrent file repeats. */
  readonly pieceLayer: Uint8Array;
  readonly #lowestLayer: number;
  /** Layers from the lowest known one to the root. */
  readonly #layers: readonly Uint8Array[];

  private constructor(
    lowest: Uint8Array,
    shape: { blockCount: number; lowestLayer: number; pieceLayerHeight: number },
  ) {
    const { blockCount, lowestLayer } = shape;
    const height = treeHeight(blockCount);
    const layers = [lowest];
    let root = lowest;
    for (let layer = lowestLayer; layer < height; layer++) {
      root = parents(root, zeroHash(layer));
      layers.push(root);
    }
    this.blockCount = blockCount;
    this.piecesRoot = root;
    this.pieceLayer = layers[Math.min(shape.pieceLayerHeight, height) - lowestLayer] ?? root;
    this.#lowestLayer = lowestLayer;
    this.#layers = layers;
  }

  /**
   * The whole tree from the leaves of all blocks, 32 bytes each; they are not copied.
   *
   * @throws {RangeError} when there are no leaves (an empty file has no tree), or the piece length is none of BEP 52
   */
  static fromLeaves(leaves: Uint8Array, options: { readonly pieceLength: number }): FileTree {
    const blockCount = hashCount(leaves);
    if (blockCount === 0) throw new RangeError("Cannot make a tree of no leaves: an empty file has none");
    const pieceLayerHeight = heightOfPieces(options.pieceLength);
    return new FileTree(leaves, { blockCount, lowestLayer: 0, pieceLayerHeight });
  }

  /**
   * The upper part of the tree from its piece layer, as a torrent file holds it; it is not copied. Whether it is the
   * right one shows in `piecesRoot`.
   *
   * @throws {RangeError} when the layer has not one hash for each piece, or the piece length is none of BEP 52
   */
  static fromPieceLayer(
    layer: Uint8Array,
    options: { readonly pieceLength: number; readonly blockCount: number },
  ): FileTree {
    const { pieceLength, blockCount } = options;
    const pieceLayerHeight = heightOfPieces(pieceLength);
    const pieceCount = Math.ceil(blockCount / 2 ** pieceLayerHeight);
    if (blockCount < 1 || hashCount(layer) !== pieceCount) {
      throw new RangeError(`Cannot use ${layer.length} bytes as the layer of ${pieceCount} pieces`);
    }
    const lowestLayer = Math.min(pieceLayerHeight, treeHeight(blockCount));
    return new FileTree(layer, { blockCount, lowestLayer, pieceLayerHeight });
  }

  /** The 32 bytes of a node (a view; padding nodes included), `undefined` where there is none or it is not known. */
  node(layer: number, index: number): Uint8Array | undefined {
    const nodes = this.#layers[layer - this.#lowestLayer];
    if (nodes === undefined || !(index >= 0 && index < layerWidth(this.blockCount, layer))) return undefined;
    const start = index * HASH_LENGTH;
    return start < nodes.length ? nodes.subarray(start, start + HASH_LENGTH) : zeroHash(layer);
  }
}

/** Layers above the leaves up to the root of a file of this many blocks. */
export function treeHeight(blockCount: number): number {
  return Math.log2(nextPowerOfTwo(blockCount));
}

/** The layer above: two children lie side by side, so that nothing is copied before it is hashed. */
function parents(layer: Uint8Array, padHash: Uint8Array): Uint8Array {
  const above = new Uint8Array(Math.ceil(layer.length / (2 * HASH_LENGTH)) * HASH_LENGTH);
  for (let start = 0, target = 0; start < layer.length; start += 2 * HASH_LENGTH, target += HASH_LENGTH) {
    const children = layer.subarray(start, start + 2 * HASH_LENGTH);
    if (children.length > HASH_LENGTH) hashLeafInto(children, above.subarray(target, target + HASH_LENGTH));
    else above.set(hashPair(children, padHash), target);
  }
  return above;
}

/** Nodes of a layer, padding counted. */
export function layerWidth(blockCount: number, layer: number): number {
  return nextPowerOfTwo(blockCount) / 2 ** layer;
}

function heightOfPieces(pieceLength: number): number {
  const blocksPerPiece = pieceLength / BLOCK_LENGTH;
  if (!isPowerOfTwo(blocksPerPiece)) {
    throw new RangeError(`Cannot use a piece length in a v2 torrent: current value is ${pieceLength}`);
  }
  return Math.log2(blocksPerPiece);
}

function hashCount(layer: Uint8Array): number {
  if (layer.length % HASH_LENGTH !== 0) {
    throw new RangeError(`Cannot use ${layer.length} bytes as hashes: each has ${HASH_LENGTH}`);
  }
  return layer.length / HASH_LENGTH;
}
