/**
 * What the storage of one torrent tells its owner. All but `full`, `ready`, `failed`, `contradicted`, `file-complete` and
 * `layers-complete` have the shape of the swarm machine's events, so they can be handed on as they are.
 *
 * @module
 */
import type { StorageError } from "./storage_error.ts";

/** The piece is true and on disk. `digests` (see {@link PieceFailedEvent}) only after this piece had failed before. */
export interface PieceVerifiedEvent {
  readonly type: "piece-verified";
  readonly piece: number;
  readonly digests?: readonly string[];
}

/** The piece was complete and wrong: nothing was written and all its blocks are forgotten. */
export interface PieceFailedEvent {
  readonly type: "piece-failed";
  readonly piece: number;
  /** Lower-case hex SHA-256 of each block as it came, in block order: compared with the true ones they name the liar. */
  readonly digests: readonly string[];
}

/** Blocks proven by leaf hashes: readable at once, though their piece is not complete. */
export interface BlocksVerifiedEvent {
  readonly type: "blocks-verified";
  readonly piece: number;
  readonly blockIndices: readonly number[];
}

/** Blocks proven wrong by leaf hashes: they are forgotten and must be fetched again. */
export interface BlocksFailedEvent {
  readonly type: "blocks-failed";
  readonly piece: number;
  readonly blockIndices: readonly number[];
}

/** Everything a {@link TorrentStorage} reports; `file` is an index into `info.files`. */
export type StorageEvent =
  | PieceVerifiedEvent
  | PieceFailedEvent
  | BlocksVerifiedEvent
  | BlocksFailedEvent
  /** All bytes of the file are verified and on disk. */
  | { readonly type: "file-complete"; readonly file: number }
  /** All piece layers are known now (magnet of a v2 or hybrid torrent): a good moment to save `hashes.pieceLayers`. */
  | { readonly type: "layers-complete" }
  /** A hybrid contradicts itself: the SHA-1 of this piece is wrong where its SHA-256 is right. Only v2 is believed since. */
  | { readonly type: "contradicted"; readonly piece: number }
  /** The disk is full: stop requesting. What is in memory is kept and tried again by itself. */
  | { readonly type: "full"; readonly error: StorageError }
  /** There is room again after `full`. */
  | { readonly type: "ready" }
  /** Nothing more can be done with this storage until it is opened anew (or, for a share, scanned anew). */
  | { readonly type: "failed"; readonly error: StorageError };
