/**
 * What happens to requests that stand in the way of a player: after a seek the queues are cleared of what nobody waits
 * for, and a block that would come too late from a slow peer is requested again of the one with the shortest queue.
 *
 * @module
 */
import type { DemandedPiece, DemandWindow } from "./demand_window.ts";
import type { Downloads } from "./downloads.ts";
import type { OpenRequest, PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import { BLOCK_FREE, type StartedPiece } from "./started_piece.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** After a seek, a queue longer than this is cleared of everything that nobody waits for first. */
const SEEK_QUEUE_MS = 100;

/** First blocks that a peer may keep in its queue after a seek: the others are better fetched at the same time elsewhere. */
const KEPT_BLOCKS = 2;

/** A block is urgent when its deadline is nearer than this many times the time it is expected to take. */
const URGENT_FACTOR = 2;

/** The other peer must be sooner by this factor, plus this time, to be worth a second request. */
const OVERTAKE_FACTOR = 1.5;
const OVERTAKE_SLACK_MS = 50;

/** Deadlines further away are not looked at: no queue is longer (`MAX_HORIZON_MS` of the pipeline, with room). */
const LOOK_AHEAD_MS = 10_000;

/** A queue may be overfilled with urgent blocks to this many times its proper length. */
const MAX_OVERFILL = 1.5;

/** Second requests sent at one time at most. */
const MAX_OVERTAKES = 64;

/** Moves what a player waits for ahead. */
export class Urgency {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #demands: DemandWindow;
  readonly #downloads: Downloads;

  /** Over the parts of one torrent. */
  constructor(
    context: SwarmContext,
    options: { readonly table: PieceTable; readonly demands: DemandWindow; readonly downloads: Downloads },
  ) {
    this.#context = context;
    this.#table = options.table;
    this.#demands = options.demands;
    this.#downloads = options.downloads;
  }

  /**
   * A player went somewhere new: makes room in the queues that would keep it waiting. What it wants later goes too, for a
   * demand often reaches over a whole film; it is asked for again at once, behind what is due first.
   */
  clearQueues(): void {
    for (const peer of this.#context.peers.values()) {
      if (peer.pipeline.expectedMs(peer.requests.size) <= SEEK_QUEUE_MS) continue;
      let keptCount = 0;
      this.#downloads.cancelOf(peer, (block) => !this.#demands.isFirst(block) || ++keptCount > KEPT_BLOCKS);
    }
  }

  /** Requests what is due soon and would come too late, in the order of the deadlines, of whoever has it soonest. */
  overtake(): void {
    const { nowMs } = this.#context;
    let room = MAX_OVERTAKES;
    for (const entry of this.#demands.entries) {
      if (room <= 0 || entry.deadlineMs > nowMs + LOOK_AHEAD_MS) return;
      const started = this.#table.started.get(entry.piece);
      if (started !== undefined && !started.isExclusive) room -= this.#overtakePiece(entry, started, room);
    }
  }

  #overtakePiece(entry: DemandedPiece, started: StartedPiece, room: number): number {
    const { nowMs } = this.#context;
    const stepCount = started.blockCount - (started.isCheckedByBlock ? entry.firstBlock : 0);
    let taken = 0;
    for (let step = 0; step < stepCount && taken < room; step++) {
      const blockIndex = (entry.firstBlock + step) % started.blockCount;
      const newest = started.requestOf(blockIndex);
      // A free block is as late as can be: those who would be in time have no room for it.
      if (newest === undefined && started.state(blockIndex) !== BLOCK_FREE) continue;
      const expectedMs = soonestMs(newest, nowMs);
      if (nowMs + URGENT_FACTOR * expectedMs <= entry.deadlineMs) continue;
      const limitMs = (expectedMs - OVERTAKE_SLACK_MS) / OVERTAKE_FACTOR;
      const best = limitMs > 0 ? this.#soonestPeer(entry.piece, newest, limitMs) : undefined;
      if (best !== undefined && this.#downloads.repeat(best, { started, blockIndex })) taken++;
    }
    return taken;
  }

  #soonestPeer(piece: number, newest: OpenRequest | undefined, limitMs: number): PeerState | undefined {
    let best: PeerState | undefined;
    let bestMs = limitMs;
    for (const peer of this.#context.peers.values()) {
      if (peer.isChokingUs || peer.timeoutCount > 0 || !peer.has(piece)) continue;
      // Without an end to it the queue of the fastest would grow until it is as slow as the others.
      // The first queue is a guess, and a long one: it is not made longer before it is known how fast it moves.
      const fill = peer.pipeline.bytesPerSecond > 0 ? MAX_OVERFILL : 1;
      if (peer.requests.size >= peer.pipeline.target * fill) continue;
      const expectedMs = peer.expectedNextMs(this.#context.nowMs);
      if (expectedMs >= bestMs || isHolder(peer, newest)) continue;
      best = peer;
      bestMs = expectedMs;
    }
    return best;
  }
}

function soonestMs(newest: OpenRequest | undefined, nowMs: number): number {
  let soonest = Infinity;
  for (let request = newest; request !== undefined; request = request.next) {
    soonest = Math.min(soonest, request.peer.expectedMs(request, nowMs));
  }
  return soonest;
}

function isHolder(peer: PeerState, newest: OpenRequest | undefined): boolean {
  for (let request = newest; request !== undefined; request = request.next) {
    if (request.peer === peer) return true;
  }
  return false;
}
