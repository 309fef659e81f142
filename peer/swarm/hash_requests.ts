/**
 * Which hashes to ask whom for (BEP 52): the missing piece layers of a v2 or hybrid torrent, and the leaves of the first
 * pieces that a player waits for, so that it can be served block by block. Requests that come to us are answered by the
 * storage; here they are only counted.
 * Invariant: a range is asked of one peer at a time, and never again of one that refused or failed it.
 *
 * @module
 */
import { BLOCK_LENGTH, type PieceRange } from "../../shared/geometry.ts";
import { type HashRange, MAX_HASHES } from "../../shared/hash_proof.ts";
import { treeHeight } from "../../shared/merkle.ts";
import type { Info } from "../../shared/metainfo.ts";
import { nextPowerOfTwo } from "../../shared/power_of_two.ts";
import { speaksV2 } from "../../shared/wire/handshake.ts";
import type { DemandWindow } from "./demand_window.ts";
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { PeerKey } from "./swarm_event.ts";

/** Hashes of a piece layer asked for at a time, as BEP 52 advises. */
const HASHES_PER_REQUEST = 512;

/** Pieces under a player whose leaves are fetched: what plays now and next; everything later is checked as a whole. */
const LEAF_PIECES = 4;

/** Requests for hashes in flight to one peer, and ranges waiting overall looked at in one go. */
const MAX_IN_FLIGHT_PER_PEER = 4;

/** A peer that says nothing to a hash request is passed over after this. */
const TIMEOUT_MS = 5_000;

/** Hash requests answered for one peer: so many a second, and so many saved up. */
const ANSWERS_PER_SECOND = 20;
const MAX_ANSWERS_SAVED = 100;

interface Wish {
  readonly key: string;
  readonly range: HashRange;
  /** The piece, for leaves; undefined for a part of a piece layer. */
  readonly piece: number | undefined;
  /** Who is asked now and since when. */
  asked: PeerState | undefined;
  askedAtMs: number;
  readonly refusedBy: Set<PeerKey>;
}

/** A piece layer that is not complete. */
interface MissingLayer {
  /** Parts that have not come. */
  missingCount: number;
  /** The files with this layer: equal files have the same. */
  readonly files: PieceRange[];
}

/** The hash requests of one torrent. */
export class HashRequests {
  readonly #context: SwarmContext;
  readonly #table: PieceTable;
  readonly #demands: DemandWindow;
  readonly #wishes = new Map<string, Wish>();
  /** By pieces root. */
  readonly #layers = new Map<string, MissingLayer>();
  /** Pieces under the players whose leaves are known or being fetched. */
  #leafPieces = new Set<number>();
  readonly #known = new Set<number>();

  /** With `hasLayers` only leaves are ever asked for. */
  constructor(
    context: SwarmContext,
    options: { readonly table: PieceTable; readonly demands: DemandWindow; readonly hasLayers: boolean },
  ) {
    this.#context = context;
    this.#table = options.table;
    this.#demands = options.demands;
    if (!options.hasLayers && this.#table.info.version !== "v1") this.#wishForLayers();
  }

  /** Whether anything is wished for: tells the dispatcher when asking can be skipped. */
  get isIdle(): boolean {
    return this.#wishes.size === 0;
  }

  /** Everything remembered: what is wished for and who refused it, layers, leaves. */
  get size(): number {
    let refusals = 0;
    for (const { refusedBy } of this.#wishes.values()) refusals += refusedBy.size;
    return this.#wishes.size + refusals + this.#layers.size + this.#leafPieces.size + this.#known.size;
  }

  /** Whether the peer could still give a piece layer that is missing. */
  mayHelp(peer: PeerState): boolean {
    if (!speaksV2(peer.handshake, this.#table.info.infoHashV2)) return false;
    for (const wish of this.#wishes.values()) {
      if (wish.piece === undefined && !wish.refusedBy.has(peer.key)) return true;
    }
    return false;
  }

  /** The demands moved: wishes for the leaves under them. */
  demandMoved(): void {
    const { info, blocksPerPiece } = this.#table;
    if (info.version === "v1" || blocksPerPiece < 2 || blocksPerPiece > MAX_HASHES) return;
    const pieces = new Set<number>();
    for (const { piece, rank } of this.#demands.entries) if (rank < LEAF_PIECES) pieces.add(piece);
    for (const piece of this.#leafPieces) {
      if (pieces.has(piece)) continue;
      const wish = this.#wishes.get(leafKey(piece));
      if (wish?.asked === undefined) this.#wishes.delete(leafKey(piece));
      this.#known.delete(piece);
    }
    this.#leafPieces = pieces;
    for (const piece of pieces) this.#wishForLeaves(piece);
    this.ask();
  }

  /** Sends what may be sent now. */
  ask(): void {
    const { nowMs } = this.#context;
    for (const wish of this.#wishes.values()) {
      if (wish.asked !== undefined && nowMs - wish.askedAtMs > TIMEOUT_MS) {
        wish.refusedBy.add(wish.asked.key);
        wish.asked = undefined;
      }
      if (wish.asked !== undefined) continue;
      const peer = this.#bestPeer(wish);
      if (peer === undefined) continue;
      wish.asked = peer;
      wish.askedAtMs = nowMs;
      this.#context.effects.push({ type: "send", peer: peer.key, message: { type: "hash-request", ...wish.range } });
    }
  }

  /** The storage found hashes true. */
  verified(range: HashRange): void {
    const wish = this.#wishes.get(rangeKey(range)) ?? this.#findLeaves(range);
    if (wish === undefined) return;
    this.#wishes.delete(wish.key);
    if (wish.piece !== undefined) this.#known.add(wish.piece);
    else this.#completeLayer(range);
  }

  /** The peer refused (BEP 52 "hash reject") or its hashes were false: the next one is asked. */
  refused(peer: PeerState, range: HashRange): void {
    const wish = this.#wishes.get(rangeKey(range)) ?? this.#findLeaves(range);
    if (wish === undefined || wish.asked !== peer) return;
    wish.refusedBy.add(peer.key);
    wish.asked = undefined;
    this.ask();
  }

  /** A peer is gone. */
  removePeer(peer: PeerState): void {
    for (const wish of this.#wishes.values()) {
      wish.refusedBy.delete(peer.key);
      if (wish.asked === peer) wish.asked = undefined;
    }
  }

  /** Whether a peer asks for leaves among which is that of the block that its last message asked for. */
  isForLastRequest({ justAsked }: PeerState, range: HashRange): boolean {
    if (justAsked === undefined || range.baseLayer !== 0) return false;
    const { info, geometry, blocksPerPiece } = this.#table;
    const fileIndex = fileOfPiece(this.#table, justAsked.piece);
    const piecesRoot = fileIndex === undefined ? undefined : info.files[fileIndex]?.piecesRoot;
    if (fileIndex === undefined || piecesRoot === undefined || rootKey(piecesRoot) !== rootKey(range.piecesRoot)) {
      return false;
    }
    const pieceInFile = justAsked.piece - geometry.filePieces(fileIndex).first;
    const leaf = pieceInFile * blocksPerPiece + Math.floor(justAsked.begin / BLOCK_LENGTH);
    return leaf >= range.index && leaf < range.index + range.length;
  }

  #bestPeer(wish: Wish): PeerState | undefined {
    let best: PeerState | undefined;
    for (const peer of this.#context.peers.values()) {
      if (!speaksV2(peer.handshake, this.#table.info.infoHashV2) || wish.refusedBy.has(peer.key)) continue;
      if (wish.piece !== undefined && !peer.has(wish.piece)) continue;
      if (this.#inFlight(peer) >= MAX_IN_FLIGHT_PER_PEER) continue;
      if (best === undefined || isBetter(peer, best, this.#context.nowMs)) best = peer;
    }
    return best;
  }

  #inFlight(peer: PeerState): number {
    let count = 0;
    for (const wish of this.#wishes.values()) if (wish.asked === peer) count++;
    return count;
  }

  #wishForLayers(): void {
    const { info, geometry, blocksPerPiece } = this.#table;
    const baseLayer = Math.log2(blocksPerPiece);
    for (const [index, file] of info.files.entries()) {
      const { piecesRoot } = file;
      if (piecesRoot === undefined || file.isPad || file.length <= info.pieceLength) continue;
      const pieces = geometry.filePieces(index);
      const layer = this.#layers.get(rootKey(piecesRoot));
      if (layer === undefined) {
        const length = Math.min(HASHES_PER_REQUEST, nextPowerOfTwo(pieces.count));
        const proofLayers = heightOf(file) - baseLayer - 1;
        for (let first = 0; first < pieces.count; first += length) {
          const range = { piecesRoot, baseLayer, index: first, length, proofLayers };
          this.#wish(rangeKey(range), { range, piece: undefined });
        }
        this.#layers.set(rootKey(piecesRoot), { missingCount: Math.ceil(pieces.count / length), files: [pieces] });
      } else {
        layer.files.push(pieces);
      }
      this.#setHashed(pieces, false);
    }
  }

  /** One more part of a layer is here. A layer is of use only as a whole: that is how the storage keeps it. */
  #completeLayer({ piecesRoot }: HashRange): void {
    const layer = this.#layers.get(rootKey(piecesRoot));
    if (layer === undefined || --layer.missingCount > 0) return;
    this.#layers.delete(rootKey(piecesRoot));
    for (const pieces of layer.files) this.#setHashed(pieces, true);
  }

  /** Without SHA-1 hashes a piece can be checked only once its layer is known. */
  #setHashed({ first, count }: PieceRange, isHashed: boolean): void {
    if (this.#table.info.version !== "v2") return;
    for (let piece = first; piece < first + count; piece++) this.#table.setHashed(piece, isHashed);
  }

  #wishForLeaves(piece: number): void {
    if (this.#known.has(piece) || this.#wishes.has(leafKey(piece))) return;
    const { info, geometry, blocksPerPiece } = this.#table;
    const fileIndex = fileOfPiece(this.#table, piece);
    const file = fileIndex === undefined ? undefined : info.files[fileIndex];
    if (fileIndex === undefined || file?.piecesRoot === undefined) return;
    const first = geometry.filePieces(fileIndex).first;
    const height = heightOf(file);
    const length = Math.min(blocksPerPiece, 2 ** height);
    if (length < 2) return;
    const index = (piece - first) * blocksPerPiece;
    // The proof ends at the piece layer where that is known, else it has to go up to the root.
    const proofLayers = this.#layers.has(rootKey(file.piecesRoot)) ? height - 1 : 0;
    const range = { piecesRoot: file.piecesRoot, baseLayer: 0, index, length, proofLayers };
    this.#wish(leafKey(piece), { range, piece });
  }

  #wish(key: string, wish: Pick<Wish, "range" | "piece">): void {
    this.#wishes.set(key, { ...wish, key, asked: undefined, askedAtMs: 0, refusedBy: new Set() });
  }

  #findLeaves(range: HashRange): Wish | undefined {
    const key = rangeKey(range);
    for (const wish of this.#wishes.values()) if (wish.piece !== undefined && rangeKey(wish.range) === key) return wish;
    return undefined;
  }
}

/** Whether one more hash request of the peer may be answered now; counts it if so. */
export function takeHashAnswer(peer: PeerState, nowMs: number): boolean {
  const earned = (nowMs - peer.hashTokensAtMs) * ANSWERS_PER_SECOND / 1000;
  peer.hashTokens = Math.min(MAX_ANSWERS_SAVED, peer.hashTokens + earned);
  peer.hashTokensAtMs = nowMs;
  if (peer.hashTokens < 1) return false;
  peer.hashTokens--;
  return true;
}

function isBetter(one: PeerState, other: PeerState, nowMs: number): boolean {
  return one.expectedNextMs(nowMs) < other.expectedNextMs(nowMs);
}

/** The file that is not padding and that the piece starts in; pieces of v2 torrents belong to one file. */
function fileOfPiece(table: PieceTable, piece: number): number | undefined {
  const offset = table.geometry.pieceOffset(piece);
  for (const span of table.geometry.spans(offset, 1)) {
    if (table.info.files[span.file]?.isPad === false) return span.file;
  }
  return undefined;
}

function heightOf(file: Info["files"][number]): number {
  return treeHeight(Math.ceil(file.length / BLOCK_LENGTH));
}

function leafKey(piece: number): string {
  return `leaves ${piece}`;
}

function rangeKey(range: HashRange): string {
  return `${rootKey(range.piecesRoot)} ${range.baseLayer} ${range.index} ${range.length}`;
}

function rootKey(piecesRoot: Uint8Array): string {
  return piecesRoot.toHex();
}
