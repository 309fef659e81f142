/**
 * How many requests an address may make: a token bucket for each, kept as one moment (the "generic cell rate algorithm":
 * when the bucket would be full again), in a table of bounded size. Pure: the moment is an argument.
 *
 * @module
 */
import { encodeAddress } from "../shared/endpoint.ts";

/**
 * Requests a second that one address may make by default: every member of a class of hundreds behind one router may come
 * back each minute with some files, and it is a hundredth of what one program answers.
 */
export const DEFAULT_REQUESTS_PER_SECOND = 500;

/** A minute's worth at once: who starts announces thousands of files in one go. */
export const BURST_SECONDS = 60;

/** Addresses remembered, some hundred bytes each; the one known longest is forgotten first, and may begin anew. */
const MAX_ADDRESSES = 65_536;

/** The buckets of all addresses. */
export class RequestLimits {
  readonly #periodMs: number;
  readonly #burstMs: number;
  readonly #maxAddresses: number;
  /** When the bucket of an address is full again; one that is full is as good as unknown. */
  readonly #fullAtMs = new Map<string, number>();

  /** Full buckets. `requestsPerSecond` 0 is no limit. */
  constructor(options: { readonly requestsPerSecond: number; readonly maxAddresses?: number }) {
    this.#periodMs = options.requestsPerSecond === 0 ? 0 : 1000 / options.requestsPerSecond;
    this.#burstMs = BURST_SECONDS * 1000;
    this.#maxAddresses = options.maxAddresses ?? MAX_ADDRESSES;
  }

  /** Takes a request of an address into account; false when it has made too many. */
  take(host: string, nowMs: number): boolean {
    if (this.#periodMs === 0) return true;
    // Whoever has an IPv6 address has all of its network.
    const key = host.includes(":") ? encodeAddress(host)?.subarray(0, 8).toHex() ?? host : host;
    const known = this.#fullAtMs.get(key);
    const fullAtMs = Math.max(known ?? nowMs, nowMs) + this.#periodMs;
    if (fullAtMs - nowMs > this.#burstMs) return false;
    if (known === undefined && this.#fullAtMs.size >= this.#maxAddresses) this.#forgetOldest();
    this.#fullAtMs.set(key, fullAtMs);
    return true;
  }

  /** Forgets the addresses whose bucket is full. */
  sweep(nowMs: number): void {
    for (const [key, fullAtMs] of this.#fullAtMs) {
      if (fullAtMs <= nowMs) this.#fullAtMs.delete(key);
    }
  }

  /** Addresses remembered. */
  get addressCount(): number {
    return this.#fullAtMs.size;
  }

  #forgetOldest(): void {
    for (const key of this.#fullAtMs.keys()) {
      this.#fullAtMs.delete(key);
      return;
    }
  }
}
