/**
 * Who takes another's place: a program that was started anew that of its forerunner, a swarm that of its second name. Pure.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { reachOf } from "./address_words.ts";
import type { AnnounceRecord } from "./announce_record.ts";
import { isPlayswarm } from "./peer_id_prefix.ts";
import type { SwarmCopy } from "./swarm_copy.ts";
import type { SwarmRegistry } from "./swarm_registry.ts";

const NOTHING_CHANGED: readonly InfoHash[] = [];

/** Successions in a registry. */
export class Succession {
  readonly #registry: SwarmRegistry;
  readonly #copy: SwarmCopy;

  /** Tells `copy` whose place another has taken, which nobody else can know. */
  constructor(registry: SwarmRegistry, copy: SwarmCopy) {
    this.#registry = registry;
    this.#copy = copy;
  }

  /**
   * A program that starts at an endpoint has taken the place of whichever was there, killed most likely: one of ours
   * altogether, as it has one peer id for all torrents, others in this swarm. Only where no address translation can make
   * two machines look like one.
   *
   * @returns the swarms that changed
   */
  supersede(record: AnnounceRecord): readonly InfoHash[] {
    if (reachOf(record.address) === "public") return NOTHING_CHANGED;
    const { clients, memberships, swarms } = this.#registry;
    const changed = new Set<InfoHash>();
    if (isPlayswarm(record.peerId[0] ?? 0)) {
      for (const client of clients.playswarmsAt(record.client)) {
        if (clients.hasPeerId(client, record.peerId)) continue;
        for (const membership of memberships.of(client)) this.#replace(membership, changed);
      }
    }
    const next = () => this.#registry.forerunner(swarms.find(record.infoHash), record);
    for (let other = next(); other >= 0; other = next()) this.#replace(other, changed);
    return changed.size === 0 ? NOTHING_CHANGED : [...changed];
  }

  /** Moves all members of a torrent that turned out to be another one's second name. */
  merge(from: number, to: number): void {
    this.#registry.swarms.countCompleted(to, this.#registry.swarms.counts(from).completedCount);
    for (const membership of [...this.#registry.membersOf(from)]) this.#move(membership, to);
  }

  #replace(membership: number, changed: Set<InfoHash>): void {
    this.#copy.noteGone(membership);
    changed.add(this.#registry.infoHashOf(membership));
    this.#registry.leave(membership);
  }

  #move(membership: number, to: number): void {
    const { memberships } = this.#registry;
    const client = memberships.client(membership);
    const known = memberships.find(client, to);
    const other = known < 0 ? this.#registry.join(client, to) : known;
    memberships.setTraffic(other, memberships.uploadedBytes(membership), memberships.downloadedBytes(membership));
    const leaseEndsAtMs = Math.max(memberships.leaseEndsAtMs(membership), memberships.leaseEndsAtMs(other));
    memberships.setLeaseEndsAtMs(other, leaseEndsAtMs);
    this.#registry.setLeft(other, Math.min(memberships.leftBytes(membership), memberships.leftBytes(other)));
    this.#registry.setPartialSeeder(other, this.#registry.isPartialSeeder(membership));
    this.#registry.leave(membership);
  }
}
