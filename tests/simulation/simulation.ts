/**
 * A swarm of real swarm machines in virtual time: who exists, who knows whom, who is connected. Scenarios add peers, run
 * the clock and look at what came of it. Everything follows from the seed.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import type { Info } from "../../shared/metainfo.ts";
import { seededRandom } from "./seeded_random.ts";
import { LinkEnd } from "./simulated_network.ts";
import { SimulatedPeer, type SimulatedPeerOptions } from "./simulated_peer.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** The simulated tracker answers after this, with at most this many peers (BEP 3's default). */
const ANNOUNCE_MS = 40;
const ANNOUNCED_PEERS = 50;

/** One simulated swarm. */
export class Simulation {
  readonly clock: VirtualClock = new VirtualClock();
  readonly info: Info;
  readonly random: () => number;
  readonly peers: SimulatedPeer[] = [];
  readonly #byEndpoint = new Map<string, SimulatedPeer>();
  /** The names of peers by how they are seen from outside of a house. */
  readonly #innerNames = new Map<string, string>();
  #nextKey = 1;
  /** Of those who are here. */
  #completeCount = 0;

  readonly #choosePeers: ((asker: SimulatedPeer) => readonly SimulatedPeer[]) | undefined;

  /**
   * An empty swarm of this torrent.
   *
   * @param options.choosePeers whom the tracker tells an asker of, in order; by default others by chance
   */
  constructor(options: {
    readonly info: Info;
    readonly seed: number;
    readonly choosePeers?: (asker: SimulatedPeer) => readonly SimulatedPeer[];
  }) {
    this.info = options.info;
    this.#choosePeers = options.choosePeers;
    this.random = seededRandom(options.seed);
  }

  /** A peer joins now and asks the tracker for others. */
  add(options: SimulatedPeerOptions): SimulatedPeer {
    const peer = new SimulatedPeer(this, { ...options, number: this.peers.length + 1 });
    this.peers.push(peer);
    this.#byEndpoint.set(peer.name, peer);
    this.#innerNames.set(formatEndpoint(peer.outerEndpoint), peer.name);
    peer.start();
    this.announce(peer);
    return peer;
  }

  /** A peer leaves without a word. */
  remove(peer: SimulatedPeer): void {
    if (this.#byEndpoint.delete(peer.name) && peer.completedAtMs !== undefined) this.#completeCount--;
    peer.kill();
  }

  /** Runs until everybody who is here is complete; false when time is over first. */
  runToCompletion(options: { readonly withinMs: number }): boolean {
    const isOver = () => this.#completeCount === this.#byEndpoint.size;
    return this.clock.run({ untilMs: this.clock.nowMs + options.withinMs, isOver });
  }

  /** The tracker tells a peer of others. */
  announce(peer: SimulatedPeer): void {
    this.clock.after(ANNOUNCE_MS, () => {
      const others = this.#choosePeers?.(peer) ?? this.byChance(peer).slice(0, ANNOUNCED_PEERS);
      const candidates = others.map((other) => other.endpointFor(peer));
      peer.handle({ type: "candidates-found", candidates, source: "tracker" });
    });
  }

  /** All others who are here, in an order of chance. */
  byChance(peer: SimulatedPeer): SimulatedPeer[] {
    const others = [...this.#byEndpoint.values()].filter((other) => other !== peer);
    for (let index = others.length - 1; index > 0; index--) {
      const chosen = Math.floor(this.random() * (index + 1));
      const [one, other] = [others[index], others[chosen]];
      if (one !== undefined && other !== undefined) [others[index], others[chosen]] = [other, one];
    }
    return others;
  }

  /** Connects two peers after a round trip, or fails after a while. */
  dial(from: SimulatedPeer, endpoint: Endpoint): void {
    const name = formatEndpoint(endpoint);
    const to = this.#byEndpoint.get(this.#innerNames.get(name) ?? name);
    if (to === undefined) {
      this.clock.after(3_000, () => from.handle({ type: "dial-failed", endpoint }));
      return;
    }
    const [place, otherPlace] = from.placesTo(to);
    const delayMs = place.speed.delayMs + otherPlace.speed.delayMs;
    this.clock.after(3 * delayMs, () => {
      const key = this.#nextKey++;
      const [end, otherEnd] = LinkEnd.pair(
        { place, handler: from.linkHandler(key) },
        { place: otherPlace, handler: to.linkHandler(key) },
      );
      // Both know of each other before the first word is on its way.
      to.connected(from, { key, end: otherEnd, isOutgoing: false });
      from.connected(to, { key, end, isOutgoing: true });
    });
  }

  /** A peer has everything now. */
  completed(): void {
    this.#completeCount++;
  }
}
