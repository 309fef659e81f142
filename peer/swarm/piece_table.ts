/**
 * The state of every piece of one torrent: verified, wanted, demanded, started, being verified; how rare it is; and for
 * each peer how many pieces it has that we could use. All transitions go through one function, so that the counts and
 * the rarity order always agree with the flags.
 * Invariant: `verified` is never cleared; a piece is in the rarity order exactly when it could be started now.
 *
 * @module
 */
import type { Bitfield } from "../../shared/bitfield.ts";
import { type Block, BLOCK_LENGTH, type Geometry } from "../../shared/geometry.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { PeerState } from "./peer_state.ts";
import { RarityOrder } from "./rarity_order.ts";
import { StartedPiece } from "./started_piece.ts";
import type { PeerKey } from "./swarm_event.ts";

const VERIFIED = 1;
const WANTED = 2;
const DEMANDED = 4;
const STARTED = 8;
const VERIFYING = 16;
/** Its hash is not known yet (v2-only torrent without its piece layers): what came could not be checked. */
const UNHASHED = 32;
/** It failed once. */
const FAILED = 64;

/** All pieces of one torrent. */
export class PieceTable {
  readonly info: Info;
  readonly geometry: Geometry;
  readonly blocksPerPiece: number;
  /** Pieces being fetched, oldest first. */
  readonly started: Map<number, StartedPiece> = new Map();
  /** Started pieces with blocks nobody is asked for. */
  readonly open: Set<StartedPiece> = new Set();
  /** Pieces whose blocks are all here, being hashed. */
  readonly verifying: Map<number, StartedPiece> = new Map();
  readonly rarity: RarityOrder;
  /** Set when some peer's `interestingCount` changed; cleared by whoever sends the interest. */
  isInterestStale = false;

  /** Peers whose pieces are not counted, for they have them all. */
  completePeerCount = 0;

  readonly #flags: Uint8Array;
  readonly #peers: ReadonlyMap<PeerKey, PeerState>;
  readonly #verified: Bitfield;
  #missingCount = 0;
  #missingWantedCount = 0;

  /** `verified` becomes the table's own; every piece that `wanted` holds (all when undefined) is wanted. */
  constructor(
    info: Info,
    options: {
      readonly peers: ReadonlyMap<PeerKey, PeerState>;
      readonly verified: Bitfield;
      readonly wanted: Bitfield | undefined;
    },
  ) {
    const { pieceCount, pieceLength } = info.geometry;
    this.info = info;
    this.geometry = info.geometry;
    this.blocksPerPiece = Math.ceil(pieceLength / BLOCK_LENGTH);
    this.#peers = options.peers;
    this.#verified = options.verified;
    this.#flags = new Uint8Array(pieceCount);
    this.rarity = new RarityOrder(pieceCount);
    for (let piece = 0; piece < pieceCount; piece++) {
      const isWanted = options.wanted === undefined || options.wanted.has(piece);
      this.#become(piece, (options.verified.has(piece) ? VERIFIED : 0) | (isWanted ? WANTED : 0));
    }
  }

  /** What is verified. Read only: it is the table's. */
  get verified(): Bitfield {
    return this.#verified;
  }

  /** Pieces that are wanted or demanded and not verified. */
  get missingCount(): number {
    return this.#missingCount;
  }

  /** Whether every wanted piece is verified. */
  get isComplete(): boolean {
    return this.#missingWantedCount === 0;
  }

  /** The number of a block in the whole torrent. */
  blockKey(block: Block): number {
    return block.piece * this.blocksPerPiece + Math.floor(block.begin / BLOCK_LENGTH);
  }

  /** The piece of a block number. */
  pieceOfKey(key: number): number {
    return Math.floor(key / this.blocksPerPiece);
  }

  /** Whether there is such a piece. */
  isPiece(piece: number): boolean {
    return Number.isInteger(piece) && piece >= 0 && piece < this.#flags.length;
  }

  /** Whether the piece is right and on disk. */
  isVerified(piece: number): boolean {
    return (this.#flag(piece) & VERIFIED) !== 0;
  }

  /** Whether some demand's window holds the piece. */
  isDemanded(piece: number): boolean {
    return (this.#flag(piece) & DEMANDED) !== 0;
  }

  /** Whether the piece is wanted or demanded, and not verified. */
  isMissing(piece: number): boolean {
    return isMissing(this.#flag(piece));
  }

  /** Whether blocks of the piece may be requested now: missing, not being hashed, and its hash is known. */
  isFetchable(piece: number): boolean {
    const flags = this.#flag(piece);
    return isMissing(flags) && (flags & (VERIFYING | UNHASHED)) === 0;
  }

  /** Changes whether the user wants the piece. */
  setWanted(piece: number, isWanted: boolean): void {
    this.#set(piece, WANTED, isWanted);
  }

  /** Changes whether a player wants the piece; then every peer may work on it. */
  setDemanded(piece: number, isDemanded: boolean): void {
    this.#set(piece, DEMANDED, isDemanded);
    const started = this.started.get(piece);
    if (isDemanded && started !== undefined && !started.isExclusive) this.disown(started);
  }

  /** Changes whether the hash of the piece is known. */
  setHashed(piece: number, isHashed: boolean): void {
    this.#set(piece, UNHASHED, !isHashed);
  }

  /** The piece as started, newly if it was not. Only for a piece that is fetchable. */
  start(piece: number): StartedPiece {
    const found = this.started.get(piece);
    if (found !== undefined) return found;
    const started = new StartedPiece(piece, {
      blockCount: this.geometry.blockCount(piece),
      isExclusive: (this.#flag(piece) & FAILED) !== 0,
    });
    this.started.set(piece, started);
    this.open.add(started);
    this.#set(piece, STARTED, true);
    return started;
  }

  /** Makes one peer the only one that is asked for the piece. */
  own(started: StartedPiece, owner: PeerState): void {
    started.owner = owner;
    owner.ownPieces.add(started);
  }

  /** Lets everybody work on the piece. */
  disown(started: StartedPiece): void {
    started.owner?.ownPieces.delete(started);
    started.owner = undefined;
  }

  /** Keeps `open` in step after blocks of a started piece were requested or became free. */
  reopen(started: StartedPiece): void {
    if (started.freeCount > 0) this.open.add(started);
    else this.open.delete(started);
  }

  /** Every block of the piece is here: it is with the storage now. */
  beginVerifying(started: StartedPiece): void {
    this.disown(started);
    this.started.delete(started.piece);
    this.open.delete(started);
    this.verifying.set(started.piece, started);
    this.#become(started.piece, this.#flag(started.piece) & ~STARTED | VERIFYING);
  }

  /** A block of a piece that was complete turned out wrong: it is fetched again. */
  endVerifying(started: StartedPiece): void {
    this.verifying.delete(started.piece);
    this.started.set(started.piece, started);
    this.reopen(started);
    this.#become(started.piece, this.#flag(started.piece) & ~VERIFYING | STARTED);
  }

  /** The piece is right: true when that is news. All its open requests must have been taken back. */
  verify(piece: number): boolean {
    if (this.isVerified(piece)) return false;
    this.#verified.set(piece);
    this.#forget(piece);
    this.#become(piece, this.#flag(piece) & ~(STARTED | VERIFYING | FAILED) | VERIFIED);
    return true;
  }

  /** The piece is wrong as a whole: all of it is fetched again. All its open requests must have been taken back. */
  fail(piece: number): void {
    this.#forget(piece);
    this.#become(piece, this.#flag(piece) & ~(STARTED | VERIFYING) | FAILED);
  }

  /** Takes a peer's pieces in: `pieces` was just set. A complete peer changes no piece's rank and is not counted. */
  addPeer(peer: PeerState): void {
    const { pieces } = peer;
    if (pieces === undefined) return;
    peer.isCounted = !pieces.isComplete;
    if (!peer.isCounted) this.completePeerCount++;
    for (let piece = 0; piece < this.#flags.length; piece++) {
      if (pieces.has(piece)) this.#addPeerPiece(peer, piece);
    }
  }

  /** A peer has one more piece. */
  addPeerPiece(peer: PeerState, piece: number): void {
    if (peer.pieces?.set(piece) === true) this.#addPeerPiece(peer, piece);
  }

  /** A peer has gone. */
  removePeer(peer: PeerState): void {
    for (const started of [...peer.ownPieces]) this.disown(started);
    const { pieces } = peer;
    if (pieces === undefined) return;
    if (!peer.isCounted) {
      this.completePeerCount--;
      return;
    }
    for (let piece = 0; piece < this.#flags.length; piece++) {
      if (pieces.has(piece)) this.rarity.lower(piece);
    }
  }

  #addPeerPiece(peer: PeerState, piece: number): void {
    if (peer.isCounted) this.rarity.raise(piece);
    const flags = this.#flag(piece);
    if (isMissing(flags)) peer.interestingCount++;
    if (isPickable(flags)) peer.pickableCount++;
  }

  #flag(piece: number): number {
    return this.#flags[piece] ?? 0;
  }

  #set(piece: number, flag: number, isSet: boolean): void {
    const flags = this.#flag(piece);
    this.#become(piece, isSet ? flags | flag : flags & ~flag);
  }

  #forget(piece: number): void {
    const started = this.started.get(piece);
    if (started !== undefined) {
      this.disown(started);
      this.open.delete(started);
    }
    this.started.delete(piece);
    this.verifying.delete(piece);
  }

  /** The one place where flags change. */
  #become(piece: number, flags: number): void {
    const before = this.#flag(piece);
    this.#flags[piece] = flags;
    const missingChange = Number(isMissing(flags)) - Number(isMissing(before));
    const pickableChange = Number(isPickable(flags)) - Number(isPickable(before));
    this.#missingCount += missingChange;
    this.#missingWantedCount += Number(isMissingWanted(flags)) - Number(isMissingWanted(before));
    if (pickableChange > 0) this.rarity.insert(piece);
    else if (pickableChange < 0) this.rarity.remove(piece);
    if (missingChange === 0 && pickableChange === 0) return;
    if (missingChange !== 0) this.isInterestStale = true;
    for (const peer of this.#peers.values()) {
      if (!peer.has(piece)) continue;
      peer.interestingCount += missingChange;
      peer.pickableCount += pickableChange;
    }
  }
}

function isMissing(flags: number): boolean {
  return (flags & VERIFIED) === 0 && (flags & (WANTED | DEMANDED)) !== 0;
}

function isMissingWanted(flags: number): boolean {
  return (flags & (VERIFIED | WANTED)) === WANTED;
}

/** Demanded pieces are chosen by deadline, never by rarity, so they are not in the order. */
function isPickable(flags: number): boolean {
  return (flags & (VERIFIED | WANTED | DEMANDED | STARTED | VERIFYING | UNHASHED)) === WANTED;
}
