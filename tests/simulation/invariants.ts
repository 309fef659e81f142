/**
 * Watches one swarm machine from outside, by its events and effects alone, and throws as soon as it breaks a rule:
 *
 * - never two requests in flight to the same peer for one block, never more in flight than the peer queues;
 * - requests only to peers that have the piece and unchoked us, or allowed it (BEP 6), never for verified pieces;
 * - nothing is kept that was not requested of that very peer, nothing twice;
 * - uploads only of verified pieces to peers that are not choked;
 * - verified is never cleared, interest matches what is missing, lists stay within their limits.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import type { Block } from "../../shared/geometry.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { ControlMessage } from "../../shared/wire/peer_message.ts";
import type { SwarmMachine } from "../../peer/swarm/machine.ts";
import type { SwarmSettings } from "../../peer/swarm/settings.ts";
import type { SwarmEffect } from "../../peer/swarm/swarm_effect.ts";
import type { PeerKey, SwarmEvent } from "../../peer/swarm/swarm_event.ts";

/** Requests of a peer that did not say how many it queues. */
const DEFAULT_QUEUE_LENGTH = 250;

interface WatchedPeer {
  readonly supportsFast: boolean;
  pieces: Bitfield | undefined;
  readonly early: ControlMessage[];
  queueLength: number;
  isChokingUs: boolean;
  isChokedByUs: boolean;
  areWeInterested: boolean;
  readonly allowedFast: Set<number>;
  readonly inFlight: Set<string>;
  readonly cancelled: Set<string>;
  readonly uploads: Set<string>;
}

/** The rules of one machine. */
export class InvariantWatch {
  readonly #machine: SwarmMachine;
  readonly #settings: SwarmSettings;
  readonly #peers = new Map<PeerKey, WatchedPeer>();
  #info: Info | undefined;
  #verified = new Bitfield(0);
  #wanted = new Bitfield(0);
  #demanded = new Set<number>();
  readonly #kept = new Set<string>();
  /** Whether the block of the event being checked had been requested of its sender. */
  #isArrivalRequested = false;

  /** Watches a machine from its first event on. */
  constructor(machine: SwarmMachine, settings: SwarmSettings) {
    this.#machine = machine;
    this.#settings = settings;
  }

  /** Blocks kept so far and not thrown away again. */
  get keptCount(): number {
    return this.#kept.size;
  }

  /**
   * To be called after every event with what it gave.
   *
   * @param deep compares interest and the view as well, which costs a step for each piece and peer
   * @throws {assert.AssertionError} when a rule is broken
   */
  after(event: SwarmEvent, effects: readonly SwarmEffect[], deep: boolean): void {
    this.#takeIn(event);
    for (const effect of effects) this.#check(effect, event);
    if (deep) this.#compareAll();
  }

  #takeIn(event: SwarmEvent): void {
    switch (event.type) {
      case "peer-connected":
        this.#peers.set(event.peer, {
          supportsFast: event.handshake.supportsFast,
          pieces: this.#info === undefined ? undefined : new Bitfield(this.#info.geometry.pieceCount),
          early: [],
          queueLength: DEFAULT_QUEUE_LENGTH,
          isChokingUs: true,
          isChokedByUs: true,
          areWeInterested: false,
          allowedFast: new Set(),
          inFlight: new Set(),
          cancelled: new Set(),
          uploads: new Set(),
        });
        break;
      case "peer-disconnected":
        this.#peers.delete(event.peer);
        break;
      case "extension-handshake": {
        const peer = this.#peers.get(event.peer);
        const length = event.requestQueueLength;
        if (peer !== undefined && length !== undefined && length > 0) {
          peer.queueLength = Math.max(peer.queueLength, length);
        }
        break;
      }
      case "metadata-known":
        this.#begin(event.info, event.verified.clone(), event.wanted);
        break;
      case "wanted-changed":
        this.#wanted = event.wanted.clone();
        break;
      case "piece-verified":
        this.#verified.set(event.piece);
        break;
      case "piece-failed":
        if (!this.#verified.has(event.piece)) this.#forgetPiece(event.piece);
        break;
      case "blocks-failed":
        for (const index of event.blockIndices) this.#kept.delete(`${event.piece}:${index * 16_384}`);
        break;
      case "block-uploaded":
        this.#peers.get(event.peer)?.uploads.delete(blockKey(event.block));
        break;
      case "block-received": {
        const peer = this.#peers.get(event.peer);
        const wasInFlight = peer?.inFlight.delete(blockKey(event.block)) ?? false;
        const wasCancelled = peer?.cancelled.delete(blockKey(event.block)) ?? false;
        this.#isArrivalRequested = wasInFlight || wasCancelled;
        break;
      }
      case "message-received": {
        const peer = this.#peers.get(event.peer);
        if (peer !== undefined) this.#hear(peer, event.message);
        break;
      }
    }
  }

  #begin(info: Info, verified: Bitfield, wanted: Bitfield | undefined): void {
    this.#info = info;
    this.#verified = verified;
    this.#wanted = wanted?.clone() ?? Bitfield.full(info.geometry.pieceCount);
    for (const peer of this.#peers.values()) {
      peer.pieces = new Bitfield(info.geometry.pieceCount);
      for (const message of peer.early.splice(0)) this.#hear(peer, message);
    }
  }

  #hear(peer: WatchedPeer, message: ControlMessage): void {
    switch (message.type) {
      case "choke":
        peer.isChokingUs = true;
        if (!peer.supportsFast) this.#release(peer);
        break;
      case "unchoke":
        peer.isChokingUs = false;
        break;
      case "reject-request":
        peer.inFlight.delete(blockKey(message));
        peer.cancelled.delete(blockKey(message));
        break;
      case "have":
      case "have-all":
      case "bitfield":
        if (peer.pieces === undefined) peer.early.push(message);
        else this.#hearPieces(peer.pieces, message);
        break;
      case "allowed-fast":
        peer.allowedFast.add(message.piece);
        break;
    }
  }

  /** Takes illegal ones in as far as it can: the machine has let those peers go. */
  #hearPieces(pieces: Bitfield, message: ControlMessage): void {
    if (message.type === "have" && message.piece < pieces.length) pieces.set(message.piece);
    for (let piece = 0; piece < pieces.length; piece++) {
      const bit = message.type === "bitfield" ? (message.bytes[piece >> 3] ?? 0) & (0x80 >> (piece & 7)) : 0;
      if (message.type === "have-all" || bit !== 0) pieces.set(piece);
    }
  }

  #release(peer: WatchedPeer): void {
    peer.inFlight.clear();
    peer.cancelled.clear();
  }

  #forgetPiece(piece: number): void {
    for (const key of this.#kept) if (key.startsWith(`${piece}:`)) this.#kept.delete(key);
  }

  #check(effect: SwarmEffect, event: SwarmEvent): void {
    switch (effect.type) {
      case "disconnect":
        this.#peers.delete(effect.peer);
        break;
      case "request":
        this.#checkRequest(effect.peer, effect.blocks);
        break;
      case "keep-block":
        this.#checkKeep(effect.peer, effect.block, event);
        break;
      case "upload-block": {
        const peer = this.#peer(effect.peer);
        assert(!peer.isChokedByUs, "upload to a peer that is choked");
        assert(this.#verified.has(effect.block.piece), "upload of a piece that is not verified");
        peer.uploads.add(blockKey(effect.block));
        assert(peer.uploads.size <= 2_000, "more uploads queued than we say");
        break;
      }
      case "cancel-upload":
        this.#peer(effect.peer).uploads.delete(blockKey(effect.block));
        break;
      case "send":
        this.#checkSend(this.#peer(effect.peer), effect.message);
        break;
    }
  }

  #checkRequest(key: PeerKey, blocks: readonly Block[]): void {
    const peer = this.#peer(key);
    assert(peer.areWeInterested, "request without having said that we are interested");
    for (const block of blocks) {
      const name = blockKey(block);
      assert(this.#info?.geometry.isBlock(block), `request for ${name}, which is not a block`);
      assert(!peer.inFlight.has(name), `second request in flight to the same peer for ${name}`);
      assert(!peer.isChokingUs || peer.allowedFast.has(block.piece), `request for ${name} while choked`);
      assert(peer.pieces?.has(block.piece), `request for ${name}, which the peer does not have`);
      assert(!this.#verified.has(block.piece), `request for ${name}, which is verified`);
      assert(
        this.#wanted.has(block.piece) || this.#demanded.has(block.piece),
        `request for ${name}, which nobody wants`,
      );
      assert(!this.#kept.has(`${block.piece}:${block.begin}`), `request for ${name}, which is here`);
      peer.inFlight.add(name);
      peer.cancelled.delete(name);
    }
    const limit = Math.min(peer.queueLength, this.#settings.maxRequestsPerPeer);
    assert(peer.inFlight.size <= limit, `${peer.inFlight.size} requests in flight, the peer queues ${limit}`);
  }

  #checkKeep(key: PeerKey, block: Block, event: SwarmEvent): void {
    const name = blockKey(block);
    assert(event.type === "block-received" && event.peer === key, "keep-block without a block");
    assert(blockKey(event.block) === name, "another block kept than came");
    assert(this.#isArrivalRequested, `${name} kept, which was not requested`);
    const place = `${block.piece}:${block.begin}`;
    assert(!this.#kept.has(place), `${name} kept twice`);
    this.#kept.add(place);
  }

  #checkSend(peer: WatchedPeer, message: ControlMessage): void {
    switch (message.type) {
      case "choke":
      case "unchoke":
        assert(peer.isChokedByUs === (message.type === "unchoke"), `${message.type} said twice`);
        peer.isChokedByUs = message.type === "choke";
        break;
      case "interested":
      case "not-interested":
        assert(peer.areWeInterested === (message.type === "not-interested"), `${message.type} said twice`);
        peer.areWeInterested = message.type === "interested";
        break;
      case "cancel":
        assert(peer.inFlight.delete(blockKey(message)), "cancel of what is not in flight");
        peer.cancelled.add(blockKey(message));
        break;
      case "have":
        assert(this.#verified.has(message.piece), "have of a piece that is not verified");
        break;
      case "reject-request":
        assert(peer.supportsFast, "reject to a peer without the fast extension");
        break;
    }
  }

  #compareAll(): void {
    const view = this.#machine.view();
    const { maxPeers, maxCandidates, maxHalfOpen } = this.#settings;
    assert.equal(view.peers.length, this.#peers.size, "peers connected");
    assert(view.peers.length <= maxPeers && view.candidateCount <= maxCandidates && view.halfOpenCount <= maxHalfOpen);
    if (this.#info === undefined) return;
    assert.equal(view.verifiedCount, this.#verified.count, "verified pieces");
    for (const peerView of view.peers) {
      const peer = this.#peer(peerView.peer);
      assert.equal(peerView.requestsInFlight, peer.inFlight.size, "requests in flight");
      assert.equal(peerView.isChokingUs, peer.isChokingUs, "choked by the peer");
      assert.equal(peer.areWeInterested, this.#isInteresting(peer), "interest");
      if (peer.isChokedByUs) assert.equal(peer.uploads.size, 0, "uploads queued for a choked peer");
    }
  }

  #isInteresting(peer: WatchedPeer): boolean {
    for (let piece = 0; piece < this.#verified.length; piece++) {
      const isMissing = !this.#verified.has(piece) && (this.#wanted.has(piece) || this.#demanded.has(piece));
      if (isMissing && peer.pieces?.has(piece) === true) return true;
    }
    return false;
  }

  #peer(key: PeerKey): WatchedPeer {
    const peer = this.#peers.get(key);
    assert(peer !== undefined, `effect for peer ${key}, which is not connected`);
    return peer;
  }

  /** The pieces that demands cover now; to be told before the `demand-moved` event is checked. */
  demand(pieces: Iterable<number>): void {
    this.#demanded = new Set(pieces);
  }
}

function blockKey({ piece, begin, length }: Block): string {
  return `${piece}:${begin}+${length}`;
}
