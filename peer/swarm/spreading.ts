/**
 * A seeder that nobody helps yet gives each piece once before it gives one twice: it suggests to every peer that it serves
 * (BEP 6 `suggest piece`) pieces of which no other copy is known, each to one peer only. What super-seeding (BEP 16) gets
 * by hiding pieces, without keeping a player from the piece it needs. A suggestion binds nobody.
 * Invariant: a piece of which no copy is known is in `#fresh`, or one unchoked peer is its `#taker`.
 *
 * @module
 */
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** Pieces suggested and not yet asked for at least: one may be asked for while the next suggestion is under way. */
const AHEAD_PIECES = 2;

/** Spreads a seeder's pieces evenly. */
export class Spreading {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #aheadPieces: number;
  /** Pieces that were suggested to nobody, in random order; undefined until we are a seeder. */
  #fresh: number[] | undefined;
  /** Who was suggested a piece, or asked for it first, and has not got it yet. */
  readonly #takers = new Map<number, PeerState>();

  /** Nothing suggested. */
  constructor(context: SwarmContext, table: PieceTable) {
    this.#context = context;
    this.#table = table;
    // Another one of us asks for so many blocks at once when it is unchoked.
    this.#aheadPieces = Math.max(AHEAD_PIECES, Math.ceil(context.settings.startRequests / table.blocksPerPiece));
  }

  /** Pieces suggested, or to be suggested. */
  get size(): number {
    return (this.#fresh?.length ?? 0) + this.#takers.size;
  }

  /** The peer is about to be unchoked, or used a suggestion up: suggests what it might ask for next. */
  suggest(peer: PeerState): void {
    if (!this.#table.verified.isComplete || !peer.handshake.supportsFast || peer.isComplete) return;
    this.#fresh ??= this.#shuffled();
    while (peer.offered.size < this.#aheadPieces) {
      const piece = this.#next(peer);
      if (piece === undefined) return;
      this.#takers.set(piece, peer);
      peer.offered.add(piece);
      this.#context.effects.push({ type: "send", peer: peer.key, message: { type: "suggest-piece", piece } });
    }
  }

  /** The peer asks for a block of a piece, suggested or not. */
  asked(peer: PeerState, piece: number): void {
    if (this.#fresh === undefined || peer.spreadingPiece === piece) return;
    peer.spreadingPiece = piece;
    if (this.#table.rarity.availability(piece) > 0) return;
    const taker = this.#takers.get(piece);
    if (taker?.offered.delete(piece) === false) return;
    this.#takers.set(piece, peer);
    if (taker !== undefined) this.suggest(taker);
  }

  /** Some peer has a piece: it spreads without us. */
  arrived(piece: number): void {
    const taker = this.#takers.get(piece);
    if (taker === undefined) return;
    this.#takers.delete(piece);
    if (taker.offered.delete(piece)) this.suggest(taker);
  }

  /** The peer is served no longer: what it has not got may be suggested to others. */
  release(peer: PeerState): void {
    peer.offered.clear();
    peer.spreadingPiece = undefined;
    for (const [piece, taker] of this.#takers) {
      if (taker !== peer) continue;
      this.#takers.delete(piece);
      this.#renew(piece);
    }
  }

  #next(peer: PeerState): number | undefined {
    const fresh = this.#fresh ?? [];
    for (let piece = fresh.pop(); piece !== undefined; piece = fresh.pop()) {
      const isFresh = this.#table.rarity.availability(piece) === 0 && !this.#takers.has(piece);
      if (isFresh && !peer.has(piece)) return piece;
    }
    return undefined;
  }

  /** Puts a piece at a random place among the fresh ones. */
  #renew(piece: number): void {
    const fresh = this.#fresh;
    if (fresh === undefined || this.#table.rarity.availability(piece) > 0) return;
    const place = Math.floor(this.#context.random() * (fresh.length + 1));
    fresh.push(fresh[place] ?? piece);
    fresh[place] = piece;
  }

  #shuffled(): number[] {
    const pieces: number[] = [];
    this.#fresh = pieces;
    for (let piece = 0; piece < this.#table.geometry.pieceCount; piece++) this.#renew(piece);
    return pieces;
  }
}
