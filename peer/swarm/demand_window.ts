/**
 * What players want, as pieces with deadlines: a byte at `offset` of a demand is due `(offset − start) / rate` after the
 * demand came to stand at `start`. A reader that does not move on keeps its deadlines, so what it waits for gets late.
 * Invariant: exactly the pieces in `entries` are flagged as demanded in the table, at most
 * {@link MAX_PIECES_PER_DEMAND} a demand.
 *
 * @module
 */
import { type Block, BLOCK_LENGTH } from "../../shared/geometry.ts";
import type { PieceTable } from "./piece_table.ts";
import type { Demand } from "./swarm_event.ts";

/** Pieces of one demand that are fetched in order; what lies beyond is fetched rarest first until the reader is nearer. */
const MAX_PIECES_PER_DEMAND = 256;

/** Blocks that a player waits for after a seek: browsers read 32 KiB at a time, and a few of those until they play. */
const FIRST_BLOCKS = 8;

/** One piece that a player wants. */
export interface DemandedPiece {
  readonly piece: number;
  readonly deadlineMs: number;
  /** The first block that is wanted; those before it come after the others. */
  readonly firstBlock: number;
  /** Pieces of the same demand before it. */
  readonly rank: number;
}

/** All demands of one torrent, merged by deadline. */
export class DemandWindow {
  readonly #table: PieceTable;
  /** Where each demand stands and since when. */
  #stands = new Map<number, { readonly start: number; readonly sinceMs: number }>();
  #entries: DemandedPiece[] = [];
  /** The first missing piece of each demand, and the block in it where a player waits. */
  #firstPieces: ReadonlyMap<number, number> = new Map();
  #isNew = false;
  #rateBytesPerSecond = 0;

  /** No demands. */
  constructor(table: PieceTable) {
    this.#table = table;
  }

  /** Missing pieces, earliest deadline first; verified ones may be among them and are dropped by {@link prune}. */
  get entries(): readonly DemandedPiece[] {
    return this.#entries;
  }

  /** What all players together take. */
  get rateBytesPerSecond(): number {
    return this.#rateBytesPerSecond;
  }

  /**
   * Whether the last move brought a start or a seek: a demand at a place where none stood before. A seek into what the
   * demand before it already reached ahead to is one too, for there the place was due much later; and so is the end of
   * one of several demands, for a player that seeks asks for the new place before it lets go of the old one.
   */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** Whether a player waits for this block, or for one just before it. */
  isFirst({ piece, begin }: Block): boolean {
    const firstBlock = this.#firstPieces.get(piece);
    const ahead = begin / BLOCK_LENGTH - (firstBlock ?? Infinity);
    return ahead >= 0 && ahead < FIRST_BLOCKS;
  }

  /** Takes over the demands there are now. */
  move(demands: readonly Demand[], nowMs: number): void {
    const stands = new Map<number, { start: number; sinceMs: number }>();
    const byPiece = new Map<number, DemandedPiece>();
    const firstPieces = new Map<number, number>();
    let isNew = false;
    for (const demand of demands) {
      const before = this.#stands.get(demand.id);
      const sinceMs = before !== undefined && before.start === demand.start ? before.sinceMs : nowMs;
      stands.set(demand.id, { start: demand.start, sinceMs });
      for (const entry of this.#piecesOf(demand, sinceMs)) {
        if (entry.rank === 0) {
          firstPieces.set(entry.piece, Math.min(entry.firstBlock, firstPieces.get(entry.piece) ?? Infinity));
          const isAhead = before !== undefined && this.#table.isDemanded(entry.piece);
          if (!isAhead && !this.#firstPieces.has(entry.piece)) isNew = true;
        }
        const other = byPiece.get(entry.piece);
        if (other === undefined || entry.deadlineMs < other.deadlineMs) byPiece.set(entry.piece, entry);
      }
    }
    for (const { piece } of this.#entries) {
      if (!byPiece.has(piece)) this.#table.setDemanded(piece, false);
    }
    for (const piece of byPiece.keys()) this.#table.setDemanded(piece, true);
    if (stands.size > 0 && this.#stands.keys().some((id) => !stands.has(id))) isNew = true;
    this.#stands = stands;
    this.#rateBytesPerSecond = demands.reduce((sum, demand) => sum + demand.rateBytesPerSecond, 0);
    this.#firstPieces = firstPieces;
    this.#isNew = isNew;
    this.#entries = [...byPiece.values()].sort((one, other) => one.deadlineMs - other.deadlineMs);
  }

  /** A demanded piece was verified. */
  prune(): void {
    const missing = this.#entries.filter(({ piece }) => this.#table.isMissing(piece));
    for (const { piece } of this.#entries) {
      if (!this.#table.isMissing(piece)) this.#table.setDemanded(piece, false);
    }
    this.#entries = missing;
  }

  #piecesOf(demand: Demand, sinceMs: number): DemandedPiece[] {
    const { geometry } = this.#table;
    const start = Math.max(0, demand.start);
    const end = Math.min(geometry.length, demand.end);
    const pieces: DemandedPiece[] = [];
    if (!(start < end)) return pieces;
    const last = Math.min(geometry.pieceAt(end - 1), geometry.pieceCount - 1);
    const bytesPerMs = Math.max(1, demand.rateBytesPerSecond) / 1000;
    for (let piece = geometry.pieceAt(start); piece <= last && pieces.length < MAX_PIECES_PER_DEMAND; piece++) {
      if (this.#table.isVerified(piece)) continue;
      const offset = Math.max(start, geometry.pieceOffset(piece));
      const firstBlock = Math.floor((offset - geometry.pieceOffset(piece)) / BLOCK_LENGTH);
      pieces.push({ piece, deadlineMs: sinceMs + (offset - start) / bytesPerMs, firstBlock, rank: pieces.length });
    }
    return pieces;
  }
}
