/**
 * The SHA-256 trees of one torrent (BEP 52).
 *
 * @module
 */
import type { HashRange } from "../../shared/merkle.ts";

/** The SHA-256 trees of one torrent. */
export declare class HashTrees {
  /** Whether every piece layer is known (always so for v1): give it to the machine as `hasLayers`. */
  readonly hasLayers: boolean;
  /** The layers known, by hex pieces root: what to save in the metainfo. */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  /** What to request to complete the layers. */
  needsLayers(): readonly HashRange[];
  /** Whether the blocks of the piece are judged one by one. */
  hasLeaves(piece: number): boolean;
  /** Judges a `hashes` message; true when it is right (its hashes are kept). */
  accept(message: HashRange & { readonly hashes: Uint8Array }): boolean;
  /** The hashes of a `hashes` message that answers the request, `undefined` to reject. */
  answer(range: HashRange): Uint8Array | undefined;
}
