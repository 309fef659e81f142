/**
 * Goes round all members, some at a time, so that no answer waits for it: whose lease is over is told, and what was handed
 * out long ago fades. Pure.
 *
 * @module
 */
import type { SwarmRegistry } from "./swarm_registry.ts";

/** One step of the round. */
export interface SweepStep {
  readonly nowMs: number;
  /** Members to look at. */
  readonly limit: number;
  /** How long it takes until what was handed out counts half. */
  readonly halfLifeMs: number;
  /** Until when a membership holds. */
  readonly leaseEndsAtMs: (membership: number) => number;
  /** Takes out whose lease is over. */
  readonly drop: (membership: number) => void;
}

/** Where the round is. */
export class SwarmSweep {
  readonly #registry: SwarmRegistry;
  #nextMembership = 0;
  /** The next entry whose hand-outs fade; beyond the last when all have. */
  #nextEntry = Infinity;
  #fadedAtMs = -Infinity;

  /** Begins with the first. */
  constructor(registry: SwarmRegistry) {
    this.#registry = registry;
  }

  /** Looks at the next members. */
  step(step: SweepStep): void {
    const { memberships } = this.#registry;
    const count = Math.min(step.limit, memberships.end);
    for (let looked = 0; looked < count; looked++) {
      if (this.#nextMembership >= memberships.end) this.#nextMembership = 0;
      const membership = this.#nextMembership++;
      if (memberships.has(membership) && step.leaseEndsAtMs(membership) <= step.nowMs) step.drop(membership);
    }
    this.#fade(step);
  }

  #fade({ nowMs, limit, halfLifeMs }: SweepStep): void {
    const { lists } = this.#registry.swarms;
    if (nowMs - this.#fadedAtMs >= halfLifeMs) {
      this.#fadedAtMs = nowMs;
      this.#nextEntry = 0;
    }
    if (this.#nextEntry >= lists.end) return;
    const end = Math.min(lists.end, this.#nextEntry + limit);
    lists.fade(this.#nextEntry, end);
    this.#nextEntry = end;
  }
}
