/**
 * Requests answered and refused since the start, by protocol and reason: plain numbers, so counting costs an announce
 * nothing.
 *
 * @module
 */
import type { Transport } from "./announce_desk.ts";
import type { RefusalCode } from "./refusal.ts";

/** How often each reason was given. */
export type RefusalCounts = Readonly<Record<RefusalCode, number>>;

/** Counters of both protocols. Whoever answers writes to them. */
export class RequestCounts {
  /** Announces that were answered. */
  readonly announces: Record<Transport, number> = { udp: 0, http: 0 };
  /** Scrapes that were answered. */
  readonly scrapes: Record<Transport, number> = { udp: 0, http: 0 };
  /** Requests of any kind that were refused. */
  readonly refusals: Record<Transport, Record<RefusalCode, number>> = { udp: noRefusals(), http: noRefusals() };

  /** All refusals. */
  get refusedCount(): number {
    const sum = (counts: RefusalCounts) => Object.values(counts).reduce((total, count) => total + count, 0);
    return sum(this.refusals.udp) + sum(this.refusals.http);
  }
}

function noRefusals(): Record<RefusalCode, number> {
  return {
    "malformed": 0,
    "no-connection-id": 0,
    "no-key": 0,
    "denied": 0,
    "too-many-requests": 0,
    "too-many-clients": 0,
    "full": 0,
  };
}
