/**
 * Requests of peers to us (BEP 3, BEP 6).
 * Invariants: only ranges of verified pieces, only to peers that are not choked or may have them all the same; the uploads queued for one peer have a
 * limit; with the fast extension every request is answered by data or by a reject, never by both.
 *
 * @module
 */
import type { Block } from "../../shared/geometry.ts";
import type { PeerState } from "./peer_state.ts";
import { FastSlot } from "./fast_slot.ts";
import type { PieceTable } from "./piece_table.ts";
import { Spreading } from "./spreading.ts";
import type { SwarmContext } from "./swarm_context.ts";
import { Yielding } from "./yielding.ts";

/** Requests queued for one peer at most; what our extension handshake says as `reqq`. */
export const MAX_QUEUED_UPLOADS = 2_000;

/** Nobody asks for more at a time (the oldest clients asked for 128 KiB): beyond it the peer is broken. */
const MAX_REQUEST_LENGTH = 131_072;

/** Refused requests in a row until the peer is let go: a full queue that crossed a choke, twice. */
const MAX_REFUSED = 2 * MAX_QUEUED_UPLOADS;

/** Uploads of one torrent. A method that returns a sentence found the peer at fault: it is to be disconnected. */
export class Uploads {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #spreading: Spreading;
  readonly #yielding: Yielding;
  readonly #fastSlot: FastSlot;

  /** Nothing queued. */
  constructor(context: SwarmContext, table: PieceTable) {
    this.#context = context;
    this.#table = table;
    this.#spreading = new Spreading(context, table);
    this.#yielding = new Yielding(context, table);
    this.#fastSlot = new FastSlot(context, table);
  }

  /** Pieces suggested, or to be suggested. */
  get suggestionCount(): number {
    return this.#spreading.size;
  }

  /** A peer asks for a range. */
  request(peer: PeerState, block: Block): string | undefined {
    const { piece, begin, length } = block;
    const { geometry } = this.#table;
    if (!this.#table.isPiece(piece) || length === 0 || begin + length > geometry.requestableSize(piece)) {
      return `it asked for ${length} bytes at ${begin} of piece ${piece}, which are not in the torrent`;
    }
    if (length > MAX_REQUEST_LENGTH) return `it asked for ${length} bytes at a time`;
    const key = geometry.pieceOffset(piece) + begin;
    if (peer.uploads.has(key)) return undefined;
    const isPossible = geometry.isRange(block) && this.#table.isVerified(piece) &&
      peer.uploads.size < MAX_QUEUED_UPLOADS;
    if (!isPossible || (peer.isChokedByUs && !this.#fastSlot.take(peer, block))) {
      return refuse(this.#context, peer, block);
    }
    peer.refusedCount = 0;
    peer.askedAtMs = this.#context.nowMs;
    peer.justAsked = block;
    peer.uploads.set(key, block);
    this.#spreading.asked(peer, piece);
    this.#context.effects.push({ type: "upload-block", peer: peer.key, block });
    return undefined;
  }

  /** A peer takes a request back. BEP 6 wants an answer to it all the same: the block, if it is on its way, or a reject. */
  cancel(peer: PeerState, block: Block): void {
    const queued = this.#take(peer, block);
    if (queued === undefined) return;
    this.#context.effects.push({ type: "cancel-upload", peer: peer.key, block: queued });
  }

  /** A block went out. */
  uploaded(peer: PeerState, block: Block): void {
    peer.upload.add(block.length, this.#context.nowMs);
    this.#yielding.sent(block.length);
    peer.usefulAtMs = this.#context.nowMs;
    this.#take(peer, block);
  }

  /** A block could not be read: it may be asked for again. */
  failed(peer: PeerState, block: Block): void {
    this.#take(peer, block);
  }

  /** Time passed: lets one of those who wait have a few pieces (BEP 6). */
  tick(): void {
    const over = this.#fastSlot.tick((peer) => this.leavesToOthers(peer));
    if (over?.isChokedByUs === true) this.clear(over);
  }

  /** The peer is about to be unchoked: says what it had best ask for. */
  begin(peer: PeerState): void {
    this.#fastSlot.release(peer);
    this.#spreading.suggest(peer);
  }

  /** A peer has a piece more. */
  arrived(peer: PeerState, piece: number): void {
    this.#spreading.arrived(piece);
    this.#yielding.arrived(peer, piece);
  }

  /** Whether we leave a peer to others, who give it enough. */
  leavesToOthers(peer: PeerState): boolean {
    return this.#yielding.isServedByOthers(peer);
  }

  /** The peer is gone. */
  release(peer: PeerState): void {
    this.#fastSlot.release(peer);
    this.#spreading.release(peer);
    this.#yielding.release(peer);
  }

  /** The peer was just choked: takes everything queued for it back. */
  clear(peer: PeerState): void {
    this.#spreading.release(peer);
    for (const block of peer.uploads.values()) {
      this.#context.effects.push({ type: "cancel-upload", peer: peer.key, block });
    }
    peer.uploads.clear();
  }

  #take(peer: PeerState, block: Block): Block | undefined {
    const key = block.piece * this.#table.geometry.pieceLength + block.begin;
    const queued = peer.uploads.get(key);
    if (queued === undefined || queued.length !== block.length || queued.piece !== block.piece) return undefined;
    peer.uploads.delete(key);
    return queued;
  }
}

/** Answers a request that is not served. Gives a sentence when the peer does not stop asking. */
export function refuse(context: SwarmContext, peer: PeerState, block: Block): string | undefined {
  sendReject(context, peer, block);
  peer.refusedCount++;
  return peer.refusedCount > MAX_REFUSED ? "it does not stop asking for what it cannot have" : undefined;
}

function sendReject(context: SwarmContext, peer: PeerState, { piece, begin, length }: Block): void {
  if (!peer.handshake.supportsFast) return;
  context.effects.push({ type: "send", peer: peer.key, message: { type: "reject-request", piece, begin, length } });
}
