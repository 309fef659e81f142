/**
 * What all players of one torrent want next, gathered for the swarm machine.
 *
 * @module
 */
import type { Demand } from "./swarm/swarm_event.ts";

/**
 * How fast a reader is taken to move through its window while nothing better is known: 8 Mbit/s, a good film. It sets
 * the deadlines, which only decide what is asked for first and what is overtaken; nothing is refused by it.
 */
const ASSUMED_RATE_BYTES_PER_SECOND = 1_000_000;

/** A window in piece space, end exclusive. */
export interface DemandWindow {
  readonly start: number;
  readonly end: number;
}

/** A stated demand: it may move, and disposing it withdraws it. */
export interface StatedDemand extends Disposable {
  /** Replaces the window. */
  move(window: DemandWindow): void;
}

/** The demands of one torrent; tells its owner of every change. */
export class Demands {
  readonly #demands = new Map<number, Demand>();
  readonly #onChange: (demands: readonly Demand[]) => void;
  #nextId = 1;

  /** Calls back with all demands whenever one is stated, moved or withdrawn. */
  constructor(onChange: (demands: readonly Demand[]) => void) {
    this.#onChange = onChange;
  }

  /** All there are, in the order they were stated. */
  get all(): readonly Demand[] {
    return [...this.#demands.values()];
  }

  /** States a new demand. */
  state(window: DemandWindow): StatedDemand {
    const id = this.#nextId++;
    const move = (to: DemandWindow) => {
      this.#demands.set(id, { id, ...to, rateBytesPerSecond: ASSUMED_RATE_BYTES_PER_SECOND });
      this.#onChange(this.all);
    };
    move(window);
    return {
      move: (to) => this.#demands.has(id) ? move(to) : undefined,
      [Symbol.dispose]: () => {
        if (this.#demands.delete(id)) this.#onChange(this.all);
      },
    };
  }
}
