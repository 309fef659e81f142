/**
 * How long clients and memberships hold without being heard of. Invariant: one announce of ours renews all its swarms; of
 * others each swarm has a lease of its own, as BEP 3 has it. Pure.
 *
 * @module
 */
import { foreignLeaseMs, intervalFor, leaseMs } from "./intervals.ts";
import type { SwarmRegistry } from "./swarm_registry.ts";

/** The leases of a registry. */
export class Leases {
  readonly #registry: SwarmRegistry;
  readonly #baseSeconds: number;

  /** `baseSeconds` is the interval of a small community. */
  constructor(registry: SwarmRegistry, options: { readonly baseSeconds: number }) {
    this.#registry = registry;
    this.#baseSeconds = options.baseSeconds;
  }

  /** The full interval at this load, in seconds. */
  get intervalSeconds(): number {
    return intervalFor({ baseSeconds: this.#baseSeconds, leaseCount: this.#registry.leaseCount });
  }

  /** How long a client's announce holds, in milliseconds. */
  lengthMs(client: number): number {
    const isOurs = this.#registry.clients.isPlayswarm(client);
    return isOurs ? leaseMs(this.intervalSeconds) : foreignLeaseMs(this.intervalSeconds);
  }

  /** Until when a membership holds. */
  endsAtMs(membership: number): number {
    const { memberships, clients } = this.#registry;
    const client = memberships.client(membership);
    return clients.isPlayswarm(client) ? clients.leaseEndsAtMs(client) : memberships.leaseEndsAtMs(membership);
  }

  /** How long ago a member was heard of. */
  sinceMs(membership: number, nowMs: number): number {
    const { memberships } = this.#registry;
    return nowMs - (memberships.leaseEndsAtMs(membership) - this.lengthMs(memberships.client(membership)));
  }

  /** A member was heard of. */
  renew(membership: number, nowMs: number): void {
    const { memberships, clients } = this.#registry;
    const client = memberships.client(membership);
    const lengthMs = this.lengthMs(client);
    clients.renew(client, { nowMs, leaseMs: lengthMs });
    memberships.setLeaseEndsAtMs(membership, nowMs + lengthMs);
  }
}
