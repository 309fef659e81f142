/**
 * Which requests in flight have waited too long.
 *
 * @module
 */
import type { OpenRequest, PeerState } from "./peer_state.ts";

/** A peer that sends nothing for so long though asked is asked for one block at a time, and others for the rest. */
const TIMEOUT_MS = 10_000;

/** The longest that a peer may take which timed out before: a link of 16 KiB in two minutes is not worth more. */
const MAX_TIMEOUT_MS = 120_000;

/** The requests to a peer that it left out while it sent others; "all" when it sends nothing any more. */
export function overdueRequests(peer: PeerState, nowMs: number): readonly OpenRequest[] | "all" {
  const limitMs = Math.min(MAX_TIMEOUT_MS, TIMEOUT_MS * 2 ** Math.min(10, peer.timeoutCount));
  const overdue: OpenRequest[] = [];
  for (const oldest of peer.requests.values()) {
    const silentMs = nowMs - Math.max(peer.lastBlockAtMs, oldest.sentAtMs);
    if (silentMs > Math.max(limitMs, 4 * peer.pipeline.blockMs)) return "all";
    const ageMs = nowMs - oldest.sentAtMs;
    const inFlightCount = peer.requests.size - overdue.length;
    if (ageMs <= Math.max(limitMs, 3 * peer.pipeline.expectedMs(inFlightCount))) break;
    overdue.push(oldest);
  }
  return overdue;
}
