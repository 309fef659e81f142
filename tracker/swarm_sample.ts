/**
 * Whom an asker may be given: all members of a small swarm that are of use to it; of a large one the next ones in turn, so
 * that everyone is handed out equally often, with some of the asker's own network beside. Pure.
 *
 * @module
 */
import { reachOf } from "./address_words.ts";
import { type AnnounceRecord, ID_WORDS } from "./announce_record.ts";
import type { ClientTable } from "./client_table.ts";
import { hidesWhatItLacks } from "./peer_id_prefix.ts";
import { MEMBER_FLAG } from "./member_lists.ts";
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
  readonly clients: ClientTable;
  readonly rings: NeighbourRings;
  readonly order: PeerOrder;
}

/** Takes a sample for one asker after another. */
export class SwarmSample {
  readonly #source: SwarmSampleSource;
  readonly #visitNeighbour = (membership: number) => this.#consider(this.#entryOf(membership));
  #asker: Uint32Array = new Uint32Array(ID_WORDS);
  #askerTag = 0;
  #skippedFlags = 0;
  #count = 0;

  /** Samples of these. */
  constructor(source: SwarmSampleSource) {
    this.#source = source;
  }

  /** Adds to the order whoever an asker may be given of a swarm, at least `count` if they can be found. */
  take(swarm: number, wanted: { readonly asker: AnnounceRecord; readonly count: number }): void {
    const { swarms } = this.#source;
    this.#begin(wanted.asker);
    const size = swarms.size(swarm);
    const first = swarms.firstEntry(swarm);
    if (size <= SCAN_LIMIT) {
      for (let position = 0; position < size; position++) this.#consider(first + position);
      return;
    }
    this.#takeNeighbours(swarm, wanted.asker);
    const enough = this.#count + Math.max(SCAN_LIMIT, wanted.count);
    const visits = Math.min(size, VISIT_LIMIT);
    let cursor = swarms.cursor(swarm);
    for (let visited = 0; visited < visits && this.#count < enough; visited++) {
      cursor = cursor + 1 < size ? cursor + 1 : 0;
      this.#consider(first + cursor);
    }
    swarms.setCursor(swarm, cursor);
  }

  #takeNeighbours(swarm: number, asker: AnnounceRecord): void {
    const { swarms, rings } = this.#source;
    // Where every other member is a neighbour, any sample has enough of them.
    const isAmongItsOwn = swarms.localCount(swarm) * 2 >= swarms.size(swarm) && reachOf(asker.source) !== "public";
    if (isAmongItsOwn) return;
    rings.visit(swarm, { address: asker.source, limit: NEIGHBOUR_LIMIT, visitor: this.#visitNeighbour });
  }

  #begin(asker: AnnounceRecord): void {
    const isLeecher = asker.left > 0 || hidesWhatItLacks(asker.peerId[0] ?? 0);
    const needsData = isLeecher && asker.event !== "paused";
    this.#skippedFlags = needsData ? 0 : MEMBER_FLAG.seeder | MEMBER_FLAG.partialSeeder;
    this.#asker = asker.peerId;
    this.#askerTag = (asker.peerId[ID_WORDS - 1] ?? 0) & 0xff;
    this.#count = 0;
  }

  #consider(entry: number): void {
    const description = this.#source.swarms.lists.description(entry);
    if ((description >>> 16 & this.#skippedFlags) !== 0) return;
    // The same program at another address, as of IPv4 and IPv6.
    if (description >>> 24 === this.#askerTag && this.#isAsker(entry)) return;
    if (this.#source.order.add(entry, description)) this.#count++;
  }

  #isAsker(entry: number): boolean {
    const { swarms, memberships, clients } = this.#source;
    return clients.hasPeerId(memberships.client(swarms.lists.membership(entry)), this.#asker);
  }

  #entryOf(membership: number): number {
    const { swarms, memberships } = this.#source;
    return swarms.firstEntry(memberships.swarm(membership)) + memberships.position(membership);
  }
}
