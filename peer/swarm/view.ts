/**
 * What a dashboard may see of a machine: plain values, copied at the moment of asking.
 *
 * @module
 */
import type { PeerView } from "../../shared/dashboard_views.ts";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { clientName } from "../../shared/ids.ts";
import type { PeerState } from "./peer_state.ts";
import type { PieceTable } from "./piece_table.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { PeerKey } from "./swarm_event.ts";

/** A connected peer with the caller's number of its connection. */
export interface SwarmPeerView extends PeerView {
  readonly peer: PeerKey;
}

/** A swarm as one of its members sees it. Rates in bytes per second. */
export interface SwarmView {
  readonly peers: readonly SwarmPeerView[];
  /** Peers that have every piece. */
  readonly seederCount: number;
  readonly downloadRate: number;
  readonly uploadRate: number;
  readonly candidateCount: number;
  readonly halfOpenCount: number;
  /** Copies of the whole torrent among the peers: the rarest missing piece's count, seeders included. */
  readonly availability: number;
  /** Pieces of which blocks are here or requested, or that are being hashed. */
  readonly fetchingPieces: readonly number[];
  readonly verifiedCount: number;
  readonly isComplete: boolean;
  /** Endpoints banned for wrong data, oldest first. */
  readonly bannedPeers: readonly string[];
}

/** One peer as a dashboard shows it. */
export function viewPeer(peer: PeerState, nowMs: number): SwarmPeerView {
  const { pieces } = peer;
  return {
    peer: peer.key,
    endpoint: formatEndpoint(peer.listenEndpoint ?? peer.endpoint),
    client: clientName(peer.handshake.peerId),
    downloadRate: Math.round(peer.download.bytesPerSecond(nowMs)),
    uploadRate: Math.round(peer.upload.bytesPerSecond(nowMs)),
    downloadedBytes: peer.download.totalBytes,
    uploadedBytes: peer.upload.totalBytes,
    verifiedShare: pieces === undefined || pieces.length === 0 ? 0 : pieces.count / pieces.length,
    isChokingUs: peer.isChokingUs,
    isInterestedInUs: peer.isInterestedInUs,
    isChokedByUs: peer.isChokedByUs,
    isOutgoing: peer.isOutgoing,
    requestsInFlight: peer.requests.size,
  };
}

/** The whole swarm. */
export function viewSwarm(
  context: SwarmContext,
  options: {
    readonly table: PieceTable | undefined;
    readonly candidateCount: number;
    readonly halfOpenCount: number;
    readonly bannedPeers: readonly string[];
  },
): SwarmView {
  const { table } = options;
  const peers = [...context.peers.values()];
  const views = peers.map((peer) => viewPeer(peer, context.nowMs));
  const seederCount = peers.filter((peer) => peer.isComplete).length;
  return {
    peers: views,
    seederCount,
    downloadRate: views.reduce((sum, view) => sum + view.downloadRate, 0),
    uploadRate: views.reduce((sum, view) => sum + view.uploadRate, 0),
    candidateCount: options.candidateCount,
    halfOpenCount: options.halfOpenCount,
    availability: table === undefined ? seederCount : lowestAvailability(table, peers),
    fetchingPieces: table === undefined ? [] : [...table.started.keys(), ...table.verifying.keys()],
    verifiedCount: table?.verified.count ?? 0,
    isComplete: table?.isComplete ?? false,
    bannedPeers: options.bannedPeers,
  };
}

function lowestAvailability(table: PieceTable, peers: readonly PeerState[]): number {
  // Peers that were complete when they came are not in the table's counts.
  const uncounted = peers.filter((peer) => peer.pieces !== undefined && !peer.isCounted).length;
  let lowest = Infinity;
  for (let piece = 0; piece < table.geometry.pieceCount; piece++) {
    if (table.isMissing(piece)) lowest = Math.min(lowest, table.rarity.availability(piece));
  }
  return uncounted + (Number.isFinite(lowest) ? lowest : 0);
}
