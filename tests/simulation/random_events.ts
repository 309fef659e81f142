/**
 * A stream of random events for one swarm machine, legal and illegal ones: peers that lie, repeat themselves, answer what
 * nobody asked, a storage that judges at will, a user who pauses and changes his mind. Everything follows from the seed.
 *
 * @module
 */
import { Bitfield } from "../../shared/bitfield.ts";
import type { Block } from "../../shared/geometry.ts";
import { type PeerId, peerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import type { SwarmEffect } from "../../peer/swarm/swarm_effect.ts";
import type { Demand, PeerKey, SwarmEvent } from "../../peer/swarm/swarm_event.ts";

/** Longest list that the stream remembers of anything, so that it does not grow itself. */
const MAX_REMEMBERED = 400;

interface KnownPeer {
  readonly key: PeerKey;
  /** Blocks it was ever asked for. */
  readonly asked: Block[];
  /** Blocks it is to be sent. */
  readonly uploads: Block[];
  /** Whether it said what it has. */
  hasSpoken: boolean;
  readonly supportsFast: boolean;
}

/** Makes the next event from what the machine did so far. */
export class RandomEvents {
  readonly #info: Info;
  readonly #random: () => number;
  readonly #ownPeerId: PeerId;
  readonly #peers = new Map<PeerKey, KnownPeer>();
  readonly #dialled: { readonly host: string; readonly port: number }[] = [];
  readonly #received = new Map<number, Set<number>>();
  #nextKey = 1;
  #hasMetadata = false;
  /** The moment of the next event. */
  nowMs = 0;
  /** The pieces under the demands of the last `demand-moved`. */
  demandedPieces: readonly number[] = [];

  /** Events for a machine of this torrent and id. */
  constructor(options: { readonly info: Info; readonly random: () => number; readonly ownPeerId: PeerId }) {
    this.#info = options.info;
    this.#random = options.random;
    this.#ownPeerId = options.ownPeerId;
  }

  /** The next event; moves `nowMs`. */
  next(): SwarmEvent {
    this.nowMs += this.#chance(0.02) ? this.#below(15_000) : this.#random() * 40;
    const peer = this.#anyPeer();
    const dice = this.#random();
    if (!this.#hasMetadata && dice < 0.02) return this.#metadata();
    if (peer === undefined && this.#hasMetadata && dice < 0.5) return this.#ownEvent();
    if (dice < 0.03 || peer === undefined) return this.#aboutCandidates();
    if (dice < 0.035) return this.#disconnected(peer);
    // What nobody asked for ends the connection of whoever speaks the fast extension: seldom, so that they live.
    if (dice < 0.45 && (peer.asked.length > 0 || this.#chance(0.01))) {
      return { type: "block-received", peer: peer.key, block: this.#arrivingBlock(peer) };
    }
    if (dice < 0.5) return { type: "block-uploaded", peer: peer.key, block: this.#uploadedBlock(peer) };
    if (dice < 0.8) return { type: "message-received", peer: peer.key, message: this.#message(peer) };
    if (dice < 0.82) {
      return {
        type: "extension-handshake",
        peer: peer.key,
        isUploadOnly: this.#chance(0.1),
        requestQueueLength: this.#below(600),
        listenEndpoint: this.#endpoint(),
      };
    }
    return this.#hasMetadata ? this.#ownEvent() : { type: "tick" };
  }

  /** What the machine answered. */
  answered(event: SwarmEvent, effects: readonly SwarmEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "dial":
          remember(this.#dialled, effect.endpoint);
          break;
        case "disconnect":
          this.#peers.delete(effect.peer);
          break;
        case "request":
          for (const block of effect.blocks) remember(this.#peers.get(effect.peer)?.asked ?? [], block);
          break;
        case "upload-block":
          remember(this.#peers.get(effect.peer)?.uploads ?? [], effect.block);
          break;
        case "keep-block":
          this.#keep(effect.block);
          break;
      }
    }
    if (event.type === "piece-failed" || event.type === "piece-verified") this.#received.delete(event.piece);
    if (event.type === "blocks-failed") {
      for (const index of event.blockIndices) this.#received.get(event.piece)?.delete(index);
    }
  }

  #keep(block: Block): void {
    const blocks = this.#received.get(block.piece) ?? new Set();
    this.#received.set(block.piece, blocks.add(this.#info.geometry.blockIndex(block)));
  }

  #metadata(): SwarmEvent {
    this.#hasMetadata = true;
    const { pieceCount } = this.#info.geometry;
    const verified = this.#chance(0.2) ? Bitfield.full(pieceCount) : new Bitfield(pieceCount);
    for (let count = this.#below(5); count > 0; count--) verified.set(this.#below(verified.length));
    return { type: "metadata-known", info: this.#info, verified, hasLayers: this.#chance(0.5) };
  }

  #aboutCandidates(): SwarmEvent {
    const endpoint = this.#dialled.length > 0 && this.#chance(0.7)
      ? this.#dialled[this.#below(this.#dialled.length)] ?? this.#endpoint()
      : this.#endpoint();
    const dice = this.#random();
    if (dice < 0.2) {
      const candidates = Array.from({ length: this.#below(20) }, () => this.#endpoint());
      return { type: "candidates-found", candidates, source: "tracker" };
    }
    if (dice < 0.4) return { type: "dial-failed", endpoint };
    const key = this.#nextKey++;
    const supportsFast = this.#chance(0.7);
    this.#peers.set(key, { key, asked: [], uploads: [], hasSpoken: false, supportsFast });
    const handshake = {
      infoHash: this.#info.infoHash,
      peerId: this.#chance(0.02) ? this.#ownPeerId : peerId(new Uint8Array(20).fill(this.#below(100), this.#below(10))),
      supportsFast,
      supportsExtensions: true,
      supportsDht: false,
      supportsV2: this.#chance(0.5),
    };
    return { type: "peer-connected", peer: key, endpoint, isOutgoing: this.#chance(0.5), handshake };
  }

  #disconnected(peer: KnownPeer): SwarmEvent {
    this.#peers.delete(peer.key);
    return { type: "peer-disconnected", peer: peer.key, reason: "by chance" };
  }

  #message(peer: KnownPeer): ControlMessage {
    if (!peer.hasSpoken && this.#chance(0.6)) return this.#firstWord(peer);
    const dice = this.#random();
    const range = this.#range();
    if (dice < 0.08) return { type: this.#chance(0.3) ? "choke" : "unchoke" };
    if (dice < 0.16) return { type: this.#chance(0.3) ? "not-interested" : "interested" };
    if (dice < 0.45) return { type: "have", piece: this.#piece() };
    if (dice < 0.65) return { type: "request", ...range };
    if (dice < 0.75) return { type: "cancel", ...(peer.uploads[this.#below(peer.uploads.length)] ?? range) };
    // The rest of them are legal only with the fast extension (BEP 6).
    if (!peer.supportsFast && this.#chance(0.99)) return { type: "have", piece: this.#piece() };
    if (dice < 0.85) return { type: "reject-request", ...this.#arrivingBlock(peer) };
    if (dice < 0.88) return { type: "allowed-fast", piece: this.#piece() };
    if (dice < 0.91) return { type: "suggest-piece", piece: this.#piece() };
    // Legal only as the first word about pieces.
    if (!peer.hasSpoken || this.#chance(0.01)) return this.#firstWord(peer);
    if (dice < 0.98) return { type: "unknown", id: 99 };
    const piecesRoot = new Uint8Array(32).fill(this.#below(3));
    return { type: "hash-reject", piecesRoot, baseLayer: 0, index: 0, length: 4, proofLayers: this.#below(4) };
  }

  #firstWord(peer: KnownPeer): ControlMessage {
    peer.hasSpoken = true;
    if (peer.supportsFast && this.#chance(0.3)) return { type: this.#chance(0.5) ? "have-all" : "have-none" };
    return { type: "bitfield", bytes: this.#bitfield() };
  }

  #bitfield(): Uint8Array {
    const { pieceCount } = this.#info.geometry;
    if (this.#chance(0.05)) return new Uint8Array(this.#below(20)).fill(255);
    const pieces = new Bitfield(pieceCount);
    for (let piece = 0; piece < pieceCount; piece++) if (this.#chance(0.5)) pieces.set(piece);
    return pieces.toBytes();
  }

  #ownEvent(): SwarmEvent {
    const dice = this.#random();
    if (dice < 0.4) return this.#verdict();
    if (dice < 0.5) return this.#demand();
    if (dice < 0.52) {
      const wanted = new Bitfield(this.#info.geometry.pieceCount);
      for (let piece = 0; piece < wanted.length; piece++) if (this.#chance(0.7)) wanted.set(piece);
      return { type: "wanted-changed", wanted };
    }
    if (dice < 0.525) return { type: "paused" };
    if (dice < 0.56) return { type: "resumed" };
    if (dice < 0.565) return { type: "tracker-switched" };
    if (dice < 0.57) return { type: "storage-full" };
    if (dice < 0.62) return { type: "storage-ready" };
    return { type: "tick" };
  }

  #verdict(): SwarmEvent {
    const { geometry } = this.#info;
    const pieces = [...this.#received.keys()];
    const piece = pieces[this.#below(pieces.length)] ?? this.#below(geometry.pieceCount);
    const blocks = [...(this.#received.get(piece) ?? [])];
    const isFull = blocks.length === geometry.blockCount(piece);
    const digests = Array.from({ length: geometry.blockCount(piece) }, () => this.#chance(0.98) ? "right" : "wrong");
    if (this.#chance(0.3) && blocks.length > 0) {
      const blockIndices = blocks.slice(0, 1 + this.#below(2));
      return { type: this.#chance(0.95) ? "blocks-verified" : "blocks-failed", piece, blockIndices };
    }
    if (isFull || this.#chance(0.01)) {
      return { type: this.#chance(0.9) ? "piece-verified" : "piece-failed", piece, digests };
    }
    return { type: "tick" };
  }

  #demand(): SwarmEvent {
    const { geometry } = this.#info;
    const demands: Demand[] = [];
    const pieces: number[] = [];
    for (let id = this.#below(3); id > 0; id--) {
      const start = this.#below(geometry.length);
      const end = start + this.#below(1_000_000) - 50_000;
      demands.push({ id, start, end, rateBytesPerSecond: this.#below(1_000_000) });
      for (let piece = 0; piece < geometry.pieceCount; piece++) {
        const offset = geometry.pieceOffset(piece);
        const isInside = offset < Math.min(end, geometry.length) && offset + geometry.pieceSize(piece) > start;
        if (end > start && isInside) pieces.push(piece);
      }
    }
    this.demandedPieces = pieces;
    return { type: "demand-moved", demands };
  }

  #arrivingBlock(peer: KnownPeer): Block {
    const asked = peer.asked[this.#chance(0.8) ? 0 : this.#below(peer.asked.length)];
    if (asked === undefined || this.#chance(0.002)) return this.#range();
    peer.asked.splice(peer.asked.indexOf(asked), 1);
    return asked;
  }

  #uploadedBlock(peer: KnownPeer): Block {
    return peer.uploads.shift() ?? this.#range();
  }

  #range(): Block {
    const piece = this.#piece();
    if (this.#chance(0.002)) return { piece, begin: this.#below(2 ** 31), length: this.#below(2 ** 20) };
    const blockIndex = piece >= this.#info.geometry.pieceCount - 1 ? 0 : this.#below(4);
    return { piece, begin: blockIndex * 16_384, length: this.#chance(0.9) ? 16_384 : 1 + this.#below(16_384) };
  }

  #endpoint(): { readonly host: string; readonly port: number } {
    return { host: `10.0.0.${this.#below(40)}`, port: this.#chance(0.05) ? 0 : 6_881 };
  }

  /** Mostly one that exists. */
  #piece(): number {
    const { pieceCount } = this.#info.geometry;
    return this.#chance(0.9995) ? this.#below(pieceCount) : pieceCount + this.#below(2 ** 31);
  }

  #anyPeer(): KnownPeer | undefined {
    if (this.#peers.size === 0) return undefined;
    return [...this.#peers.values()][this.#below(this.#peers.size)];
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
}

function remember<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > MAX_REMEMBERED) list.shift();
}
