/**
 * Pieces for one who waits (BEP 6 "Allowed Fast"): a peer that has hardly anything, and finds all upload slots taken, is
 * let have the few pieces of its allowed fast set though it is choked, so that it has something to trade when its turn
 * comes. One such peer at a time: whoever waits while there is a slot has that, and beyond the slots we have not the
 * resources that BEP 6 makes a condition.
 * Invariants: at most one peer has an allowance; nobody gets a block by it twice.
 *
 * @module
 */
import { allowedFastSet } from "../../shared/allowed_fast_set.ts";
import type { Block } from "../../shared/geometry.ts";
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** Pieces of one set, and how many a peer may have to count as one that is starting: the *k* of BEP 6. */
export const FAST_PIECES = 10;

/** A turn: long enough for ten pieces of 512 KiB at a quarter of 700 KB/s, short enough that many have one. */
const TURN_MS = 30_000;

/** Gives allowances. */
export class FastSlot {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  #holder: PeerState | undefined;
  #sinceMs = 0;
  /** Blocks that the holder may still have, by piece: those that it was not sent. */
  readonly #blocks = new Map<number, Set<number>>();
  /** Who had a turn: once for each connection. */
  readonly #served = new WeakSet<PeerState>();

  /** Nobody has an allowance. */
  constructor(context: SwarmContext, table: PieceTable) {
    this.#context = context;
    this.#table = table;
  }

  /**
   * Time passed: ends a turn that is over, and begins the next.
   *
   * @returns the peer whose turn ended, which is owed nothing more
   */
  tick(isServedByOthers: (peer: PeerState) => boolean): PeerState | undefined {
    const over = this.#holder;
    if (over !== undefined && !this.#isOver(over)) return undefined;
    this.#end();
    for (const peer of this.#context.peers.values()) {
      if (this.#served.has(peer) || !isWaiting(peer) || isServedByOthers(peer)) continue;
      this.#begin(peer);
      if (this.#holder !== undefined) break;
    }
    return over;
  }

  /** Whether a choked peer may have this block; it may not have it again. */
  take(peer: PeerState, block: Block): boolean {
    if (peer !== this.#holder || !this.#table.geometry.isBlock(block)) return false;
    return this.#blocks.get(block.piece)?.delete(block.begin) ?? false;
  }

  /** The peer is unchoked, or gone. */
  release(peer: PeerState): void {
    if (peer === this.#holder) this.#end();
  }

  #isOver(holder: PeerState): boolean {
    return this.#context.nowMs - this.#sinceMs >= TURN_MS || !isWaiting(holder) || this.#blocks.size === 0;
  }

  #begin(peer: PeerState): void {
    const { geometry } = this.#table;
    const { infoHash } = peer.handshake;
    const options = { infoHash, pieceCount: geometry.pieceCount, count: FAST_PIECES };
    for (const piece of allowedFastSet(peer.endpoint.host, options)) {
      if (!this.#table.isVerified(piece) || peer.has(piece)) continue;
      const begins = Array.from(
        { length: geometry.blockCount(piece) },
        (_, index) => geometry.block(piece, index).begin,
      );
      this.#blocks.set(piece, new Set(begins));
      this.#context.effects.push({ type: "send", peer: peer.key, message: { type: "allowed-fast", piece } });
    }
    if (this.#blocks.size === 0) return;
    this.#holder = peer;
    this.#sinceMs = this.#context.nowMs;
    this.#served.add(peer);
  }

  #end(): void {
    this.#holder = undefined;
    this.#blocks.clear();
  }
}

/** A starting peer that wants something of us and is choked. */
function isWaiting(peer: PeerState): boolean {
  return peer.handshake.supportsFast && peer.isInterestedInUs && peer.isChokedByUs &&
    (peer.pieces?.count ?? Infinity) <= FAST_PIECES;
}
