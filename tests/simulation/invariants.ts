/**
 * Watches one swarm machine from outside, by its events and effects alone, and throws as soon as it breaks a rule:
 *
 * - never two requests in flight to the same peer for one block, never more in flight than the peer queues;
 * - requests only to peers that have the piece and unchoked us, or allowed it (BEP 6), never for verified pieces;
 * - nothing is kept that was not requested of that very peer, nothing twice;
 * - uploads only of verified pieces to peers that are not choked, or are allowed them (BEP 6);
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
import { type InterestingPeer, InterestWatch } from "./interest_watch.ts";
import { must } from "./must.ts";

/** Requests of a peer that did not say how many it queues. */
const DEFAULT_QUEUE_LENGTH = 250;

interface WatchedPeer extends InterestingPeer {
  readonly supportsFast: boolean;
  readonly early: ControlMessage[];
  queueLength: number;
  isChokingUs: boolean;
  isChokedByUs: boolean;
  readonly allowedFast: Set<number>;
  /** Pieces that we let it have while it is choked (BEP 6). */
  readonly allowedByUs: Set<number>;
  readonly inFlight: Set<number>;
  readonly cancelled: Set<number>;
  readonly uploads: Set<number>;
}

/** The rules of one machine. */
export class InvariantWatch {
  readonly #machine: SwarmMachine;
  readonly #settings: SwarmSettings;
  readonly #peers = new Map<PeerKey, WatchedPeer>();
  #info: Info | undefined;
  readonly #interest = new InterestWatch(this.#peers);
  /** Offsets of blocks in piece space. */
  readonly #kept = new Set<number>();
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
   * @param deep compares the view as well, and interest from scratch, which costs a step for each piece and peer
   * @throws {assert.AssertionError} when a rule is broken
   */
  after(event: SwarmEvent, effects: readonly SwarmEffect[], deep: boolean): void {
    this.#takeIn(event);
    for (const effect of effects) this.#check(effect, event);
    this.#interest.check();
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
          allowedByUs: new Set(),
          inFlight: new Set(),
          cancelled: new Set(),
          uploads: new Set(),
          interestingCount: 0,
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
        this.#interest.want(event.wanted.clone());
        break;
      case "demand-moved":
        this.#interest.recount();
        break;
      case "piece-verified":
        this.#interest.verify(event.piece);
        break;
      case "piece-failed":
        if (!this.#interest.verified.has(event.piece)) this.#forgetPiece(event.piece);
        break;
      case "blocks-failed":
        for (const index of event.blockIndices) {
          this.#kept.delete(this.#offset({ piece: event.piece, begin: index * 16_384 }));
        }
        break;
      case "block-uploaded":
        this.#peers.get(event.peer)?.uploads.delete(this.#key(event.block));
        break;
      case "block-received": {
        const peer = this.#peers.get(event.peer);
        const wasInFlight = peer?.inFlight.delete(this.#key(event.block)) ?? false;
        const wasCancelled = peer?.cancelled.delete(this.#key(event.block)) ?? false;
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
    this.#interest.begin(verified, wanted?.clone() ?? Bitfield.full(info.geometry.pieceCount));
    for (const peer of this.#peers.values()) {
      peer.pieces = new Bitfield(info.geometry.pieceCount);
      for (const message of peer.early.splice(0)) this.#hear(peer, message);
    }
    this.#interest.recount();
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
        peer.inFlight.delete(this.#key(message));
        peer.cancelled.delete(this.#key(message));
        break;
      case "have":
      case "have-all":
      case "bitfield":
        if (peer.pieces === undefined) peer.early.push(message);
        else this.#interest.hear(peer, message);
        break;
      case "allowed-fast":
        peer.allowedFast.add(message.piece);
        break;
    }
  }

  #release(peer: WatchedPeer): void {
    peer.inFlight.clear();
    peer.cancelled.clear();
  }

  #forgetPiece(piece: number): void {
    const { pieceLength = 0 } = this.#info ?? {};
    for (let begin = 0; begin < pieceLength; begin += 16_384) this.#kept.delete(this.#offset({ piece, begin }));
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
        must(!peer.isChokedByUs || peer.allowedByUs.has(effect.block.piece), "upload to a peer that is choked");
        must(this.#interest.verified.has(effect.block.piece), "upload of a piece that is not verified");
        peer.uploads.add(this.#key(effect.block));
        must(peer.uploads.size <= 2_000, "more uploads queued than we say");
        break;
      }
      case "cancel-upload":
        this.#peer(effect.peer).uploads.delete(this.#key(effect.block));
        break;
      case "send":
        this.#checkSend(this.#peer(effect.peer), effect.message);
        break;
    }
  }

  #checkRequest(key: PeerKey, blocks: readonly Block[]): void {
    const peer = this.#peer(key);
    must(peer.areWeInterested, "request without having said that we are interested");
    for (const block of blocks) {
      const key = this.#key(block);
      const name = () => `piece ${block.piece}, ${block.length} bytes at ${block.begin}`;
      must(this.#info?.geometry.isBlock(block), () => `request for ${name()}, which is not a block`);
      must(!peer.inFlight.has(key), () => `second request in flight to the same peer for ${name()}`);
      must(!peer.isChokingUs || peer.allowedFast.has(block.piece), () => `request for ${name()} while choked`);
      must(peer.pieces?.has(block.piece), () => `request for ${name()}, which the peer does not have`);
      must(!this.#interest.verified.has(block.piece), () => `request for ${name()}, which is verified`);
      must(
        this.#interest.isWanted(block.piece),
        () => `request for ${name()}, which nobody wants`,
      );
      must(!this.#kept.has(this.#offset(block)), () => `request for ${name()}, which is here`);
      peer.inFlight.add(key);
      peer.cancelled.delete(key);
    }
    const limit = Math.min(peer.queueLength, this.#settings.maxRequestsPerPeer);
    must(peer.inFlight.size <= limit, () => `${peer.inFlight.size} requests in flight, the peer queues ${limit}`);
  }

  #checkKeep(key: PeerKey, block: Block, event: SwarmEvent): void {
    const name = () => `piece ${block.piece}, ${block.length} bytes at ${block.begin}`;
    must(event.type === "block-received" && event.peer === key, "keep-block without a block");
    must(this.#key(event.block) === this.#key(block), "another block kept than came");
    must(this.#isArrivalRequested, () => `${name()} kept, which was not requested`);
    const place = this.#offset(block);
    must(!this.#kept.has(place), () => `${name()} kept twice`);
    this.#kept.add(place);
  }

  #checkSend(peer: WatchedPeer, message: ControlMessage): void {
    switch (message.type) {
      case "choke":
      case "unchoke":
        must(peer.isChokedByUs === (message.type === "unchoke"), () => `${message.type} said twice`);
        peer.isChokedByUs = message.type === "choke";
        break;
      case "interested":
      case "not-interested":
        must(peer.areWeInterested === (message.type === "not-interested"), () => `${message.type} said twice`);
        peer.areWeInterested = message.type === "interested";
        break;
      case "cancel":
        must(peer.inFlight.delete(this.#key(message)), "cancel of what is not in flight");
        peer.cancelled.add(this.#key(message));
        break;
      case "have":
        must(this.#interest.verified.has(message.piece), "have of a piece that is not verified");
        break;
      case "suggest-piece":
        must(peer.supportsFast, "suggestion to a peer without the fast extension");
        must(this.#interest.verified.has(message.piece), "suggestion of a piece that is not verified");
        must(peer.pieces?.has(message.piece) === false, "suggestion of a piece that the peer has");
        break;
      case "allowed-fast":
        must(peer.supportsFast && peer.isChokedByUs, "an allowance for a peer that has no use for it");
        peer.allowedByUs.add(message.piece);
        break;
      case "reject-request":
        must(peer.supportsFast, "reject to a peer without the fast extension");
        break;
    }
  }

  #compareAll(): void {
    const view = this.#machine.view();
    const { maxPeers, maxCandidates, maxHalfOpen } = this.#settings;
    assert.equal(view.peers.length, this.#peers.size, "peers connected");
    const isWithinLimits = view.peers.length <= maxPeers && view.candidateCount <= maxCandidates &&
      view.halfOpenCount <= maxHalfOpen;
    must(isWithinLimits, "more peers, candidates or dials than the settings allow");
    if (this.#info === undefined) return;
    this.#interest.recount();
    this.#interest.check();
    assert.equal(view.verifiedCount, this.#interest.verified.count, "verified pieces");
    for (const peerView of view.peers) {
      const peer = this.#peer(peerView.peer);
      assert.equal(peerView.requestsInFlight, peer.inFlight.size, "requests in flight");
      assert.equal(peerView.isChokingUs, peer.isChokingUs, "choked by the peer");
      if (peer.isChokedByUs && peer.allowedByUs.size === 0) {
        assert.equal(peer.uploads.size, 0, "uploads queued for a choked peer");
      }
    }
  }

  #peer(key: PeerKey): WatchedPeer {
    const peer = this.#peers.get(key);
    must(peer !== undefined, () => `effect for peer ${key}, which is not connected`);
    return peer;
  }

  /** The place of a range in piece space. */
  #offset({ piece, begin }: { readonly piece: number; readonly begin: number }): number {
    return piece * (this.#info?.pieceLength ?? 2 ** 20) + begin;
  }

  /** A number for a range: no other range that is in the torrent has it. */
  #key(block: Block): number {
    return this.#offset(block) * 2 ** 18 + block.length;
  }

  /** The pieces that demands cover now; to be told before the `demand-moved` event is checked. */
  demand(pieces: Iterable<number>): void {
    this.#interest.demand(pieces);
  }
}
