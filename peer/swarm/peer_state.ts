/**
 * What the machine knows of one connected peer. A plain record: the rules are in the rooms that change it.
 *
 * @module
 */
import type { Bitfield } from "../../shared/bitfield.ts";
import { type Endpoint, isLoopback, isPrivate } from "../../shared/endpoint.ts";
import type { Block } from "../../shared/geometry.ts";
import type { PeerId } from "../../shared/ids.ts";
import type { Handshake } from "../../shared/wire/handshake.ts";
import { Pipeline } from "./pipeline.ts";
import { RateMeter } from "./rate_meter.ts";
import type { StartedPiece } from "./started_piece.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { PeerConnected, PeerKey } from "./swarm_event.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";

/** Requests a peer queues that does not say: libtorrent's and most others' smallest default. */
const DEFAULT_REQUEST_QUEUE_LENGTH = 250;

/** Who sent a block: outlives the connection, so that a liar can be named later. */
export interface Sender {
  readonly peer: PeerKey;
  readonly peerId: PeerId;
  readonly endpoint: Endpoint;
}

/** One request in flight. */
export interface OpenRequest {
  /** Number of the block in the whole torrent: `PieceTable.blockKey`. */
  readonly key: number;
  readonly block: Block;
  readonly peer: PeerState;
  readonly sentAtMs: number;
  /** Position among all requests ever sent to this peer. */
  readonly sequence: number;
  /** Another peer's request for the same block, newest first. */
  next: OpenRequest | undefined;
}

/** One connected peer. */
export class PeerState {
  readonly key: PeerKey;
  readonly endpoint: Endpoint;
  readonly isOutgoing: boolean;
  readonly handshake: Handshake;
  readonly sender: Sender;
  readonly connectedAtMs: number;
  /** Where it accepts connections, once it said so (for an outgoing connection: where we dialled). */
  listenEndpoint: Endpoint | undefined;

  isChokingUs = true;
  isInterestedInUs = false;
  isChokedByUs = true;
  areWeInterested = false;
  /** BEP 21: it said that it will not download. */
  isUploadOnly = false;

  /** What it has; undefined until the geometry is known. */
  pieces: Bitfield | undefined;
  /** Whether `pieces` is part of the table's availability; peers that connect complete are not. */
  isCounted = false;
  /** Whether it said what it has (bitfield, have-all, have-none): allowed only once. */
  hasSaidPieces = false;
  /** Messages about pieces that came before the geometry was known. */
  earlyMessages: ControlMessage[] = [];
  /** Pieces it has that we lack and want. */
  interestingCount = 0;
  /** Pieces it has that the picker may start now. */
  pickableCount = 0;
  /** Pieces it lets us request while it chokes us (BEP 6). */
  readonly allowedFast: Set<number> = new Set();
  /** Pieces it would like to be asked for (BEP 6), newest last. */
  readonly suggested: number[] = [];

  /** Requests in flight by block key, oldest first. */
  readonly requests: Map<number, OpenRequest> = new Map();
  /** Requests taken back whose answer may still come: block key to the moment of the cancel. */
  readonly cancelled: Map<number, number> = new Map();
  /** Requests that may still be answered and are not remembered one by one. */
  owedCount = 0;
  readonly pipeline: Pipeline;
  /** Unfinished pieces that only this peer is asked for. */
  readonly ownPieces: Set<StartedPiece> = new Set();
  /** Requests ever sent to it. */
  sequence = 0;
  /** `sequence` of the request it answered last. */
  answeredSequence = 0;
  lastBlockAtMs: number;
  /** How often in a row it let requests time out. */
  timeoutCount = 0;
  /** How often in a row it rejected requests though it does not choke us. */
  rejectCount = 0;
  /** No requests until then. */
  pausedUntilMs = 0;
  /** Blocks it sent that nobody asked for. */
  unrequestedCount = 0;
  nextEndgameAtMs = 0;

  readonly download: RateMeter;
  readonly upload: RateMeter;
  /** Uploads queued for it, by offset in piece space. */
  readonly uploads: Map<number, Block> = new Map();
  /** Pieces we suggested that it has not asked for yet, and the piece it asked for last (see `spreading.ts`). */
  readonly offered: Set<number> = new Set();
  spreadingPiece: number | undefined;
  /** Requests we refused since we last served it one. */
  refusedCount = 0;
  unchokedAtMs = 0;
  /** The block that its last message asked for, where that is served: its leaves are not refused (BEP 52). */
  justAsked: Block | undefined;
  /** When it asked for a block last. */
  askedAtMs = 0;
  /** Whether it has the slot of another that asks for nothing. */
  isLentSlot = false;
  chokedAtMs: number;
  isOptimistic = false;
  uploadedAtUnchoke = 0;

  /** The last moment at which one side wanted something of the other. */
  usefulAtMs: number;
  /** Hash requests that it may still have answered, refilled with time (see `takeHashAnswer`); clamped on first use. */
  hashTokens: number;
  hashTokensAtMs: number;

  /** Whether it is on our own network or machine: no line to the world lies between us. */
  readonly isNear: boolean;

  /** A peer that just finished its handshake. */
  constructor(event: PeerConnected, { nowMs, settings }: SwarmContext) {
    this.pipeline = new Pipeline(DEFAULT_REQUEST_QUEUE_LENGTH, settings.startRequests);
    this.key = event.peer;
    this.endpoint = event.endpoint;
    this.isNear = isPrivate(event.endpoint.host) || isLoopback(event.endpoint.host);
    this.isOutgoing = event.isOutgoing;
    this.handshake = event.handshake;
    this.listenEndpoint = event.isOutgoing ? event.endpoint : undefined;
    this.sender = { peer: event.peer, peerId: event.handshake.peerId, endpoint: event.endpoint };
    this.connectedAtMs = nowMs;
    this.lastBlockAtMs = nowMs;
    this.chokedAtMs = nowMs;
    this.usefulAtMs = nowMs;
    this.hashTokens = Infinity;
    this.hashTokensAtMs = nowMs;
    this.download = new RateMeter(nowMs);
    this.upload = new RateMeter(nowMs);
  }

  /** Whether it has this piece, as far as it said. */
  has(piece: number): boolean {
    return this.pieces !== undefined && this.pieces.has(piece);
  }

  /** Whether it has every piece. */
  get isComplete(): boolean {
    return this.pieces !== undefined && this.pieces.isComplete;
  }

  /**
   * When a request that is in flight will be answered, in milliseconds from now: by its place in the queue and the
   * measured rate, and no sooner than the peer has been silent already.
   */
  expectedMs(request: OpenRequest, nowMs: number): number {
    const ahead = Math.max(1, Math.min(this.requests.size, request.sequence - this.answeredSequence));
    const silentMs = nowMs - Math.max(this.lastBlockAtMs, request.sentAtMs);
    return Math.max(this.pipeline.expectedMs(ahead) - silentMs, silentMs);
  }

  /** When a request that is sent now would be answered, in milliseconds from now. */
  expectedNextMs(nowMs: number): number {
    if (this.requests.size === 0) return this.pipeline.expectedMs(1);
    return Math.max(this.pipeline.expectedMs(this.requests.size + 1), nowMs - this.lastBlockAtMs);
  }
}
