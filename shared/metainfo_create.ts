/**
 * Making torrents of our own (BEP 3 and BEP 52 in one): hybrid, of a single file, and deterministic, so that the same
 * bytes under the same name have the same info-hash on every machine.
 *
 * @module
 */

import { bytesToKey } from "./bencode_text.ts";
import { encodeBencode } from "./bencode_writer.ts";
import { BLOCK_LENGTH } from "./geometry.ts";
import { ID_LENGTH } from "./ids.ts";
import { FileTree, HASH_LENGTH } from "./merkle.ts";
import { decodeInfo, MAX_PIECE_LENGTH, type Metainfo } from "./metainfo.ts";
import { isPowerOfTwo } from "./power_of_two.ts";

/** What was found by hashing a file. */
export interface FileHashes {
  /** Bytes of the file. */
  readonly length: number;
  /** The piece length it was hashed with: a power of two from 16 KiB. */
  readonly pieceLength: number;
  /** SHA-1 of each piece, 20 bytes each; the last piece as short as it is. */
  readonly pieceHashes: Uint8Array;
  /** SHA-256 of each block of 16 KiB, 32 bytes each; the last block as short as it is. */
  readonly leaves: Uint8Array;
}

/** The smallest piece we make: what the seed documents ask, and small enough to be passed on quickly. */
const MIN_PIECE_LENGTH = 512 * 1024;

/** Pieces that are enough: keeps info dictionaries near 80 KiB and bitfields at 512 bytes. */
const WANTED_PIECES = 4_096;

/** The piece length of our torrents: 512 KiB, doubled until there are at most 4,096 pieces, at most 64 MiB. */
export function choosePieceLength(length: number): number {
  let pieceLength = MIN_PIECE_LENGTH;
  while (pieceLength < MAX_PIECE_LENGTH && length > pieceLength * WANTED_PIECES) pieceLength *= 2;
  return pieceLength;
}

/**
 * The torrent of one file. The name is put in Unicode's composed form, since file systems differ in theirs. An empty
 * file is legal: no v1 pieces, no pieces root.
 *
 * @throws {RangeError} when the name is no file name, or the hashes are not those of such a file
 */
export function createMetainfo(
  name: string,
  hashes: FileHashes,
  options?: { readonly trackers?: readonly (readonly string[])[] },
): Metainfo {
  const composedName = checkedName(name);
  checkHashes(hashes);
  const { length, pieceLength, pieceHashes, leaves } = hashes;
  const tree = length === 0 ? undefined : FileTree.fromLeaves(leaves, { pieceLength });
  const nameKey = bytesToKey(new TextEncoder().encode(composedName));
  const infoBytes = encodeBencode({
    "file tree": new Map([[nameKey, { "": { length, "pieces root": tree?.piecesRoot } }]]),
    length,
    "meta version": 2,
    name: composedName,
    "piece length": pieceLength,
    pieces: pieceHashes,
  });
  const pieceLayers = new Map<string, Uint8Array>();
  if (tree !== undefined && length > pieceLength) pieceLayers.set(tree.piecesRoot.toHex(), tree.pieceLayer);
  return { info: decodeInfo(infoBytes), pieceLayers, trackers: options?.trackers ?? [] };
}

function checkedName(name: string): string {
  const composed = name.toWellFormed().normalize("NFC");
  if (composed === "" || composed === "." || composed === ".." || /[/\0]/.test(composed)) {
    throw new RangeError(`Cannot use a name for a torrent's file: current value is ${JSON.stringify(name)}`);
  }
  return composed;
}

function checkHashes({ length, pieceLength, pieceHashes, leaves }: FileHashes): void {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(`Cannot make a torrent of a file of that length: current value is ${length}`);
  }
  if (!isPowerOfTwo(pieceLength) || pieceLength < BLOCK_LENGTH || pieceLength > MAX_PIECE_LENGTH) {
    throw new RangeError(`Cannot use a piece length in a v2 torrent: current value is ${pieceLength}`);
  }
  if (pieceHashes.length !== Math.ceil(length / pieceLength) * ID_LENGTH) {
    throw new RangeError(`Cannot use ${pieceHashes.length} bytes as the piece hashes of ${length} bytes`);
  }
  if (leaves.length !== Math.ceil(length / BLOCK_LENGTH) * HASH_LENGTH) {
    throw new RangeError(`Cannot use ${leaves.length} bytes as the leaves of ${length} bytes`);
  }
}
