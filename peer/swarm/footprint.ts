/**
 * How much a machine remembers, as counts of entries: what a test holds against the limits, so that nothing a remote does
 * can make it grow (every list here has a limit beside its use).
 *
 * @module
 */
import type { Bans } from "./bans.ts";
import type { Candidates } from "./candidates.ts";
import type { SwarmContext } from "./swarm_context.ts";
import type { SwarmTorrent } from "./swarm_torrent.ts";

/** Entries of all lists of one machine, by what they are about. */
export interface SwarmFootprint {
  readonly peers: number;
  readonly candidates: number;
  /** Bans, suspicions and counts of wrong hashes. */
  readonly bans: number;
  /** Requests in flight, and requests taken back. */
  readonly requests: number;
  readonly cancelled: number;
  /** Blocks queued for upload. */
  readonly uploads: number;
  /** What peers said about pieces that is kept word for word: early messages, allowed-fast, suggestions. */
  readonly talk: number;
  /** Unfinished pieces, in every list that they are in. */
  readonly pieces: number;
  /** Hash requests that are open or waited for, and those who refused them. */
  readonly hashes: number;
  /** Pieces suggested or to be suggested. */
  readonly spreading: number;
}

/** Counts what a machine remembers. */
export function measureFootprint(
  context: SwarmContext,
  parts: { readonly candidates: Candidates; readonly bans: Bans; readonly torrent: SwarmTorrent | undefined },
): SwarmFootprint {
  const { candidates, bans, torrent } = parts;
  const peers = [...context.peers.values()];
  const sum = (count: (peer: (typeof peers)[number]) => number) =>
    peers.reduce((total, peer) => total + count(peer), 0);
  const table = torrent?.table;
  return {
    peers: peers.length,
    candidates: candidates.count,
    bans: bans.size,
    requests: sum((peer) => peer.requests.size),
    cancelled: sum((peer) => peer.cancelled.size),
    uploads: sum((peer) => peer.uploads.size),
    talk: sum((peer) => peer.earlyMessages.length + peer.allowedFast.size + peer.suggested.length),
    pieces: sum((peer) => peer.ownPieces.size) +
      (table === undefined ? 0 : table.started.size + table.open.size + table.verifying.size),
    hashes: torrent?.hashRequests.size ?? 0,
    spreading: (torrent?.uploads.suggestionCount ?? 0) + sum((peer) => peer.offered.size),
  };
}
