/**
 * What is asked of a hash worker and what it answers: plain data that a structured clone carries. Buffers are
 * transferred, so whoever posts one has it no more until the answer brings it back.
 *
 * @module
 */
import type { DiskFault } from "./disk_fault.ts";
import type { PieceExpectation, Sha1Verdict } from "./piece_check.ts";
import type { PlacedRange } from "./written_files.ts";

/** A run of bytes of a piece. */
export interface PieceRun {
  readonly start: number;
  readonly length: number;
}

/** Judge a piece that is all there, and write it when it is true. */
export interface PieceJob {
  readonly type: "piece";
  /** Its first `length` bytes are the piece. Comes back with the answer. */
  readonly buffer: ArrayBuffer;
  readonly length: number;
  readonly expectation: PieceExpectation;
  /** Where the piece lies on disk, pads left out. */
  readonly places: readonly PlacedRange[];
  /** Runs that were spilled to their place before and must be read back first. */
  readonly spilled: readonly PieceRun[];
  /** Give the digests even when the piece is true. */
  readonly wantsDigests: boolean;
}

/** The piece was judged: `wrong` means nothing was written, `stuck` that the disk did not do it (judge it again later). */
export type PieceResult =
  | {
    readonly type: "true";
    readonly buffer: ArrayBuffer;
    readonly sha1: Sha1Verdict;
    readonly digests?: readonly string[];
  }
  | { readonly type: "wrong"; readonly buffer: ArrayBuffer; readonly digests: readonly string[] }
  | { readonly type: "stuck"; readonly buffer: ArrayBuffer; readonly fault: DiskFault };

/** Write runs of a piece that is not complete to their place, unjudged, to have its memory back. */
export interface SpillJob {
  readonly type: "spill";
  readonly buffer: ArrayBuffer;
  readonly runs: readonly PieceRun[];
  readonly places: readonly PlacedRange[];
}

/** The runs are on disk, or (with a fault) perhaps not. */
export interface SpillResult {
  readonly buffer: ArrayBuffer;
  readonly fault?: DiskFault;
}

/** Judge pieces as they lie on disk. */
export interface CheckJob {
  readonly type: "check";
  readonly pieces: readonly CheckedPiece[];
}

/** One piece to judge on disk. */
export interface CheckedPiece {
  readonly length: number;
  readonly places: readonly PlacedRange[];
  readonly expectation: PieceExpectation;
}

/** Which of the pieces are true by all that is expected of them, in the order asked. One that cannot be read is not. */
export interface CheckResult {
  readonly areTrue: readonly boolean[];
}

/** Hash a run of a file that is to be shared. */
export interface RangeJob {
  readonly type: "range";
  readonly path: string;
  /** A multiple of `pieceLength`. */
  readonly offset: number;
  /** A multiple of `pieceLength` unless the file ends there. */
  readonly length: number;
  readonly pieceLength: number;
}

/** SHA-1 of each piece (20 bytes each) and leaves of each block (32 bytes each), or why they could not be had. */
export type RangeResult =
  | { readonly type: "hashed"; readonly pieceHashes: Uint8Array<ArrayBuffer>; readonly leaves: Uint8Array<ArrayBuffer> }
  | { readonly type: "failed"; readonly fault: DiskFault };

/** Close the files if they are open. */
export interface CloseJob {
  readonly type: "close";
  readonly paths: readonly string[];
}

/** Any job. */
export type HashJob = PieceJob | SpillJob | CheckJob | RangeJob | CloseJob;

/** The answer to each type of job. */
export type HashAnswer =
  | { readonly type: "piece"; readonly result: PieceResult }
  | { readonly type: "spill"; readonly result: SpillResult }
  | { readonly type: "check"; readonly result: CheckResult }
  | { readonly type: "range"; readonly result: RangeResult }
  | { readonly type: "close" };

/** A job on its way to a worker. */
export interface HashRequest {
  readonly id: number;
  readonly job: HashJob;
}

/** An answer on its way back; `crash` when the worker threw what it should not: a fault of ours. */
export type HashReply =
  | { readonly type: "answer"; readonly id: number; readonly answer: HashAnswer }
  | { readonly type: "crash"; readonly id: number; readonly message: string };
