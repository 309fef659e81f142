/**
 * Merkle trees of BEP 52.
 *
 * @module
 */

export const HASH_LENGTH = 32;
export interface HashRange {
  readonly piecesRoot: Uint8Array;
  readonly baseLayer: number;
  readonly index: number;
  readonly length: number;
  readonly proofLayers: number;
}
export interface HashSource {
  readonly blockCount: number;
  node(layer: number, index: number): Uint8Array | undefined;
}
export declare function hashLeaf(block: Uint8Array): Uint8Array;
export declare function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array;
export declare function merkleRoot(
  layer: Uint8Array,
  options?: { readonly padTo?: number; readonly padHash?: Uint8Array },
): Uint8Array;
export declare function zeroHash(layersAboveLeaf: number): Uint8Array;
export declare class FileTree implements HashSource {
  static fromLeaves(leaves: Uint8Array, options: { readonly pieceLength: number }): FileTree;
  static fromPieceLayer(
    layer: Uint8Array,
    options: { readonly pieceLength: number; readonly blockCount: number },
  ): FileTree;
  readonly blockCount: number;
  readonly piecesRoot: Uint8Array;
  readonly pieceLayer: Uint8Array;
  node(layer: number, index: number): Uint8Array | undefined;
}
export declare function pieceRootFromLeaves(
  leaves: Uint8Array,
  options: { readonly blocksPerPiece: number; readonly isOnlyPiece: boolean },
): Uint8Array;
export declare function buildHashes(request: HashRange, source: HashSource): Uint8Array | undefined;
export declare function verifyHashes(
  message: HashRange & { readonly hashes: Uint8Array },
  options: { readonly piecesRoot: Uint8Array; readonly blockCount: number; readonly trusted?: HashSource },
): boolean;
