/**
 * Where everything stands in an announce over UDP and in its answer (BEP 15): for a tracker that reads and writes them in
 * place. `udp_tracker.ts` makes objects of the same bytes.
 *
 * @module
 */
import { type AnnounceEvent, UNKNOWN_LEFT } from "./announce.ts";

/** Offsets in an announce request. */
export const ANNOUNCE_REQUEST = {
  connectionId: 0,
  action: 8,
  transactionId: 12,
  infoHash: 16,
  peerId: 36,
  downloaded: 56,
  left: 64,
  uploaded: 72,
  event: 80,
  address: 84,
  key: 88,
  wantedCount: 92,
  port: 96,
  /** Options of BEP 41 begin here; an announce without any ends. */
  options: 98,
} as const;

/** Offsets in the answer to an announce. */
export const ANNOUNCE_RESPONSE = {
  action: 0,
  transactionId: 4,
  intervalSeconds: 8,
  leecherCount: 12,
  seederCount: 16,
  peers: 20,
} as const;

/** Numbers of the kinds of request and answer. */
export const UDP_ACTION = { connect: 0, announce: 1, scrape: 2, error: 3 } as const;

/** By position (BEP 15). `paused` (BEP 21) has no number there; libtorrent sends 4. */
export const UDP_EVENTS: readonly AnnounceEvent[] = [undefined, "completed", "started", "stopped", "paused"];

/** A number of bytes in 64 bits; beyond what a number holds exactly it is {@link UNKNOWN_LEFT}. */
export function readByteCount(view: DataView, offset: number): number {
  const upper = view.getUint32(offset);
  return upper > 0x1f_ffff ? UNKNOWN_LEFT : upper * 2 ** 32 + view.getUint32(offset + 4);
}
