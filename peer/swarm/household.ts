/**
 * Who of a household fetches what from outside: of the peers on one network, each has pieces that the others leave to it, so
 * that hardly two of them fetch the same over the line that they have in common. Nobody tells anybody: whose a piece is
 * follows from piece and peer ids (rendezvous hashing, Thaler and Ravishankar 1998).
 * Invariant: a piece is left to a neighbour once and not for long, for that one may not get it either.
 *
 * @module
 */
import type { PeerId } from "../../shared/ids.ts";
import type { PeerState } from "./peer_state.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** How long a piece is left to a neighbour, from when we would have asked for it: its way in and to us, with time to spare. */
export const LEFT_MS = 2_000;

/** Who is near and lacks something changes slowly. */
const LOOK_AGAIN_MS = 100;

/** Pieces passed over in one search: where more than these are left, a piece of a neighbour is fetched by us, too. */
const MAX_PASSED = 256;

/** The neighbours of one machine that download the same. */
export class Household {
  readonly #context: SwarmContext;
  readonly #ownSeed: number;
  readonly #pieceCount: number;
  #neighbours: readonly number[] = [];
  #lookedAtMs = -Infinity;
  /** Until when each piece is left, by index; 0: it never was. Made when there is a neighbour. */
  #leftUntilMs: Float64Array | undefined;
  #passedCount = 0;

  /** Of the peers of a machine whose torrent has so many pieces. */
  constructor(context: SwarmContext, pieceCount: number) {
    this.#context = context;
    this.#pieceCount = pieceCount;
    this.#ownSeed = seedOf(context.ownPeerId);
  }

  /**
   * A search for a piece to ask a peer for begins. Gives whether any is left to neighbours: none where the peer is near
   * itself, or nobody near lacks anything.
   */
  begin(peer: PeerState): boolean {
    if (peer.isNear) return false;
    this.#passedCount = 0;
    const { nowMs, peers } = this.#context;
    if (nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS) {
      this.#lookedAtMs = nowMs;
      const neighbours = [...peers.values()].filter((other) =>
        other.isNear && !other.isComplete && !other.isUploadOnly
      );
      this.#neighbours = neighbours.map(({ handshake }) => seedOf(handshake.peerId));
    }
    return this.#neighbours.length > 0;
  }

  /** Whether a piece is left to a neighbour now, which fetches it for us as well. */
  leaves(piece: number): boolean {
    if (this.#passedCount >= MAX_PASSED) return false;
    const { nowMs } = this.#context;
    const leftUntilMs = this.#leftUntilMs ??= new Float64Array(this.#pieceCount);
    if (leftUntilMs[piece] === 0 && this.#isOwn(piece)) return false;
    if (leftUntilMs[piece] === 0) leftUntilMs[piece] = nowMs + LEFT_MS;
    const isLeft = nowMs < (leftUntilMs[piece] ?? 0);
    if (isLeft) this.#passedCount++;
    return isLeft;
  }

  #isOwn(piece: number): boolean {
    const own = weightOf(this.#ownSeed, piece);
    return this.#neighbours.every((neighbour) => weightOf(neighbour, piece) <= own);
  }
}

/** The last 32 bits of a peer id, which differ from one to the next. */
function seedOf(peerId: PeerId): number {
  return parseInt(peerId.slice(-8), 16);
}

/** A number as by chance for each peer and piece, the same for all who work it out (MurmurHash3's finalizer). */
function weightOf(seed: number, piece: number): number {
  let hash = seed ^ Math.imul(piece + 1, 0x9e37_79b1);
  hash = Math.imul(hash ^ hash >>> 16, 0x85eb_ca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2_ae35);
  return (hash ^ hash >>> 16) >>> 0;
}
