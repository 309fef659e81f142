/**
 * Hashes of a Merkle tree as peers ask for them and prove them (BEP 52 "hash request", "hashes"): which range of a layer
 * is a legal question, what the answer holds, and whether an answer is true. Invariant: an answer that verifies ends at
 * the file's pieces root, or at a node that was proven before.
 *
 * @module
 */

import { isEqual } from "./equal_bytes.ts";
import { HASH_LENGTH, hashPair, layerWidth, merkleRoot, treeHeight, zeroHash } from "./merkle.ts";
import { isPowerOfTwo } from "./power_of_two.ts";

/**
 * Hashes that one request may ask for. BEP 52 advises 512; 8,192 are the leaves of a piece of 128 MiB, the largest there
 * are, and what libtorrent allows. An answer of that many is 256 KiB.
 */
export const MAX_HASHES = 8_192;

/** What a `hash request` asks for and a `hashes` or `hash reject` repeats (BEP 52 "peer messages"). */
export interface HashRange {
  /** The 32 bytes that name the file. */
  readonly piecesRoot: Uint8Array;
  /** The layer of the wanted hashes, counted from the leaves. */
  readonly baseLayer: number;
  /** The first of them in its layer, a multiple of `length`. */
  readonly index: number;
  /** How many of them, a power of two of at least 2. */
  readonly length: number;
  /** How many layers above the base layer to prove, each by at most one hash. */
  readonly proofLayers: number;
}

/** A tree of which some nodes are known. */
export interface HashSource {
  /** Blocks of the file: real leaves. */
  readonly blockCount: number;
  /** The 32 bytes of a node (a view), or `undefined` where it is not known. */
  node(layer: number, index: number): Uint8Array | undefined;
}

/**
 * The payload of a `hashes` message: the wanted hashes, then upwards the one hash of each proof layer that the asker
 * cannot work out. `undefined` when the request is not a legal one for this file, or a node is not known: reject it.
 */
export function buildHashes(request: HashRange, source: HashSource): Uint8Array | undefined {
  const proof = proofOf(request, source.blockCount);
  if (proof === undefined) return undefined;
  const { baseLayer, index, length } = request;
  const hashes = new Uint8Array((length + proof.uncleCount) * HASH_LENGTH);
  for (let offset = 0; offset < length; offset++) {
    const node = knownNode(source, baseLayer, index + offset);
    if (node === undefined) return undefined;
    hashes.set(node, offset * HASH_LENGTH);
  }
  let position = index / length;
  for (let offset = 0; offset < proof.uncleCount; offset++) {
    const uncle = knownNode(source, proof.layer + offset, position % 2 === 0 ? position + 1 : position - 1);
    if (uncle === undefined) return undefined;
    hashes.set(uncle, (length + offset) * HASH_LENGTH);
    position = Math.floor(position / 2);
  }
  return hashes;
}

/**
 * Whether the hashes of a `hashes` message belong to the file: the chain that they form must end at the pieces root, or
 * at a node that is trusted already (as of a known piece layer). Any malformed message is simply `false`.
 */
export function verifyHashes(
  message: HashRange & { readonly hashes: Uint8Array },
  options: { readonly piecesRoot: Uint8Array; readonly blockCount: number; readonly trusted?: HashSource },
): boolean {
  const { index, length, hashes } = message;
  const proof = proofOf(message, options.blockCount);
  if (proof === undefined || !isEqual(message.piecesRoot, options.piecesRoot)) return false;
  if (hashes.length !== (length + proof.uncleCount) * HASH_LENGTH) return false;
  let node = merkleRoot(hashes.subarray(0, length * HASH_LENGTH));
  let position = index / length;
  for (let start = length * HASH_LENGTH; start < hashes.length; start += HASH_LENGTH) {
    const uncle = hashes.subarray(start, start + HASH_LENGTH);
    node = position % 2 === 0 ? hashPair(node, uncle) : hashPair(uncle, node);
    position = Math.floor(position / 2);
  }
  const layer = proof.layer + proof.uncleCount;
  if (layer === treeHeight(options.blockCount)) return isEqual(node, options.piecesRoot);
  const known = options.trusted?.node(layer, position);
  return known !== undefined && isEqual(node, known);
}

/**
 * Checks a range against a file (BEP 52 "hash request"), and gives the layer of the node that its hashes make up, with
 * the number of uncles needed from there: the first log2(length) − 1 proof layers follow from the hashes themselves.
 */
function proofOf(range: HashRange, blockCount: number): { layer: number; uncleCount: number } | undefined {
  const { baseLayer, index, length, proofLayers } = range;
  const height = treeHeight(blockCount);
  if (!(length >= 2 && length <= MAX_HASHES && isPowerOfTwo(length) && baseLayer >= 0 && baseLayer < height)) {
    return undefined;
  }
  if (index < 0 || index % length !== 0 || index + length > layerWidth(blockCount, baseLayer)) return undefined;
  if (!(proofLayers >= 0 && proofLayers < height - baseLayer)) return undefined;
  const ownLayers = Math.log2(length);
  return { layer: baseLayer + ownLayers, uncleCount: Math.max(0, proofLayers - ownLayers + 1) };
}

/** A node of the source, or the padding node that everybody knows. */
function knownNode(source: HashSource, layer: number, index: number): Uint8Array | undefined {
  const coveredBlocks = 2 ** layer;
  return index * coveredBlocks >= source.blockCount ? zeroHash(layer) : source.node(layer, index);
}
