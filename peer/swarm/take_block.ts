/**
 * Asks for the free blocks of a piece one after the other; used by whoever chose the piece.
 *
 * @module
 */
import type { OpenRequest } from "./peer_state.ts";
import type { StartedPiece } from "./started_piece.ts";

/**
 * Notes and sends one request, in place of another peer's when `instead` is given; false when this peer cannot be asked for
 * this block.
 */
export type TakeBlock = (started: StartedPiece, blockIndex: number, instead?: OpenRequest) => boolean;

/** From which block on, how many, and how. */
export interface TakeFromOptions {
  /** Blocks at most. */
  readonly room: number;
  /** Block index to begin at. */
  readonly from: number;
  /** Stops at the end of the piece instead of going on with what lies before `from`. Default false. */
  readonly isToEnd?: boolean;
  readonly take: TakeBlock;
}

/** Takes free blocks of a piece. Gives how many `take` accepted. */
export function takeFrom(started: StartedPiece, options: TakeFromOptions): number {
  const { isToEnd = false } = options;
  let taken = 0;
  let from = options.from;
  let refused = 0;
  while (taken < options.room && started.freeCount > refused) {
    const blockIndex = started.nextFree(from);
    if (blockIndex < 0 || isToEnd && blockIndex < from) break;
    if (options.take(started, blockIndex)) taken++;
    else if (blockIndex < from) break;
    else refused++;
    from = blockIndex + 1;
  }
  return taken;
}
