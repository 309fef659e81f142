/**
 * Which blocks to ask one peer for next. In order:
 *
 * 1. pieces that a player demands (`demand_picker.ts`): the earliest deadline first;
 * 2. the pieces this peer is fetching alone, and those it suggests;
 * 3. unfinished pieces that everybody works on, so that few are unfinished;
 * 4. a new piece: the rarest the peer has, ties by chance; of a peer from outside none that a neighbour fetches for us
 *    (`household.ts`);
 * 5. what is free in pieces that others fetch alone;
 * 6. blocks that are queued at a slower peer: taken over while there is more to come, asked for twice in the endgame.
 *
 * A peer that chokes us is asked only for its allowed-fast pieces (BEP 6). The cost is constant for each block, plus at
 * most the demand window and one step for each unfinished piece for each batch.
 *
 * @module
 */
import { DemandPicker } from "./demand_picker.ts";
import type { DemandWindow } from "./demand_window.ts";
import type { Downlink } from "./downlink.ts";
import { Household } from "./household.ts";
import type { OpenRequest, PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { StartedPiece } from "./started_piece.ts";
import type { SwarmContext } from "./swarm_context.ts";
import { type TakeBlock, takeFrom } from "./take_block.ts";

/** A peer that needs longer than this for a whole piece shares the work on pieces instead of having its own. */
const OWN_PIECE_MS = 10_000;

/** Endgame looks through all unfinished pieces, so one peer does it this seldom. */
const ENDGAME_INTERVAL_MS = 20;

/** Blocks that an idle peer takes over from the queues of others at one time: enough until more is free. */
const MAX_TAKEN_OVER = 2;

/** This peer must be sooner than those asked already by this factor, plus this time. */
const REPEAT_FACTOR = 1.5;
const REPEAT_SLACK_MS = 50;

/** At most so many peers are asked for one block. */
const MAX_REQUESTS_PER_BLOCK = 3;

/** Chooses blocks; sends nothing itself. */
export class Picker {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #demanded: DemandPicker;
  readonly #downlink: Downlink;
  readonly #household: Household;

  /** A picker over the table and demands of one torrent. */
  constructor(
    context: SwarmContext,
    options: { readonly table: PieceTable; readonly demands: DemandWindow; readonly downlink: Downlink },
  ) {
    this.#context = context;
    this.#table = options.table;
    this.#downlink = options.downlink;
    this.#household = new Household(context, options.table.geometry.pieceCount);
    this.#demanded = new DemandPicker(context, options);
  }

  /**
   * Chooses up to `count` blocks for a peer.
   *
   * @returns how many `take` accepted
   */
  pick(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    if (peer.isChokingUs) return this.#pickAllowedFast(peer, room, take);
    room -= this.#demanded.pick(peer, room, take);
    for (const started of peer.ownPieces) {
      if (room === 0) break;
      if (this.#mayWorkOn(peer, started)) room -= takeFrom(started, { room, from: 0, take });
    }
    if (room > 0 && peer.suggested.length > 0) room -= this.#pickSuggested(peer, room, take);
    if (room > 0) room -= this.#pickShared(peer, room, take);
    while (room > 0 && peer.pickableCount > 0) {
      const taken = this.#pickNew(peer, room, take);
      if (taken === 0) break;
      room -= taken;
    }
    if (room > 0) room -= this.#pickOthers(peer, room, take);
    if (room > 0 && room === count) room -= this.#pickQueued(peer, room, take);
    return count - room;
  }

  #mayWorkOn(peer: PeerState, started: StartedPiece): boolean {
    return started.freeCount > 0 && peer.has(started.piece) && this.#table.isFetchable(started.piece);
  }

  #pickAllowedFast(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    for (const piece of peer.allowedFast) {
      if (room === 0) break;
      if (!peer.has(piece) || !this.#table.isFetchable(piece)) continue;
      const started = this.#table.start(piece);
      if (started.owner === undefined || started.owner === peer) {
        room -= takeFrom(started, { room, from: 0, take });
      }
    }
    return count - room;
  }

  #pickShared(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    for (const started of this.#table.open) {
      if (room === 0) break;
      if (started.owner !== undefined || !this.#mayWorkOn(peer, started)) continue;
      // A demanded piece was offered to this peer already: it would be too slow.
      if (this.#table.isDemanded(started.piece)) continue;
      if (started.isExclusive) this.#table.own(started, peer);
      room -= takeFrom(started, { room, from: 0, take });
    }
    return count - room;
  }

  #pickNew(peer: PeerState, room: number, take: TakeBlock): number {
    const piece = this.#rarestPiece(peer);
    return piece === undefined ? 0 : this.#startWith(peer, piece, { room, take });
  }

  #startWith(
    peer: PeerState,
    piece: number,
    { room, take }: { readonly room: number; readonly take: TakeBlock },
  ): number {
    const started = this.#table.start(piece);
    const { bytesPerSecond } = peer.pipeline;
    const isFast = bytesPerSecond * OWN_PIECE_MS / 1000 >= this.#table.geometry.pieceLength;
    if (isFast || started.isExclusive) this.#table.own(started, peer);
    return takeFrom(started, { room, from: 0, take });
  }

  /** What the peer would like to be asked for: it knows what is rare, or what it has at hand (BEP 6). */
  #pickSuggested(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    while (room > 0) {
      const piece = peer.suggested.shift();
      if (piece === undefined) break;
      if (peer.has(piece) && this.#table.rarity.has(piece)) room -= this.#startWith(peer, piece, { room, take });
    }
    return count - room;
  }

  #rarestPiece(peer: PeerState): number | undefined {
    const from = peer.isCounted ? 1 : 0;
    const isSuitable = this.#household.begin(peer)
      ? (piece: number) => peer.has(piece) && !this.#household.leaves(piece)
      : (piece: number) => peer.has(piece);
    return this.#table.rarity.pick(isSuitable, { random: this.#context.random, from });
  }

  /** Rather than idle, a peer helps with what another has to itself; a failed piece stays with its one peer. */
  #pickOthers(peer: PeerState, count: number, take: TakeBlock): number {
    let room = count;
    for (const started of this.#table.open) {
      if (room === 0) break;
      const isOfOther = started.owner !== undefined && started.owner !== peer;
      if (!isOfOther || started.isExclusive || !this.#mayWorkOn(peer, started)) continue;
      room -= takeFrom(started, { room, from: 0, take });
    }
    return count - room;
  }

  /**
   * Nothing is free. At the very end, what is queued at a slower peer is asked of this one too; before, it would be a waste,
   * so a peer that would be idle takes a few such blocks over.
   */
  #pickQueued(peer: PeerState, count: number, take: TakeBlock): number {
    const { nowMs } = this.#context;
    if (nowMs < peer.nextEndgameAtMs || this.#downlink.isFull) return 0;
    peer.nextEndgameAtMs = nowMs + ENDGAME_INTERVAL_MS;
    const isEndgame = !this.#isMoreToCome();
    if (!isEndgame && peer.requests.size > 0) return 0;
    const limit = isEndgame ? count : Math.min(count, MAX_TAKEN_OVER);
    let room = limit;
    // The newest pieces are the furthest back in the queues of others.
    for (const started of [...this.#table.started.values()].reverse()) {
      if (room === 0) break;
      if (started.isExclusive && started.owner !== peer) continue;
      if (!peer.has(started.piece) || !this.#table.isFetchable(started.piece)) continue;
      for (let blockIndex = started.blockCount - 1; blockIndex >= 0 && room > 0; blockIndex--) {
        const request = started.requestOf(blockIndex);
        if (request === undefined || !this.#isWorthRepeating(request, peer)) continue;
        if (take(started, blockIndex, isEndgame ? undefined : request)) room--;
      }
    }
    return limit - room;
  }

  /** Whether there are blocks that somebody could be asked for and nobody is. */
  #isMoreToCome(): boolean {
    const { open, rarity, completePeerCount } = this.#table;
    return open.size > 0 || rarity.countFrom(completePeerCount > 0 ? 0 : 1) > 0;
  }

  #isWorthRepeating(newest: OpenRequest, peer: PeerState): boolean {
    const { nowMs } = this.#context;
    const expectedMs = peer.expectedNextMs(nowMs) * REPEAT_FACTOR + REPEAT_SLACK_MS;
    let requestCount = 0;
    for (let request: OpenRequest | undefined = newest; request !== undefined; request = request.next) {
      requestCount++;
      if (request.peer === peer || request.peer.expectedMs(request, nowMs) <= expectedMs) return false;
    }
    return requestCount < MAX_REQUESTS_PER_BLOCK;
  }
}
