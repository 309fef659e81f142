/**
 * Whether the bytes of a piece are true: SHA-1 for v1 (BEP 3), the Merkle root of its blocks for v2 (BEP 52), one or both
 * for a hybrid. Runs wherever the bytes are, mostly in a worker.
 *
 * @module
 */
import { hash } from "node:crypto";
import { isEqual } from "../../shared/equal_bytes.ts";
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import { HASH_LENGTH, hashLeaf, hashLeafInto, pieceRootFromLeaves } from "../../shared/merkle.ts";

/** Bytes of a SHA-1 digest. */
export const SHA1_LENGTH = 20;

/** What a piece must hash to. At least one of `sha1` and `tree` is there; only what is there is hashed. */
export interface PieceExpectation {
  /** SHA-1 of the whole piece, pads included. */
  readonly sha1?: Uint8Array;
  readonly tree?: PieceTree;
}

/** The subtree of a file's Merkle tree that lies over one piece. */
export interface PieceTree {
  readonly root: Uint8Array;
  /** Bytes of the piece that belong to the file: a pad that fills the piece has no leaves. */
  readonly length: number;
  /** Leaves under a whole piece of this torrent. */
  readonly blocksPerPiece: number;
  /** The file has no other piece: its tree is only as wide as its blocks need. */
  readonly isOnlyPiece: boolean;
}

/** What SHA-1 says of a piece; `unknown`: it was not asked. */
export type Sha1Verdict = "right" | "wrong" | "unknown";

/** What was found out about a piece. */
export interface PieceVerdict {
  readonly isTrue: boolean;
  /** Of a true piece it is `wrong` when the torrent contradicts itself: SHA-256 is right there. */
  readonly sha1: Sha1Verdict;
}

/** Judges a piece: by SHA-256 where that is known, by SHA-1 elsewhere; where both are known SHA-1 is told apart. */
export function judgePiece(piece: Uint8Array, { sha1, tree }: PieceExpectation): PieceVerdict {
  if (sha1 === undefined && tree === undefined) throw new TypeError("Cannot judge a piece that nothing is known of");
  if (tree !== undefined && !isTreeTrue(piece, tree)) return { isTrue: false, sha1: "unknown" };
  if (sha1 === undefined) return { isTrue: true, sha1: "unknown" };
  const isRight = isEqual(sha1Of(piece), sha1);
  return { isTrue: isRight || tree !== undefined, sha1: isRight ? "right" : "wrong" };
}

function isTreeTrue(piece: Uint8Array, tree: PieceTree): boolean {
  const leaves = leavesOf(piece.subarray(0, tree.length));
  return isEqual(pieceRootFromLeaves(leaves, tree), tree.root);
}

/** SHA-1 of the bytes, 20 bytes. */
export function sha1Of(bytes: Uint8Array): Uint8Array {
  return Uint8Array.fromHex(hash("sha1", bytes, "hex"));
}

/** The leaves over these bytes, 32 bytes each; the last block may be short. */
export function leavesOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const leaves = new Uint8Array(Math.ceil(bytes.length / BLOCK_LENGTH) * HASH_LENGTH);
  for (let begin = 0, at = 0; begin < bytes.length; begin += BLOCK_LENGTH, at += HASH_LENGTH) {
    hashLeafInto(bytes.subarray(begin, begin + BLOCK_LENGTH), leaves.subarray(at, at + HASH_LENGTH));
  }
  return leaves;
}

/** Lower-case hex SHA-256 of each block of a piece, in order. */
export function digestsOf(piece: Uint8Array): string[] {
  const digests: string[] = [];
  for (let begin = 0; begin < piece.length; begin += BLOCK_LENGTH) {
    digests.push(hashLeaf(piece.subarray(begin, begin + BLOCK_LENGTH)).toHex());
  }
  return digests;
}
