/**
 * Who has sent corrupt data, and is refused for a while.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, isLoopback, isPrivate, networkOf } from "../shared/endpoint.ts";

/** Who sent corrupt data is refused for this long: an hour outlasts a download and forgives a repaired disk. */
const BAN_MS = 3_600_000;
/** Banned endpoints remembered at most; the oldest is forgiven first. */
const MAX_BANS = 1_000;
/**
 * So many banned endpoints of one public address, and all of it is refused: somebody who connects to us has another port
 * each time, and three liars behind one address are no accident.
 */
const MAX_BANS_PER_NETWORK = 3;

/** An endpoint that is refused. */
interface Ban {
  readonly untilMs: number;
  /** What is refused with it when there are more; absent on the own network, where many live behind one address. */
  readonly network: string | undefined;
}

/**
 * Who has sent corrupt data, by endpoint: behind one address there may be many honest peers. A public address (of IPv6:
 * one /64 network) from which several liars came is refused as a whole, as long as so many of their bans last.
 */
export class BanList {
  readonly #bans = new Map<string, Ban>();

  /** Refuses an endpoint from now on. */
  add(endpoint: Endpoint, now: number): void {
    const key = formatEndpoint(endpoint);
    // Taken out first, so that a ban that is repeated is the latest again, and costs nobody's place.
    this.#bans.delete(key);
    const oldest = this.#bans.keys().next();
    if (this.#bans.size >= MAX_BANS && oldest.done !== true) this.#bans.delete(oldest.value);
    this.#bans.set(key, { untilMs: now + BAN_MS, network: publicNetwork(endpoint.host) });
  }

  /** Whether an endpoint is refused now. */
  has(endpoint: Endpoint, now: number): boolean {
    if ((this.#bans.get(formatEndpoint(endpoint))?.untilMs ?? 0) > now) return true;
    const network = publicNetwork(endpoint.host);
    if (network === undefined) return false;
    let count = 0;
    for (const ban of this.#bans.values()) if (ban.network === network && ban.untilMs > now) count += 1;
    return count >= MAX_BANS_PER_NETWORK;
  }
}

function publicNetwork(host: string): string | undefined {
  return isLoopback(host) || isPrivate(host) ? undefined : networkOf(host);
}
