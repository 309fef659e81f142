/**
 * The limits and slots of one swarm that a user or a test may set; everything else is a constant beside its use.
 *
 * @module
 */

/** Limits of one swarm machine. All numbers are counts of at least 1. */
export interface SwarmSettings {
  /** Connected peers at most. */
  readonly maxPeers: number;
  /** Dials under way at most. */
  readonly maxHalfOpen: number;
  /** Interested peers that may request from us at the same time, the optimistic one included. */
  readonly uploadSlots: number;
  /** Below this many peers the tracker is asked for more. */
  readonly minPeers: number;
  /** Candidates remembered at most. */
  readonly maxCandidates: number;
  /** Requests in flight to one peer before anything came from it. */
  readonly startRequests: number;
  /** Requests in flight to one peer at most, whatever it would queue. */
  readonly maxRequestsPerPeer: number;
  /** While seeding, leave to others whom they give enough (see `yielding.ts`). */
  readonly yieldsToPeers: boolean;
}

/**
 * The defaults: 80 peers are plenty for one torrent (libtorrent's own default is 50 to 100) and keep work per `have`
 * small; 16 half-open dials are below what home routers choke on; 8 slots keep each upload worth having while tit-for-tat
 * has a choice; 8 requests double with each round trip, so a fast link waits for little, and more of them would be seconds
 * of queue at a slow peer, the last of which a player may wait for; 2,000 blocks are 32 MiB in flight, 60 ms at 500 MB/s.
 */
export const defaultSwarmSettings: SwarmSettings = {
  maxPeers: 80,
  maxHalfOpen: 16,
  uploadSlots: 8,
  minPeers: 20,
  maxCandidates: 1000,
  startRequests: 8,
  maxRequestsPerPeer: 2000,
  yieldsToPeers: false,
};
