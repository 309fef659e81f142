/**
 * A seeder that yields, as the tracker's library does: a peer that gets enough from others gets nothing from us, until the
 * others give less. What a peer gets is seen from what it says that it has; what of that we sent is known.
 * Invariant: whoever lacks a piece that nobody else is known to have is served, unless there is a source that we cannot
 * see: seeders do not stay connected to one another.
 *
 * @module
 */
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** Enough: a film in 4K (2 MB/s) twice as fast as it plays. */
export const ENOUGH_BYTES_PER_SECOND = 4_000_000;

/** Rates are measured over this: long enough for some pieces of the largest files, short against a player's buffer. */
export const YIELD_WINDOW_MS = 2_000;

/** A source that we cannot see is believed in for this long after its last sign. */
const HIDDEN_SOURCE_MS = 30_000;

/** What a peer got in this window, and what came of the last one. */
interface Progress {
  gotBytes: number;
  sentAtStart: number;
  isServedByOthers: boolean;
}

/** Knows whom others serve. */
export class Yielding {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #progress = new Map<PeerState, Progress>();
  #windowAtMs = -Infinity;
  #sentBytes = 0;
  /** Bytes of pieces of which a first copy was seen in this window. */
  #firstBytes = 0;
  #hiddenUntilMs = -Infinity;

  /** Nothing is known yet. */
  constructor(context: SwarmContext, table: PieceTable) {
    this.#context = context;
    this.#table = table;
  }

  /** The peer says that it has a piece more. */
  arrived(peer: PeerState, piece: number): void {
    if (!this.#context.settings.yieldsToPeers) return;
    this.#roll();
    const bytes = this.#table.geometry.pieceSize(piece);
    this.#of(peer).gotBytes += bytes;
    if (this.#table.rarity.availability(piece) <= 1) this.#firstBytes += bytes;
  }

  /** We sent so many bytes to whomever. */
  sent(byteCount: number): void {
    this.#sentBytes += byteCount;
  }

  /** The peer is gone. */
  release(peer: PeerState): void {
    this.#progress.delete(peer);
  }

  /** Whether others give this peer enough. */
  isServedByOthers(peer: PeerState): boolean {
    if (!this.#context.settings.yieldsToPeers || !this.#table.isComplete) return false;
    this.#roll();
    return this.#progress.get(peer)?.isServedByOthers ?? false;
  }

  /** Whether we alone, as far as we see, have a piece that the peer lacks. */
  #hasOnlyHere(peer: PeerState): boolean {
    const { rarity, geometry } = this.#table;
    for (let piece = 0; piece < geometry.pieceCount; piece++) {
      if (rarity.availability(piece) === 0 && !peer.has(piece)) return true;
    }
    return false;
  }

  #of(peer: PeerState): Progress {
    let progress = this.#progress.get(peer);
    if (progress === undefined) {
      progress = { gotBytes: 0, sentAtStart: peer.upload.totalBytes, isServedByOthers: false };
      this.#progress.set(peer, progress);
    }
    return progress;
  }

  /** Ends the window when it is time, and says what came of it. */
  #roll(): void {
    const { nowMs } = this.#context;
    const elapsedMs = nowMs - this.#windowAtMs;
    if (elapsedMs < YIELD_WINDOW_MS) return;
    // More first copies than we sent bytes at all: somebody else has everything, too.
    if (this.#firstBytes > this.#sentBytes) this.#hiddenUntilMs = nowMs + HIDDEN_SOURCE_MS;
    for (const [peer, progress] of this.#progress) {
      const sentBytes = peer.upload.totalBytes - progress.sentAtStart;
      const rate = (progress.gotBytes - sentBytes) * 1000 / elapsedMs;
      progress.isServedByOthers = rate >= ENOUGH_BYTES_PER_SECOND &&
        (nowMs < this.#hiddenUntilMs || !this.#hasOnlyHere(peer));
      progress.gotBytes = 0;
      progress.sentAtStart = peer.upload.totalBytes;
    }
    this.#windowAtMs = nowMs;
    this.#sentBytes = 0;
    this.#firstBytes = 0;
  }
}
