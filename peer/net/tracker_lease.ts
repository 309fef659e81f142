/**
 * What one tracker keeps of us as a client, and the torrents that live by it: any announce renews it for all of them,
 * so they are parked, and one of them announces when nobody else has done so for an interval. Pure.
 * @module
 */

/** Our lease at one tracker. `Group` is what is parked. */
export class TrackerLease<Group> {
  /** `host:port` of the tracker. */
  readonly authority: string;
  readonly #parked = new Set<Group>();
  #renewedAtMs: number;
  #intervalMs: number;

  /** It has just been given. */
  constructor(authority: string, { nowMs, intervalMs }: { nowMs: number; intervalMs: number }) {
    this.authority = authority;
    this.#renewedAtMs = nowMs;
    this.#intervalMs = intervalMs;
  }

  /** When it is to be renewed. */
  get dueMs(): number {
    return this.#renewedAtMs + this.#intervalMs;
  }

  /** Milliseconds between renewals. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** What has been parked longest. */
  get longestParked(): Group | undefined {
    const [first] = this.#parked;
    return first;
  }

  /** An announce went well. Gives what was parked here for too long: the tracker has forgotten it meanwhile. */
  renew({ nowMs, intervalMs }: { nowMs: number; intervalMs: number }): readonly Group[] {
    const isForgotten = nowMs - this.#renewedAtMs > this.#intervalMs * LEASE_INTERVALS;
    const forgotten = isForgotten ? [...this.#parked] : [];
    if (isForgotten) this.#parked.clear();
    this.#renewedAtMs = nowMs;
    this.#intervalMs = intervalMs;
    return forgotten;
  }

  /** Keeps a group by this lease. */
  park(group: Group): void {
    this.#parked.add(group);
  }

  /** Takes a group out. */
  unpark(group: Group): void {
    this.#parked.delete(group);
  }

  /** Whether this lease keeps the group. */
  has(group: Group): boolean {
    return this.#parked.has(group);
  }
}

/** Our tracker drops a client after 2.5 intervals; what has been silent for longer than this is announced anew. */
const LEASE_INTERVALS = 2;
