/**
 * The book of requests in flight: which peer is asked for which block, and which of those were taken back though the
 * answer may still come. Invariants: never two requests in flight to the same peer for one block; never more in flight
 * than the peer queues; a request is noted with its peer and with its piece, or with neither.
 *
 * @module
 */
import type { Block } from "../../shared/geometry.ts";
import type { OpenRequest, PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { StartedPiece } from "./started_piece.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** A fast-extension peer answers every cancelled request; if it does not, the block may be asked of it again after this. */
const CANCELLED_MS = 30_000;

/** Cancelled requests remembered for each peer: as many as could be in flight twice over. */
const MAX_CANCELLED = 4_000;

/** All requests in flight of one torrent. */
export class RequestBook {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;

  /** No requests yet. */
  constructor(context: SwarmContext, table: PieceTable) {
    this.#context = context;
    this.#table = table;
  }

  /**
   * Notes a request in flight, in place of another peer's when `instead` is given, and appends its block to `blocks`, which
   * the caller sends.
   *
   * @returns false when this peer cannot be asked for this block: its queue is full, or it was asked already
   */
  ask(
    peer: PeerState,
    options: {
      readonly started: StartedPiece;
      readonly blockIndex: number;
      readonly blocks: Block[];
      readonly instead?: OpenRequest | undefined;
    },
  ): boolean {
    const { started, blockIndex, blocks, instead } = options;
    if (peer.requests.size >= peer.pipeline.ceiling) return false;
    const key = started.piece * this.#table.blocksPerPiece + blockIndex;
    if (peer.requests.has(key)) return false;
    if (peer.cancelled.has(key)) {
      // A second request would be answered twice by a peer that answers the cancelled one too.
      if (peer.handshake.supportsFast) return false;
      forget(peer, key);
    }
    if (instead !== undefined) this.takeBack(instead);
    const block = this.#table.geometry.block(started.piece, blockIndex);
    if (peer.requests.size === 0) peer.answeredSequence = peer.sequence;
    const sequence = ++peer.sequence;
    const request = { key, block, peer, sentAtMs: this.#context.nowMs, sequence, next: undefined };
    peer.requests.set(key, request);
    started.addRequest(blockIndex, request);
    if (started.freeCount === 0) this.#table.open.delete(started);
    blocks.push(block);
    return true;
  }

  /** Takes a request back: it is cancelled, and its block is free unless another peer is asked too. */
  takeBack(request: OpenRequest): void {
    this.drop(request);
    this.#sendCancel(request);
  }

  /** The request is no longer in flight; its block is free again unless another peer is asked too. */
  drop(request: OpenRequest): void {
    request.peer.requests.delete(request.key);
    const started = this.#table.started.get(request.block.piece);
    if (started === undefined) return;
    started.removeRequest(this.#table.geometry.blockIndex(request.block), request);
    this.#table.reopen(started);
  }

  /** Takes back a row of requests for one block that is here: the head, and those that follow through `next`. */
  takeBackAll(head: OpenRequest | undefined): void {
    while (head !== undefined) {
      const { next }: OpenRequest = head;
      head.next = undefined;
      head.peer.requests.delete(head.key);
      this.#sendCancel(head);
      head = next;
    }
  }

  /** Forgets what was taken back so long ago that no answer comes any more. */
  forgetCancelled(peer: PeerState): void {
    const { nowMs } = this.#context;
    for (const [key, cancelledAtMs] of peer.cancelled) {
      if (nowMs - cancelledAtMs < CANCELLED_MS) break;
      forget(peer, key);
    }
  }

  #sendCancel({ peer, block, key }: OpenRequest): void {
    peer.cancelled.delete(key);
    peer.cancelled.set(key, this.#context.nowMs);
    for (const oldest of peer.cancelled.keys()) {
      if (peer.cancelled.size <= MAX_CANCELLED) break;
      forget(peer, oldest);
    }
    const { piece, begin, length } = block;
    this.#context.effects.push({ type: "send", peer: peer.key, message: { type: "cancel", piece, begin, length } });
  }
}

/** One cancelled request fewer is remembered; its answer, should it come, is no answer to nothing. */
function forget(peer: PeerState, key: number): void {
  peer.cancelled.delete(key);
  peer.owedCount++;
}
