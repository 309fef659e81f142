/**
 * Who is connected and who is let go: ourselves, second connections of one program, too many, peers with nothing for us
 * when we have nothing for them.
 * Invariant: `context.peers` holds at most `maxPeers` peers and no two with the same peer id.
 *
 * @module
 */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { PeerId } from "../../shared/ids.ts";
import type { Bans } from "./bans.ts";
import type { Candidates } from "./candidates.ts";
import { PeerState, type Sender } from "./peer_state.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { DisconnectReason } from "./swarm_effect.ts";
import type { PeerConnected, PeerKey } from "./swarm_event.ts";
import type { SwarmTorrent } from "./swarm_torrent.ts";

/** When there are no free places, a peer that was of no use for so long makes room for a candidate. */
const USELESS_MS = 120_000;

/** A connection that is so young, or that brought or took something so lately, does not make room for a better one. */
const SETTLING_MS = 30_000;

/** The connected peers of one machine. */
export class SwarmPeers {
  readonly #context: SwarmContext;
  readonly #candidates: Candidates;
  readonly #bans: Bans;
  readonly #byId = new Map<PeerId, PeerState>();
  /** The parts that must hear of a peer's end, once the metadata is known. */
  torrent: SwarmTorrent | undefined;
  isPaused = false;

  /** Nobody is connected. */
  constructor(context: SwarmContext, options: { readonly candidates: Candidates; readonly bans: Bans }) {
    this.#context = context;
    this.#candidates = options.candidates;
    this.#bans = options.bans;
  }

  /** A handshake was done: the new peer, or undefined when it was turned away. */
  admit(event: PeerConnected): PeerState | undefined {
    const { peer: key, endpoint, isOutgoing, handshake } = event;
    this.#candidates.connected(endpoint, { peer: key, isOutgoing });
    const reason = this.#reasonAgainst(event);
    if (reason !== undefined) {
      this.#context.effects.push({ type: "disconnect", peer: key, reason });
      this.#candidates.disconnected(key, { endpoint, avoid: reason === "self" });
      return undefined;
    }
    const twin = this.#byId.get(handshake.peerId);
    if (twin !== undefined) this.drop(twin, "duplicate");
    else if (this.#isFull) this.#makeRoomFor(event.endpoint);
    const peer = new PeerState(event, this.#context);
    this.#context.peers.set(key, peer);
    this.#byId.set(handshake.peerId, peer);
    return peer;
  }

  /** The connection of a peer is gone. */
  remove(peer: PeerState, avoid = false): void {
    this.#context.peers.delete(peer.key);
    this.#byId.delete(peer.handshake.peerId);
    this.torrent?.downloads.release(peer);
    this.torrent?.table.removePeer(peer);
    this.torrent?.uploads.release(peer);
    this.torrent?.hashRequests.removePeer(peer);
    this.#bans.forget(peer.sender);
    this.#candidates.disconnected(peer.key, { endpoint: peer.listenEndpoint, avoid });
  }

  /** Lets a peer go. */
  drop(peer: PeerState, reason: DisconnectReason, detail?: string): void {
    this.#context.effects.push({
      type: "disconnect",
      peer: peer.key,
      reason,
      ...(detail === undefined ? {} : { detail }),
    });
    this.remove(peer, reason === "both-complete" || reason === "useless");
  }

  /** Bans whoever sent wrong data, connected still or not. */
  ban(sender: Sender, reason: string): void {
    const peer = this.#context.peers.get(sender.peer);
    // Who sent many wrong blocks is found out piece by piece, and told of once.
    const isNews = !this.#bans.isPeerBanned(sender.peerId);
    this.#bans.ban(sender, peer?.listenEndpoint);
    if (isNews) this.#context.effects.push({ type: "ban", peer: sender.peer, endpoint: sender.endpoint, reason });
    if (peer !== undefined) this.drop(peer, "banned", reason);
  }

  /** Lets those go that can give us nothing and want nothing, as far as that can be told. */
  dropComplete(): void {
    const { torrent } = this;
    if (torrent === undefined || torrent.table.missingCount > 0) return;
    // Of an empty file everybody has all pieces, also who came for the metadata: that it has all it must say itself.
    const hasPieces = torrent.table.geometry.pieceCount > 0;
    for (const peer of [...this.#context.peers.values()]) {
      const wantsNothing = peer.isUploadOnly || (hasPieces && peer.isComplete);
      if (wantsNothing && !peer.isInterestedInUs && !torrent.hashRequests.mayHelp(peer)) {
        this.drop(peer, "both-complete");
      }
    }
  }

  /** Says `completed` when the last wanted piece has come, and lets those go that are complete too. */
  completeIfDone(): void {
    const { torrent } = this;
    if (torrent?.table.isComplete === true && !torrent.hasCompleted) {
      torrent.hasCompleted = true;
      this.#context.effects.push({ type: "completed" });
    }
    this.dropComplete();
  }

  /** When there is no place for more: drops one peer that has been of no use for long. */
  dropUseless(): void {
    const { nowMs, peers, settings } = this.#context;
    let worst: PeerState | undefined;
    for (const peer of peers.values()) {
      if (peer.areWeInterested || peer.isInterestedInUs) peer.usefulAtMs = nowMs;
      if (worst === undefined || peer.usefulAtMs < worst.usefulAtMs) worst = peer;
    }
    const isFull = peers.size >= settings.maxPeers;
    if (isFull && worst !== undefined && nowMs - worst.usefulAtMs > USELESS_MS) this.drop(worst, "useless");
  }

  /** An incoming peer said where it listens. */
  listens(peer: PeerState, endpoint: Endpoint): void {
    if (peer.listenEndpoint !== undefined || endpoint.port === 0) return;
    peer.listenEndpoint = endpoint;
    this.#candidates.listens(endpoint, peer.key);
  }

  /** The peer of a connection. */
  find(key: PeerKey): PeerState | undefined {
    return this.#context.peers.get(key);
  }

  #reasonAgainst({ endpoint, isOutgoing, handshake }: PeerConnected): DisconnectReason | undefined {
    const { ownPeerId } = this.#context;
    if (handshake.peerId === ownPeerId) return "self";
    if (this.isPaused) return "paused";
    if (this.#bans.isBanned(endpoint) || this.#bans.isPeerBanned(handshake.peerId)) return "banned";
    const twin = this.#byId.get(handshake.peerId);
    if (twin !== undefined) {
      // When both dialled at once, both ends must keep the same connection: the one that the greater id opened. A second
      // one in the same direction is refused.
      const isKept = twin.isOutgoing !== isOutgoing && isOutgoing === (ownPeerId > handshake.peerId);
      return isKept ? undefined : "duplicate";
    }
    return this.#isFull && this.#worseThan(endpoint) === undefined ? "too-many-peers" : undefined;
  }

  get #isFull(): boolean {
    return this.#context.peers.size >= this.#context.settings.maxPeers;
  }

  #makeRoomFor(endpoint: Endpoint): void {
    const worse = this.#worseThan(endpoint);
    if (worse !== undefined) this.drop(worse, "too-many-peers");
  }

  /**
   * The idle peer that all would rather see replaced by this newcomer (BEP 40), if there is one. As both ends of every
   * connection rank it alike, a full swarm stays open to those who come later, whoever came first.
   */
  #worseThan(endpoint: Endpoint): PeerState | undefined {
    let worst: PeerState | undefined;
    let worstPlace = endpoint;
    for (const peer of this.#context.peers.values()) {
      if (isSettling(peer, this.#context.nowMs)) continue;
      const place = peer.listenEndpoint ?? peer.endpoint;
      if (this.#candidates.compare(place, worstPlace) <= 0) continue;
      worst = peer;
      worstPlace = place;
    }
    return worst;
  }
}

/** Whether the connection is new, or in use. */
function isSettling(peer: PeerState, nowMs: number): boolean {
  const activeAtMs = Math.max(peer.connectedAtMs, peer.lastBlockAtMs, peer.askedAtMs);
  return nowMs - activeAtMs < SETTLING_MS;
}
