/**
 * The swarm of one torrent as a state machine: events in, effects out, no clock, no randomness and no bytes of its own.
 * This file only dispatches; the rules are in the rooms beside it: `peer_messages.ts` (what peers say), `picker.ts` (what to
 * ask for), `downloads.ts` (requests in flight), `pipeline.ts` (how many), `urgency.ts` (players), `choker.ts`, `uploads.ts`,
 * `fast_slot.ts`, `spreading.ts` and `yielding.ts` (what we give), `candidates.ts` and `swarm_peers.ts` (whom to be connected to), `bans.ts` and
 * `verdicts.ts` (liars), `hash_requests.ts` (BEP 52).
 *
 * @module
 */
import { assertNever } from "../../shared/assert_never.ts";
import type { PeerId } from "../../shared/ids.ts";
import type { HashRange } from "../../shared/hash_proof.ts";
import { Bans } from "./bans.ts";
import { Candidates } from "./candidates.ts";
import { Choker } from "./choker.ts";
import { measureFootprint, type SwarmFootprint } from "./footprint.ts";
import { takeHashAnswer } from "./hash_requests.ts";
import { PeerMessages } from "./peer_messages.ts";
import { beginPieces, renewInterest, sayHave, sayPieces } from "./peer_pieces.ts";
import type { PeerState } from "./peer_state.ts";
import type { SwarmSettings } from "./settings.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { DisconnectReason, SwarmEffect } from "./swarm_effect.ts";
import type {
  BlockReceived,
  DemandMoved,
  ExtensionHandshakeReceived,
  MetadataKnown,
  PeerConnected,
  PeerKey,
  SwarmEvent,
  WantedChanged,
} from "./swarm_event.ts";
import { SwarmPeers } from "./swarm_peers.ts";
import { SwarmTorrent } from "./swarm_torrent.ts";
import { Verdicts } from "./verdicts.ts";
import { type SwarmPeerView, type SwarmView, viewPeer, viewSwarm } from "./view.ts";

/** Everything a machine needs from outside besides events. */
export interface SwarmMachineOptions {
  /** Uniform in [0, 1); seeded in tests. */
  readonly random: () => number;
  readonly settings: SwarmSettings;
  readonly ownPeerId: PeerId;
}

/** What an event without consequences gives: shared, so that it costs nothing. */
const NOTHING: readonly SwarmEffect[] = Object.freeze([]);

/** The decisions of one torrent's swarm. */
export class SwarmMachine {
  readonly #context: SwarmContext;
  readonly #candidates: Candidates;
  readonly #bans = new Bans();
  readonly #peers: SwarmPeers;
  readonly #choker: Choker;
  readonly #messages: PeerMessages;
  readonly #verdicts: Verdicts;
  #torrent: SwarmTorrent | undefined;
  #isPaused = false;
  #isFull = false;

  /** A machine without metadata, peers or candidates. */
  constructor(options: SwarmMachineOptions) {
    const { random, settings, ownPeerId } = options;
    this.#context = { random, settings, ownPeerId, peers: new Map(), nowMs: 0, effects: [] };
    this.#candidates = new Candidates(this.#context, (endpoint) => this.#bans.isBanned(endpoint));
    this.#peers = new SwarmPeers(this.#context, { candidates: this.#candidates, bans: this.#bans });
    this.#choker = new Choker(this.#context, {
      leavesToOthers: (peer) => this.#torrent?.uploads.leavesToOthers(peer) ?? false,
      beforeUnchoke: (peer) => this.#torrent?.uploads.begin(peer),
      afterChoke: (peer) => this.#torrent?.uploads.clear(peer),
    });
    this.#messages = new PeerMessages(this.#context, { peers: this.#peers, choker: this.#choker });
    this.#verdicts = new Verdicts(this.#context, { peers: this.#peers, bans: this.#bans });
  }

  /**
   * Takes one event in. Events of connections that the machine has let go are ignored, so are faults of peers other than
   * by a `disconnect`.
   *
   * @param now milliseconds on any clock that does not run backwards
   * @returns what to do, in order; the array is the caller's
   * @throws {RangeError} a piece index of the caller's own making is not in the torrent
   * @throws {TypeError} a second `metadata-known`, or a connection number that is in use
   */
  handle(event: SwarmEvent, now: number): readonly SwarmEffect[] {
    const context = this.#context;
    if (now > context.nowMs) context.nowMs = now;
    if (context.effects.length > 0) context.effects = [];
    this.#dispatch(event);
    if (this.#torrent?.table.isInterestStale === true) renewInterest(context, this.#torrent.table);
    const { effects } = context;
    if (effects.length === 0) return NOTHING;
    context.effects = [];
    return effects;
  }

  /** The swarm as a dashboard shows it; costs a step for each piece and peer. */
  view(): SwarmView {
    return viewSwarm(this.#context, {
      table: this.#torrent?.table,
      candidateCount: this.#candidates.count,
      halfOpenCount: this.#candidates.halfOpenCount,
      bannedPeers: this.#bans.endpoints,
    });
  }

  /** How much it remembers; costs a step for each peer. */
  footprint(): SwarmFootprint {
    const { torrent } = this.#peers;
    return measureFootprint(this.#context, { candidates: this.#candidates, bans: this.#bans, torrent });
  }

  /** One peer as a dashboard shows it, undefined when it is not connected. */
  peerView(peer: PeerKey): SwarmPeerView | undefined {
    const found = this.#peers.find(peer);
    return found === undefined ? undefined : viewPeer(found, this.#context.nowMs);
  }

  /**
   * Whether a `hash-request` of this peer may be answered now, which the caller does from its storage. Counts it: about
   * 20 a second for each peer; beyond that, and for a peer that is not connected, reject it. Leaves that follow at once on
   * the request of one of their blocks are always answered, as BEP 52 demands.
   */
  mayAnswerHashes(peer: PeerKey, request: { readonly range: HashRange; readonly now: number }): boolean {
    const found = this.#peers.find(peer);
    if (found === undefined) return false;
    const { range, now } = request;
    return this.#torrent?.hashRequests.isForLastRequest(found, range) === true || takeHashAnswer(found, now);
  }

  #dispatch(event: SwarmEvent): void {
    switch (event.type) {
      case "block-received":
        return this.#onBlock(event);
      case "block-uploaded":
        return this.#withPeer(event.peer, (peer) => this.#torrent?.uploads.uploaded(peer, event.block));
      case "upload-failed":
        return this.#withPeer(event.peer, (peer) => this.#torrent?.uploads.failed(peer, event.block));
      case "message-received":
        return this.#withPeer(event.peer, (peer) => this.#messages.hear(peer, event.message));
      case "tick":
        return this.#onTick();
      case "demand-moved":
        return this.#onDemand(event);
      case "piece-verified":
      case "piece-failed":
      case "blocks-verified":
      case "blocks-failed":
        return this.#verdicts.onPiece(event);
      case "hashes-verified":
        this.#torrent?.hashRequests.verified(event.range);
        return this.#torrent?.downloads.refillAll();
      case "hashes-failed":
        return this.#withPeer(event.peer, (peer) => this.#verdicts.onHashesFailed(peer, event.range));
      case "candidates-found":
        this.#candidates.add(event.candidates, event.source);
        return this.#dial();
      case "dial-failed":
        this.#candidates.failed(event.endpoint);
        return this.#dial();
      case "peer-connected":
        return this.#onConnected(event);
      case "peer-disconnected":
        return this.#withPeer(event.peer, (peer) => this.#onDisconnected(peer));
      case "extension-handshake":
        return this.#withPeer(event.peer, (peer) => this.#onExtensionHandshake(peer, event));
      case "metadata-known":
        return this.#onMetadata(event);
      case "wanted-changed":
        return this.#onWanted(event);
      case "paused":
        return this.#pause();
      case "resumed":
        return this.#resume();
      case "tracker-switched":
        this.#candidates.clear();
        return this.#dropAll("tracker-switched");
      case "storage-full":
        this.#isFull = true;
        this.#torrent?.downloads.cancelWhere(() => true);
        return this.#enableDownloads();
      case "storage-ready":
        this.#isFull = false;
        return this.#enableDownloads();
      default:
        return assertNever(event);
    }
  }

  #withPeer(key: PeerKey, act: (peer: PeerState) => void): void {
    const peer = this.#peers.find(key);
    if (peer !== undefined) act(peer);
  }

  #onBlock({ peer: key, block }: BlockReceived): void {
    const peer = this.#peers.find(key);
    if (peer === undefined) return;
    const downloads = this.#torrent?.downloads;
    // Before the metadata are known nothing is asked for.
    if (downloads === undefined || downloads.receive(peer, block) === "unrequested") {
      this.#messages.fault(peer, "it sent a block that nobody asked for");
    } else {
      downloads.refill(peer);
    }
  }

  #onConnected(event: PeerConnected): void {
    if (this.#peers.find(event.peer) !== undefined) {
      throw new TypeError(`Cannot use a connection number twice: current value is ${event.peer}`);
    }
    const peer = this.#peers.admit(event);
    if (peer === undefined) return;
    sayPieces(this.#context, peer, this.#torrent?.table);
    if (this.#torrent !== undefined) beginPieces(this.#torrent.table, peer);
    this.#dial();
  }

  #onDisconnected(peer: PeerState): void {
    this.#peers.remove(peer);
    this.#torrent?.downloads.refillAll();
    this.#choker.fillSlots();
    this.#dial();
  }

  #onExtensionHandshake(peer: PeerState, event: ExtensionHandshakeReceived): void {
    peer.isUploadOnly = event.isUploadOnly ?? peer.isUploadOnly;
    if (event.listenEndpoint !== undefined) this.#peers.listens(peer, event.listenEndpoint);
    if (event.ownEndpoint !== undefined) this.#candidates.seenAt(event.ownEndpoint);
    if (event.requestQueueLength !== undefined && event.requestQueueLength > 0) {
      peer.pipeline.setCeiling(Math.min(event.requestQueueLength, this.#context.settings.maxRequestsPerPeer));
    }
    this.#peers.dropComplete();
  }

  #onMetadata(event: MetadataKnown): void {
    if (this.#torrent !== undefined) throw new TypeError("Cannot take in metadata twice");
    const torrent = new SwarmTorrent(this.#context, event);
    this.#torrent = torrent;
    this.#peers.torrent = torrent;
    if (event.info.isPrivate) this.#candidates.restrict();
    for (const piece of torrent.table.verified.indices()) sayHave(this.#context, piece);
    for (const peer of [...this.#context.peers.values()]) {
      const fault = beginPieces(torrent.table, peer);
      if (fault !== undefined) this.#messages.fault(peer, fault);
    }
    this.#enableDownloads();
    this.#peers.dropComplete();
  }

  #onDemand({ demands }: DemandMoved): void {
    const torrent = this.#torrent;
    if (torrent === undefined) return;
    const wasSatisfied = torrent.table.missingCount === 0;
    torrent.demands.move(demands, this.#context.nowMs);
    if (wasSatisfied && torrent.table.missingCount > 0) this.#candidates.forgive();
    torrent.downloads.cancelWhere(({ piece }) => !torrent.table.isMissing(piece));
    if (torrent.demands.isNew) {
      torrent.urgency.clearQueues();
      torrent.downloads.deal();
    }
    torrent.hashRequests.demandMoved();
    renewInterest(this.#context, torrent.table);
    torrent.downloads.refillAll();
    torrent.urgency.overtake();
  }

  #onWanted({ wanted }: WantedChanged): void {
    const torrent = this.#torrent;
    if (torrent === undefined) return;
    for (let piece = 0; piece < torrent.table.geometry.pieceCount; piece++) {
      torrent.table.setWanted(piece, wanted.has(piece));
    }
    torrent.downloads.cancelWhere(({ piece }) => !torrent.table.isMissing(piece));
    if (!torrent.table.isComplete) {
      torrent.hasCompleted = false;
      this.#candidates.forgive();
    }
    this.#peers.completeIfDone();
    renewInterest(this.#context, torrent.table);
    torrent.downloads.refillAll();
    this.#dial();
  }

  #onTick(): void {
    const torrent = this.#torrent;
    if (torrent !== undefined) {
      torrent.downloads.expire();
      torrent.downloads.refillAll();
      torrent.urgency.overtake();
      if (!torrent.hashRequests.isIdle) torrent.hashRequests.ask();
      this.#choker.tick(torrent.table.missingCount === 0);
      torrent.uploads.tick();
      this.#peers.dropUseless();
    }
    this.#dial();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#peers.isPaused = true;
    this.#dropAll("paused");
    this.#enableDownloads();
  }

  #dropAll(reason: DisconnectReason): void {
    for (const peer of [...this.#context.peers.values()]) this.#peers.drop(peer, reason);
  }

  #resume(): void {
    this.#isPaused = false;
    this.#peers.isPaused = false;
    this.#enableDownloads();
    this.#dial();
  }

  #enableDownloads(): void {
    const torrent = this.#torrent;
    if (torrent === undefined) return;
    torrent.downloads.isEnabled = !this.#isPaused && !this.#isFull;
    if (torrent.table.isInterestStale) renewInterest(this.#context, torrent.table);
    torrent.downloads.refillAll();
  }

  #dial(): void {
    if (this.#isPaused) return;
    this.#candidates.dial(this.#torrent === undefined || this.#torrent.table.missingCount > 0);
  }
}
