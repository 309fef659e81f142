/**
 * Who has sent corrupt data, and is refused for a while.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";

/** An address that sent corrupt data is refused for this long: an hour outlasts a download and forgives a repaired disk. */
const BAN_MS = 3_600_000;
/** Banned addresses remembered at most; the oldest is forgiven first. */
const MAX_BANS = 1_000;

/** Who has sent corrupt data, by endpoint: behind one address there may be many honest peers. */
export class BanList {
  readonly #untilMs = new Map<string, number>();

  /** Refuses an endpoint from now on. */
  add(endpoint: Endpoint, now: number): void {
    const key = keyOf(endpoint);
    // Taken out first, so that a ban that is repeated is the latest again, and costs nobody's place.
    this.#untilMs.delete(key);
    const oldest = this.#untilMs.keys().next();
    if (this.#untilMs.size >= MAX_BANS && oldest.done !== true) this.#untilMs.delete(oldest.value);
    this.#untilMs.set(key, now + BAN_MS);
  }

  /** Whether an endpoint is refused now. */
  has(endpoint: Endpoint, now: number): boolean {
    return (this.#untilMs.get(keyOf(endpoint)) ?? 0) > now;
  }
}

function keyOf(endpoint: Endpoint): string {
  return `${endpoint.host} ${endpoint.port}`;
}
