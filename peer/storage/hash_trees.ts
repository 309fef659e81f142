/**
 * The SHA-256 trees of one torrent (BEP 52): which hash each piece must have, which piece layers are still missing, the
 * leaves that let blocks be judged one by one, and the answers to other peers' hash requests. Nothing is kept here that
 * was not proven up to a pieces root of the info dictionary.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import { buildHashes, type HashRange, type HashSource, verifyHashes } from "../../shared/hash_proof.ts";
import { FileTree, HASH_LENGTH, treeHeight } from "../../shared/merkle.ts";
import type { Info } from "../../shared/metainfo.ts";
import { LeafCache } from "./leaf_cache.ts";
import { isEqual } from "../../shared/equal_bytes.ts";
import type { PieceTree } from "./piece_check.ts";

/** Hashes asked for by one request: what BEP 52 advises as the most. */
const MAX_LAYER_REQUEST = 512;

/**
 * The most leaves of one answer that are hashed from disk: 8 MiB of content, 6 ms. Whoever asks for more at once is
 * rejected, and can ask again for less.
 */
const MAX_LEAF_ANSWER = 512;

/** What the trees need of the storage, and tell it. */
export interface HashTreesOptions {
  readonly info: Info;
  /** By hex pieces root; each must have been checked against its root. */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  /** The leaves over the file's bytes in a verified piece; `undefined` when the piece is not verified or not readable. */
  readonly readLeaves: (piece: number) => Uint8Array | undefined;
  /** The layer of this file was completed by {@link HashTrees.accept}: its pieces can be judged now. */
  readonly onLayer: (pieces: { readonly first: number; readonly count: number }) => void;
  /** Leaves of blocks of this piece became known. */
  readonly onLeaves: (piece: number) => void;
}

/** The tree of one content; several files of a torrent may have the same. */
interface Tree {
  readonly piecesRoot: Uint8Array;
  readonly hexRoot: string;
  readonly length: number;
  readonly blockCount: number;
  readonly pieceCount: number;
  /** The first piece of each file with this content. */
  readonly firstPieces: number[];
  layer?: Uint8Array;
  /** Made when first needed. */
  upper?: FileTree;
  /** Parts of the layer that came, and which hashes they were. */
  partial?: { readonly hashes: Uint8Array; readonly known: Bitfield };
}

/** The SHA-256 trees of one torrent; for a v1 torrent there are none and nothing is missing. */
export class HashTrees {
  readonly #info: Info;
  readonly #options: HashTreesOptions;
  readonly #trees = new Map<string, Tree>();
  readonly #layers = new Map<string, Uint8Array>();
  readonly #blocksPerPiece: number;
  /** The layer of the tree that covers pieces. */
  readonly #pieceLayer: number;
  readonly #leaves = new LeafCache();
  #missingCount = 0;

  /** The trees of a torrent, as far as its layers are known. */
  constructor(options: HashTreesOptions) {
    this.#options = options;
    const { info, pieceLayers } = options;
    this.#info = info;
    this.#blocksPerPiece = info.pieceLength / BLOCK_LENGTH;
    this.#pieceLayer = Math.log2(this.#blocksPerPiece);
    for (const [index, file] of info.files.entries()) {
      if (file.piecesRoot === undefined || file.length === 0) continue;
      const { first, count } = info.geometry.filePieces(index);
      const hexRoot = file.piecesRoot.toHex();
      const known = this.#trees.get(hexRoot);
      if (known !== undefined) known.firstPieces.push(first);
      else this.#addTree({ hexRoot, piecesRoot: file.piecesRoot, length: file.length, first, count }, pieceLayers);
    }
  }

  /** Whether every piece layer is known (always so for v1): give it to the machine as `hasLayers`. */
  get hasLayers(): boolean {
    return this.#missingCount === 0;
  }

  /** The layers known, by hex pieces root, of files of more than one piece: what a torrent file holds. Live. */
  get pieceLayers(): ReadonlyMap<string, Uint8Array> {
    return this.#layers;
  }

  /** What to request to complete the layers: legal ranges of at most 512 hashes, proven up to the pieces root. */
  needsLayers(): readonly HashRange[] {
    const ranges: HashRange[] = [];
    for (const tree of this.#trees.values()) {
      if (tree.pieceCount === 1 || tree.layer !== undefined) continue;
      const height = treeHeight(tree.blockCount) - this.#pieceLayer;
      const length = Math.min(MAX_LAYER_REQUEST, 2 ** height);
      for (let index = 0; index < tree.pieceCount; index += length) {
        if (tree.partial?.known.has(index)) continue;
        const { piecesRoot } = tree;
        ranges.push({ piecesRoot, baseLayer: this.#pieceLayer, index, length, proofLayers: height - 1 });
      }
    }
    return ranges;
  }

  /** What the piece must hash to (a copy, fit to be sent to a worker); `undefined` when it has no tree (v1), or its layer is not known yet. */
  expectation(piece: number): PieceTree | undefined {
    const place = this.#placeOf(piece);
    if (place === undefined) return undefined;
    const { tree, pieceInFile } = place;
    const isOnlyPiece = tree.pieceCount === 1;
    const start = pieceInFile * HASH_LENGTH;
    // A view would drag its whole buffer along to the worker.
    const root = isOnlyPiece ? tree.piecesRoot.slice() : tree.layer?.slice(start, start + HASH_LENGTH);
    if (root === undefined) return undefined;
    const length = Math.min(this.#info.pieceLength, tree.length - pieceInFile * this.#info.pieceLength);
    return { root, length, blocksPerPiece: this.#blocksPerPiece, isOnlyPiece };
  }

  /** Whether the leaves of all blocks of the piece are known, so that each block is judged when it arrives. */
  hasLeaves(piece: number): boolean {
    return this.#leaves.hasAll(piece);
  }

  /** The proven leaf of a block (a view), `undefined` while it is not known. */
  leaf(piece: number, blockIndex: number): Uint8Array | undefined {
    return this.#leaves.get(piece, blockIndex);
  }

  /** The piece is verified: its leaves are not needed any more. */
  forgetLeaves(piece: number): void {
    this.#leaves.delete(piece);
  }

  /**
   * Judges a `hashes` message. Hashes of the piece layer and leaves are kept; other layers are only judged.
   *
   * @returns whether it is right: when not, its sender lied, or answered something that was not asked
   */
  accept(message: HashRange & { readonly hashes: Uint8Array }): boolean {
    const tree = this.#trees.get(message.piecesRoot.toHex());
    if (tree === undefined) return false;
    const { piecesRoot, blockCount } = tree;
    const upper = this.#upper(tree);
    if (!verifyHashes(message, { piecesRoot, blockCount, ...(upper === undefined ? {} : { trusted: upper }) })) {
      return false;
    }
    if (message.baseLayer === this.#pieceLayer && tree.pieceCount > 1 && tree.layer === undefined) {
      this.#keepLayer(tree, message);
    }
    if (message.baseLayer === 0) this.#keepLeaves(tree, message);
    return true;
  }

  /** The payload of the `hashes` message that answers a request, `undefined` to reject it. */
  answer(range: HashRange): Uint8Array | undefined {
    const tree = this.#trees.get(range.piecesRoot.toHex());
    if (tree === undefined) return undefined;
    if (range.baseLayer < this.#pieceLayer && range.length * 2 ** range.baseLayer > MAX_LEAF_ANSWER) return undefined;
    return buildHashes(range, this.#source(tree));
  }

  #addTree(
    file: { hexRoot: string; piecesRoot: Uint8Array; length: number; first: number; count: number },
    pieceLayers: ReadonlyMap<string, Uint8Array>,
  ): void {
    const { hexRoot, piecesRoot, length, first, count } = file;
    const blockCount = Math.ceil(length / BLOCK_LENGTH);
    const tree: Tree = { piecesRoot, hexRoot, length, blockCount, pieceCount: count, firstPieces: [first] };
    this.#trees.set(hexRoot, tree);
    if (count === 1) return;
    const layer = pieceLayers.get(hexRoot);
    if (layer === undefined) {
      this.#missingCount++;
      return;
    }
    tree.layer = layer;
    this.#layers.set(hexRoot, layer);
  }

  /** The file that the piece belongs to: pieces of a v2 or hybrid torrent never cross files, a pad only fills them. */
  #placeOf(piece: number): { tree: Tree; pieceInFile: number } | undefined {
    if (this.#trees.size === 0) return undefined;
    const { geometry, files, pieceLength } = this.#info;
    const [span] = geometry.spans(geometry.pieceOffset(piece), 1);
    const root = span === undefined ? undefined : files[span.file]?.piecesRoot;
    const tree = root === undefined ? undefined : this.#trees.get(root.toHex());
    return tree === undefined || span === undefined ? undefined : { tree, pieceInFile: span.offset / pieceLength };
  }

  #upper(tree: Tree): FileTree | undefined {
    const { layer, blockCount } = tree;
    if (tree.upper === undefined && layer !== undefined) {
      tree.upper = FileTree.fromPieceLayer(layer, { pieceLength: this.#info.pieceLength, blockCount });
    }
    return tree.upper;
  }

  #keepLayer(tree: Tree, message: HashRange & { readonly hashes: Uint8Array }): void {
    const { pieceCount, blockCount, hexRoot } = tree;
    tree.partial ??= { hashes: new Uint8Array(pieceCount * HASH_LENGTH), known: new Bitfield(pieceCount) };
    const { hashes, known } = tree.partial;
    const end = Math.min(message.index + message.length, pieceCount);
    if (end <= message.index) return;
    hashes.set(message.hashes.subarray(0, (end - message.index) * HASH_LENGTH), message.index * HASH_LENGTH);
    for (let index = message.index; index < end; index++) known.set(index);
    if (!known.isComplete) return;
    const upper = FileTree.fromPieceLayer(hashes, { pieceLength: this.#info.pieceLength, blockCount });
    delete tree.partial;
    // Every part was proven, so the whole can only be right; were it not, it would be asked for again.
    if (!isEqual(upper.piecesRoot, tree.piecesRoot)) return;
    tree.layer = hashes;
    tree.upper = upper;
    this.#layers.set(hexRoot, hashes);
    this.#missingCount--;
    for (const first of tree.firstPieces) this.#options.onLayer({ first, count: pieceCount });
  }

  #keepLeaves(tree: Tree, message: HashRange & { readonly hashes: Uint8Array }): void {
    const end = Math.min(message.index + message.length, tree.blockCount);
    const pieces = new Set<number>();
    for (let block = message.index; block < end; block++) {
      const start = (block - message.index) * HASH_LENGTH;
      const pieceInFile = Math.floor(block / this.#blocksPerPiece);
      const blockIndex = block % this.#blocksPerPiece;
      const blockCount = Math.min(this.#blocksPerPiece, tree.blockCount - pieceInFile * this.#blocksPerPiece);
      for (const first of tree.firstPieces) {
        const hash = message.hashes.subarray(start, start + HASH_LENGTH);
        this.#leaves.set({ piece: first + pieceInFile, blockIndex, blockCount }, hash);
        pieces.add(first + pieceInFile);
      }
    }
    for (const piece of pieces) this.#options.onLeaves(piece);
  }

  /** The nodes of a tree: from the piece layer upwards in memory, below it from the verified piece on disk. */
  #source(tree: Tree): HashSource {
    const upper = this.#upper(tree);
    return {
      blockCount: tree.blockCount,
      node: (layer, index) => {
        const known = upper?.node(layer, index);
        if (known !== undefined) return known;
        if (tree.pieceCount === 1) return this.#lower(tree, 0)?.node(layer, index);
        if (layer >= this.#pieceLayer) return undefined;
        const nodesPerPiece = 2 ** (this.#pieceLayer - layer);
        return this.#lower(tree, Math.floor(index / nodesPerPiece))?.node(layer, index % nodesPerPiece);
      },
    };
  }

  /** The tree over one piece: as high as a whole piece, but for a file of only one. */
  #lower(tree: Tree, pieceInFile: number): FileTree | undefined {
    for (const first of tree.firstPieces) {
      const piece = first + pieceInFile;
      const cached = this.#leaves.tree(piece);
      if (cached !== undefined) return cached;
      const leaves = this.#options.readLeaves(piece);
      if (leaves === undefined) continue;
      let padded = leaves;
      if (tree.pieceCount > 1 && leaves.length < this.#blocksPerPiece * HASH_LENGTH) {
        padded = new Uint8Array(this.#blocksPerPiece * HASH_LENGTH);
        padded.set(leaves);
      }
      const lower = FileTree.fromLeaves(padded, { pieceLength: this.#info.pieceLength });
      this.#leaves.setTree(piece, lower);
      return lower;
    }
    return undefined;
  }
}
