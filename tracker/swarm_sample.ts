/**
 * Whom an asker may be given: all members of a small swarm that are of use to it; of a large one the next ones in turn, so
 * that everyone is handed out equally often, with some of the asker's own network beside. Pure.
 *
 * @module
 */
import { reachOf } from "./address_words.ts";
import type { AnnounceRecord } from "./announce_record.ts";
import type { MembershipTable } from "./membership_table.ts";
import type { NeighbourRings } from "./neighbour_rings.ts";
import type { PeerOrder } from "./peer_order.ts";
import type { SwarmTable } from "./swarm_table.ts";

/** Up to this many members are all considered; a larger swarm is sampled, with the asker's neighbours beside. */
export const SCAN_LIMIT = 80;

/** So many of a sample's neighbours, a third of what an asker gets by default: more would be all it ever hears of. */
const NEIGHBOUR_LIMIT = 16;

/** Members looked at for one answer: where so few are useful, an asker hears of more at its next announce. */
const VISIT_LIMIT = 1000;

/** What is sampled from, and who sorts the sample. */
export interface SwarmSampleSource {
  readonly swarms: SwarmTable;
  readonly memberships: MembershipTable;
  readonly rings: NeighbourRings;
  readonly order: PeerOrder;
}

/** Takes a sample for one asker after another. */
export class SwarmSample {
  readonly #source: SwarmSampleSource;
  readonly #visitNeighbour = (membership: number) => this.#addNeighbour(membership);

  /** Samples of these. */
  constructor(source: SwarmSampleSource) {
    this.#source = source;
  }

  /** Adds to the order whoever an asker may be given of a swarm, at least `count` if they can be found. */
  take(swarm: number, wanted: { readonly asker: AnnounceRecord; readonly count: number }): void {
    const { swarms, order } = this.#source;
    const size = swarms.size(swarm);
    const first = swarms.firstEntry(swarm);
    if (size <= SCAN_LIMIT) {
      order.add({ from: first, to: first + size, limit: SCAN_LIMIT });
      return;
    }
    this.#takeNeighbours(swarm, wanted.asker);
    const limit = order.count + Math.max(SCAN_LIMIT, wanted.count);
    const begun = first + Math.min(size, swarms.cursor(swarm));
    const end = first + size;
    let entry = order.add({ from: begun, to: Math.min(end, begun + VISIT_LIMIT), limit });
    if (entry === end) {
      entry = order.add({ from: first, to: Math.min(begun, first + VISIT_LIMIT - (end - begun)), limit });
    }
    swarms.setCursor(swarm, entry - first);
  }

  #takeNeighbours(swarm: number, asker: AnnounceRecord): void {
    const { swarms, rings } = this.#source;
    // Where every other member is a neighbour, any sample has enough of them.
    const isAmongItsOwn = swarms.localCount(swarm) * 2 >= swarms.size(swarm) && reachOf(asker.source) !== "public";
    if (isAmongItsOwn) return;
    rings.visit(swarm, { address: asker.source, limit: NEIGHBOUR_LIMIT, visitor: this.#visitNeighbour });
  }

  #addNeighbour(membership: number): void {
    const { swarms, memberships, order } = this.#source;
    const entry = swarms.firstEntry(memberships.swarm(membership)) + memberships.position(membership);
    order.add({ from: entry, to: entry + 1, limit: NEIGHBOUR_LIMIT });
  }
}
