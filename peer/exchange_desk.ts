/**
 * Where a torrent's peers are told of each other, and what they tell comes in (BEP 11). Private torrents (BEP 27) have
 * none of it: nothing is offered, sent or believed.
 *
 * @module
 */
import { encodeAddress, type Endpoint } from "../shared/endpoint.ts";
import type { PeerExchange } from "../shared/wire/peer_exchange.ts";
import type { SwarmMember } from "./peer_exchange.ts";
import type { SwarmMachine } from "./swarm/machine.ts";
import type { PeerKey } from "./swarm/swarm_event.ts";
import type { TorrentPeer } from "./torrent_peer.ts";

/** How often is looked whether there is something to tell. */
const LOOK_MS = 1_000;
/** Strangers' hearsay may fill this part of the places for candidates: trackers and the user need theirs. */
const MAX_HEARSAY_SHARE = 0.5;

/** How to make an {@link ExchangeDesk}. */
export interface ExchangeDeskOptions {
  /** The connected peers, live. */
  readonly peers: ReadonlyMap<PeerKey, TorrentPeer>;
  readonly machine: SwarmMachine;
  /** How many candidates the machine remembers at most. */
  readonly maxCandidates: number;
  /** Whether the torrent is private; undefined while nobody knows. */
  readonly isPrivate: () => boolean | undefined;
  readonly onFound: (candidates: readonly Endpoint[]) => void;
}

/** The peer exchange of one torrent. */
export class ExchangeDesk {
  readonly #options: ExchangeDeskOptions;
  #lookAtMs = -Infinity;

  /** Tells nothing before the first {@link tick}. */
  constructor(options: ExchangeDeskOptions) {
    this.#options = options;
  }

  /** Whether peers are asked for what they know: also for a magnet, of which nobody says yet that it is private. */
  get isOffered(): boolean {
    return this.#options.isPrivate() !== true;
  }

  /** Time passed: tells those who may be told something. */
  tick(now: number): void {
    const { peers, isPrivate } = this.#options;
    if (now - this.#lookAtMs < LOOK_MS || isPrivate() !== false) return;
    this.#lookAtMs = now;
    const partners = [...peers.values()].filter((peer) => peer.extensions.takesPeers && peer.exchange.mayTell(now));
    if (partners.length === 0) return;
    const members = [...peers.values()].flatMap((peer) => this.#member(peer) ?? []);
    for (const peer of partners) {
      const exchange = peer.exchange.tell(members, { now, self: peer.listenEndpoint });
      if (exchange !== undefined) peer.extensions.sendPeers(exchange);
    }
  }

  /** A peer told us of others. */
  receive(key: PeerKey, options: { readonly exchange: PeerExchange; readonly now: number }): void {
    const peer = this.#options.peers.get(key);
    if (peer === undefined || !this.isOffered) return;
    const { candidateCount, isComplete } = this.#options.machine.view();
    const room = Math.floor(this.#options.maxCandidates * MAX_HEARSAY_SHARE) - candidateCount;
    const found = peer.exchange.hear(options.exchange, { now: options.now, room, isComplete });
    if (found.length > 0) this.#options.onFound(found);
  }

  #member(peer: TorrentPeer): SwarmMember | undefined {
    const endpoint = peer.listenEndpoint;
    // Where a name leads is its resolver's business, and a compact list has no place for it.
    if (endpoint === undefined || encodeAddress(endpoint.host) === undefined) return undefined;
    const view = this.#options.machine.peerView(peer.key);
    if (view === undefined) return undefined;
    return { endpoint, isSeeder: view.verifiedShare === 1, isReachable: peer.connection.isOutgoing };
  }
}
