/**
 * Which of the pieces that players want to ask one peer for: the earliest deadline first, unless this peer would be late
 * and another would not. Where others lack the same pieces and the seeders are not fast enough for all, what no leecher
 * has yet is asked of them in an order of each one's own: ten viewers who ask one seeder for the same piece get it ten
 * times and have nothing to give each other; who asks for others trades them.
 *
 * @module
 */
import type { DemandedPiece, DemandWindow } from "./demand_window.ts";
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { StartedPiece } from "./started_piece.ts";
import type { SwarmContext } from "./swarm_context.ts";
import { type TakeBlock, takeFrom } from "./take_block.ts";

/** A slower peer is passed over for a late piece when the fastest is sooner by this factor, plus this time. */
const OVERTAKE_FACTOR = 2;
const OVERTAKE_SLACK_MS = 50;

/** Seeders that give a player less than this many times its rate are shared with others who want the same. */
const PLENTY_FACTOR = 2;

/** Fresh pieces to choose from, for each leecher: fewer, and two of them choose the same; more, and the next comes late. */
const FRESH_PER_LEECHER = 3;
const MIN_FRESH = 8;

/** Chooses among demanded pieces; sends nothing itself. */
export class DemandPicker {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #demands: DemandWindow;

  /** A picker over the table and demands of one torrent. */
  constructor(context: SwarmContext, options: { readonly table: PieceTable; readonly demands: DemandWindow }) {
    this.#context = context;
    this.#table = options.table;
    this.#demands = options.demands;
  }

  /**
   * Chooses up to `count` blocks for a peer that does not choke us.
   *
   * @returns how many `take` accepted
   */
  pick(peer: PeerState, count: number, take: TakeBlock): number {
    if (this.#demands.entries.length === 0) return 0;
    let room = count;
    if (peer.isComplete && this.#areSeedersScarce()) room -= this.#pickFresh(peer, room, take);
    for (const entry of this.#demands.entries) {
      if (room === 0) break;
      room -= this.#pickEntry(peer, entry, { room, take });
    }
    if (room > 0) room -= this.#pickBehind(peer, room, take);
    return count - room;
  }

  /** Whether other leechers are here and the seeders give us hardly what a player needs. */
  #areSeedersScarce(): boolean {
    if (this.#context.peers.size <= this.#table.completePeerCount) return false;
    let rate = 0;
    for (const peer of this.#context.peers.values()) if (peer.isComplete) rate += peer.pipeline.bytesPerSecond;
    // Before anything came the first piece is the best guess: the seeders may be fast.
    return rate > 0 && rate < PLENTY_FACTOR * this.#demands.rateBytesPerSecond;
  }

  #pickFresh(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    while (room > 0) {
      const entry = this.#freshEntry(peer);
      const taken = entry === undefined ? 0 : this.#pickEntry(peer, entry, { room, take });
      if (taken === 0) break;
      room -= taken;
    }
    return count - room;
  }

  /** A piece that no leecher has: the one begun, else by chance one of the next, the nearer the likelier. */
  #freshEntry(peer: PeerState): DemandedPiece | undefined {
    const leecherCount = this.#context.peers.size - this.#table.completePeerCount;
    const limit = Math.max(MIN_FRESH, FRESH_PER_LEECHER * leecherCount);
    const fresh: DemandedPiece[] = [];
    for (const entry of this.#demands.entries) {
      if (fresh.length >= limit) break;
      if (this.#table.rarity.availability(entry.piece) > 0 || !this.#isOffered(peer, entry.piece)) continue;
      if (this.#table.started.has(entry.piece)) return entry;
      fresh.push(entry);
    }
    return fresh[Math.floor(fresh.length * this.#context.random() ** 2)];
  }

  #pickEntry(
    peer: PeerState,
    { piece, deadlineMs, firstBlock }: DemandedPiece,
    { room, take }: { readonly room: number; readonly take: TakeBlock },
  ): number {
    if (!this.#isOffered(peer, piece)) return 0;
    const { nowMs } = this.#context;
    const expectedMs = peer.expectedNextMs(nowMs);
    if (nowMs + expectedMs > deadlineMs && this.#isOutrun(peer, piece, expectedMs)) return 0;
    const started = this.#table.start(piece);
    if (started.isExclusive && started.owner === undefined) this.#table.own(started, peer);
    // A piece that is checked as a whole is of no use without the blocks before the reader.
    return takeFrom(started, { room, from: firstBlock, isToEnd: started.isCheckedByBlock, take });
  }

  /** Whether the peer may be asked for some block of the piece. */
  #isOffered(peer: PeerState, piece: number): boolean {
    if (!peer.has(piece) || !this.#table.isFetchable(piece)) return false;
    const started = this.#table.started.get(piece);
    return started === undefined || started.freeCount > 0 && isOpenTo(peer, started);
  }

  /** What lies before the players in the pieces they stand in. */
  #pickBehind(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    for (const { piece, firstBlock } of this.#demands.entries) {
      if (room === 0) break;
      const started = firstBlock === 0 ? undefined : this.#table.started.get(piece);
      if (started === undefined || !started.isCheckedByBlock || !this.#isOffered(peer, piece)) continue;
      room -= takeFrom(started, { room, from: 0, take });
    }
    return count - room;
  }

  /** Whether some other peer would have a block of the piece here much sooner. */
  #isOutrun(peer: PeerState, piece: number, expectedMs: number): boolean {
    const limitMs = (expectedMs - OVERTAKE_SLACK_MS) / OVERTAKE_FACTOR;
    for (const other of this.#context.peers.values()) {
      if (other === peer || other.isChokingUs || other.timeoutCount > 0 || !other.has(piece)) continue;
      if (other.expectedNextMs(this.#context.nowMs) < limitMs) return true;
    }
    return false;
  }
}

function isOpenTo(peer: PeerState, started: StartedPiece): boolean {
  return started.owner === undefined || started.owner === peer;
}
