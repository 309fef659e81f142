/**
 * The course of all requests: asks when a queue has room, takes blocks in, takes requests back and lets them time out;
 * what is in flight is noted in the `request_book.ts`. Invariants: only blocks that were requested of that very peer are
 * kept; requests only when unchoked or allowed fast (BEP 3, 6).
 *
 * @module
 */
import type { Block } from "../../shared/geometry.ts";
import type { Downlink } from "./downlink.ts";
import type { OpenRequest, PeerState } from "./peer_state.ts";
import type { Picker } from "./picker.ts";
import type { PieceTable } from "./piece_table.ts";
import { overdueRequests } from "./overdue.ts";
import { RequestBook } from "./request_book.ts";
import { BLOCK_FREE, BLOCK_REQUESTED, type StartedPiece } from "./started_piece.ts";
import type { SwarmContext } from "./swarm_context.ts";

/**
 * Answers to nothing until a peer is let go that need not answer every request: it has no fast extension, and chokes that
 * cross with requests explain a few hundred (BEP 3).
 */
const MAX_UNREQUESTED = 500;

/** The first pause after a peer rejects though it does not choke us; doubles each time up to a minute. */
const REJECT_PAUSE_MS = 500;
const MAX_REJECT_PAUSE_MS = 60_000;

/** Blocks dealt out one by one: a megabyte, after which the reader is no longer waiting. */
const MAX_DEALT = 64;

/** What became of a block that arrived. */
export type BlockOutcome = "kept" | "dropped" | "unrequested";

/** All requests in flight of one torrent. */
export class Downloads {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #picker: Picker;
  readonly #downlink: Downlink;
  readonly #book: RequestBook;
  /** Whether new requests may be sent: false while paused or the storage is full. */
  isEnabled = true;

  /** No requests yet. */
  constructor(
    context: SwarmContext,
    options: { readonly table: PieceTable; readonly picker: Picker; readonly downlink: Downlink },
  ) {
    this.#context = context;
    this.#table = options.table;
    this.#picker = options.picker;
    this.#downlink = options.downlink;
    this.#book = new RequestBook(context, options.table);
  }

  /** Asks the peer for more if its queue has room for a batch. */
  refill(peer: PeerState): void {
    const room = (this.#downlink.isFull ? 1 : peer.pipeline.target) - peer.requests.size;
    if (room < (this.#downlink.isFull ? 1 : peer.pipeline.batch) || !this.#mayAsk(peer)) return;
    const blocks: Block[] = [];
    this.#picker.pick(
      peer,
      room,
      (started, blockIndex, instead) => this.#book.ask(peer, { started, blockIndex, blocks, instead }),
    );
    this.#send(peer, blocks);
    if (blocks.length === 0 && peer.requests.size === 0) peer.pipeline.idle();
  }

  /** Asks every peer for more; the fastest choose first. */
  refillAll(): void {
    if (!this.isEnabled || this.#table.missingCount === 0) return;
    const peers = [...this.#context.peers.values()].filter((peer) => peer.interestingCount > 0);
    peers.sort((one, other) => other.pipeline.bytesPerSecond - one.pipeline.bytesPerSecond);
    for (const peer of peers) this.refill(peer);
  }

  /**
   * Deals out the first blocks one at a time, each to whoever would have it soonest: a reader that waits for the very next
   * bytes is not served by giving one peer a whole queue of them and the others what comes later.
   */
  deal(): void {
    const hands = new Map<PeerState, Block[]>();
    for (const peer of this.#context.peers.values()) if (this.#mayAsk(peer)) hands.set(peer, []);
    for (let dealt = 0; dealt < MAX_DEALT; dealt++) {
      const peer = this.#soonest(hands.keys());
      if (peer === undefined) break;
      const blocks = hands.get(peer) ?? [];
      const isTaken = this.#picker.pick(
        peer,
        1,
        (started, blockIndex, instead) => this.#book.ask(peer, { started, blockIndex, blocks, instead }),
      );
      if (isTaken > 0) continue;
      this.#send(peer, blocks);
      hands.delete(peer);
    }
    for (const [peer, blocks] of hands) this.#send(peer, blocks);
  }

  /** Asks one more peer for a block that is in flight; false when this peer cannot be asked. */
  repeat(peer: PeerState, options: { readonly started: StartedPiece; readonly blockIndex: number }): boolean {
    if (!this.isEnabled || peer.isChokingUs || !peer.areWeInterested) return false;
    if (this.#context.nowMs < peer.pausedUntilMs) return false;
    const blocks: Block[] = [];
    if (!this.#book.ask(peer, { ...options, blocks })) return false;
    this.#context.effects.push({ type: "request", peer: peer.key, blocks });
    return true;
  }

  /** A block arrived: keeps it if it was asked for and is still needed. */
  receive(peer: PeerState, block: Block): BlockOutcome {
    const key = this.#table.blockKey(block);
    const request = peer.requests.get(key);
    if (request === undefined || !isSameBlock(request.block, block)) return this.#receiveLate(peer, block, key);
    const { nowMs } = this.#context;
    peer.requests.delete(key);
    peer.answeredSequence = request.sequence;
    peer.lastBlockAtMs = nowMs;
    peer.timeoutCount = 0;
    peer.rejectCount = 0;
    peer.download.add(block.length, nowMs);
    peer.pipeline.received(block.length, { sentAtMs: request.sentAtMs, nowMs });
    const started = this.#table.started.get(block.piece);
    if (started === undefined) return "dropped";
    const blockIndex = this.#table.geometry.blockIndex(block);
    started.removeRequest(blockIndex, request);
    this.#keep(peer, { started, blockIndex, block });
    return "kept";
  }

  /** The peer will not answer a request (BEP 6). Gives a sentence when it goes on rejecting what it was never asked for. */
  reject(peer: PeerState, block: Block): string | undefined {
    const key = this.#table.blockKey(block);
    const request = peer.requests.get(key);
    if (request === undefined || !isSameBlock(request.block, block)) {
      if (peer.cancelled.delete(key) || settle(peer)) return undefined;
      // BEP 6 says that it "should" go. It does no harm, so that it may be somebody's small mistake.
      return ++peer.unrequestedCount > MAX_UNREQUESTED ? "it rejects requests that nobody made" : undefined;
    }
    this.#book.drop(request);
    const { nowMs } = this.#context;
    if (peer.isChokingUs) {
      peer.allowedFast.delete(block.piece);
    } else if (nowMs >= peer.pausedUntilMs) {
      // Asking again at once would make a loop of requests and rejects.
      peer.pausedUntilMs = nowMs + Math.min(MAX_REJECT_PAUSE_MS, REJECT_PAUSE_MS * 2 ** peer.rejectCount);
      peer.rejectCount = Math.min(peer.rejectCount + 1, 10);
    }
    return undefined;
  }

  /** The peer chokes us: without the fast extension it forgets all requests, with it each one is rejected. */
  choked(peer: PeerState): void {
    for (const started of [...peer.ownPieces]) this.#table.disown(started);
    if (!peer.handshake.supportsFast) this.release(peer);
  }

  /** Forgets all requests to a peer that will not answer them: it chokes us or is gone. */
  release(peer: PeerState): void {
    // Some of the answers may be on their way.
    peer.owedCount += peer.requests.size + peer.cancelled.size;
    for (const request of [...peer.requests.values()]) this.#book.drop(request);
    peer.cancelled.clear();
    peer.pipeline.idle();
  }

  /** Takes back every request for which `isOver`. */
  cancelWhere(isOver: (block: Block) => boolean): void {
    for (const peer of this.#context.peers.values()) this.cancelOf(peer, isOver);
  }

  /** Takes back the requests to one peer for which `isOver`. */
  cancelOf(peer: PeerState, isOver: (block: Block) => boolean): void {
    for (const request of [...peer.requests.values()]) {
      if (!isOver(request.block)) continue;
      this.#book.takeBack(request);
    }
    if (peer.requests.size === 0) peer.pipeline.idle();
  }

  /** Takes back the requests for one piece. */
  cancelPiece(piece: number): void {
    const started = this.#table.started.get(piece);
    if (started === undefined) return;
    for (let blockIndex = 0; blockIndex < started.blockCount; blockIndex++) {
      for (let request = started.requestOf(blockIndex); request !== undefined;) {
        const { next }: OpenRequest = request;
        this.#book.takeBack(request);
        request = next;
      }
    }
  }

  /** Time passed: takes back what is not answered. */
  expire(): void {
    this.#downlink.tick();
    for (const peer of this.#context.peers.values()) {
      if (peer.requests.size > 0) this.#expireOf(peer);
      if (peer.cancelled.size > 0) this.#book.forgetCancelled(peer);
    }
  }

  #expireOf(peer: PeerState): void {
    const overdue = overdueRequests(peer, this.#context.nowMs);
    if (overdue === "all") {
      peer.timeoutCount++;
      peer.pipeline.stall();
      for (const started of [...peer.ownPieces]) this.#table.disown(started);
      this.cancelOf(peer, () => true);
    } else {
      for (const request of overdue) this.#book.takeBack(request);
    }
  }

  #mayAsk(peer: PeerState): boolean {
    if (!this.isEnabled || !peer.areWeInterested || peer.interestingCount === 0) return false;
    if (this.#context.nowMs < peer.pausedUntilMs) return false;
    return !peer.isChokingUs || peer.allowedFast.size > 0;
  }

  /** The peer with room in its queue that would answer first. */
  #soonest(peers: Iterable<PeerState>): PeerState | undefined {
    let best: PeerState | undefined;
    let bestMs = Infinity;
    for (const peer of peers) {
      if (peer.requests.size >= peer.pipeline.target) continue;
      const expectedMs = peer.expectedNextMs(this.#context.nowMs);
      if (expectedMs >= bestMs) continue;
      best = peer;
      bestMs = expectedMs;
    }
    return best;
  }

  #send(peer: PeerState, blocks: readonly Block[]): void {
    if (blocks.length > 0) this.#context.effects.push({ type: "request", peer: peer.key, blocks });
  }

  #keep(
    peer: PeerState,
    options: { readonly started: StartedPiece; readonly blockIndex: number; readonly block: Block },
  ): void {
    const { started, blockIndex, block } = options;
    this.#book.takeBackAll(started.receive(blockIndex, peer.sender));
    this.#context.effects.push({ type: "keep-block", peer: peer.key, block });
    if (started.isComplete) this.#table.beginVerifying(started);
    else if (started.freeCount === 0) this.#table.open.delete(started);
  }

  /**
   * A block that is not in flight: welcome if it was, and nobody else was faster. With the fast extension each request has
   * exactly one answer, and whoever sends a block that was never requested is to be let go (BEP 6, BEP 52: "MUST").
   */
  #receiveLate(peer: PeerState, block: Block, key: number): BlockOutcome {
    const { geometry } = this.#table;
    if (!geometry.isBlock(block) || !peer.cancelled.delete(key)) {
      if (settle(peer)) return "dropped";
      const isExcusable = !peer.handshake.supportsFast && ++peer.unrequestedCount <= MAX_UNREQUESTED;
      return isExcusable ? "dropped" : "unrequested";
    }
    const { nowMs } = this.#context;
    peer.lastBlockAtMs = nowMs;
    peer.download.add(block.length, nowMs);
    const started = this.#table.started.get(block.piece);
    const blockIndex = geometry.blockIndex(block);
    if (started === undefined || !this.#table.isFetchable(block.piece)) return "dropped";
    const state = started.state(blockIndex);
    if (state !== BLOCK_FREE && state !== BLOCK_REQUESTED) return "dropped";
    this.#keep(peer, { started, blockIndex, block });
    return "kept";
  }
}

/** Takes an answer for one of those that are owed without being remembered; false when none is. */
function settle(peer: PeerState): boolean {
  if (peer.owedCount === 0) return false;
  peer.owedCount--;
  return true;
}

function isSameBlock(one: Block, other: Block): boolean {
  return one.piece === other.piece && one.begin === other.begin && one.length === other.length;
}
