/**
 * What two connected peers tell each other of the rest of the swarm (BEP 11): pure, so that time is an argument.
 * Invariant: nobody is told more than 50 new peers a minute, nor of addresses that mean nothing where they are; and what
 * a stranger tells us is bounded in rate and number, and never makes us dial this machine or its network from outside.
 *
 * @module
 */
import { encodeAddress, type Endpoint, formatEndpoint, isLoopback, isPrivate } from "../shared/endpoint.ts";
import type { PeerExchange, PexPeer } from "../shared/wire/peer_exchange.ts";

/** Between two messages to one peer: BEP 11 allows one a minute. */
const SEND_INTERVAL_MS = 60_000;
/** Between two messages from one peer that are read: under the minute of BEP 11, as its messages may be held up. */
const RECEIVE_INTERVAL_MS = 45_000;
/** Peers added, and as many dropped, in one message (BEP 11). */
const MAX_TOLD = 50;
/** Peers of a first message that are believed: what libtorrent sends at most. */
const MAX_FIRST_HEARD = 100;
/** Peers of a later message that are believed (BEP 11). */
const MAX_HEARD = 50;

/** Somebody we are connected to, and where others can reach it. */
export interface SwarmMember {
  /** Where it listens: never the port that it happened to connect from. */
  readonly endpoint: Endpoint;
  readonly isSeeder: boolean;
  /** We dialled it, so it can be reached. */
  readonly isReachable: boolean;
}

/** The exchange with one peer. */
export class ExchangePartner {
  readonly #host: string;
  /** What it was told and has not been told to forget. */
  #told: ReadonlyMap<string, Endpoint> = new Map();
  #toldAtMs = -Infinity;
  #heardAtMs = -Infinity;

  /** Nothing was said yet to the peer at this address. */
  constructor(host: string) {
    this.#host = host;
  }

  /** Whether BEP 11 lets us tell it something now. */
  mayTell(now: number): boolean {
    return now - this.#toldAtMs >= SEND_INTERVAL_MS;
  }

  /**
   * What to tell it now: what changed since the last time, or undefined when nothing did or it was told something less
   * than a minute ago. What does not fit is told the next time.
   *
   * @param members everybody we are connected to; `self` is where the partner itself listens, which it knows
   */
  tell(
    members: readonly SwarmMember[],
    options: { readonly now: number; readonly self: Endpoint | undefined },
  ): PeerExchange | undefined {
    if (!this.mayTell(options.now)) return undefined;
    const self = options.self === undefined ? undefined : formatEndpoint(options.self);
    const present = new Map<string, SwarmMember>();
    for (const member of members) {
      const key = formatEndpoint(member.endpoint);
      if (key !== self && isMeaningful(member.endpoint.host, this.#host)) present.set(key, member);
    }
    const dropped = [...this.#told].filter(([key]) => !present.has(key)).slice(0, MAX_TOLD);
    const added = [...present].filter(([key]) => !this.#told.has(key)).slice(0, MAX_TOLD);
    if (added.length + dropped.length === 0) return undefined;
    const told = new Map(this.#told);
    for (const [key] of dropped) told.delete(key);
    for (const [key, { endpoint }] of added) told.set(key, endpoint);
    this.#told = told;
    this.#toldAtMs = options.now;
    return { added: added.map(([, member]) => pexPeer(member)), dropped: dropped.map(([, endpoint]) => endpoint) };
  }

  /**
   * Whom to try of what it told us: nobody when it talks too often. Of a message that is read at most the first 100
   * peers count, of a later one 50, and of each public address one: more are likely to be made up (BEP 11).
   *
   * @param options `room`: how many more we want to know of; `isComplete`: we have no use for seeders
   */
  hear(
    exchange: PeerExchange,
    options: { readonly now: number; readonly room: number; readonly isComplete: boolean },
  ): readonly Endpoint[] {
    if (options.now - this.#heardAtMs < RECEIVE_INTERVAL_MS) return [];
    const limit = this.#heardAtMs === -Infinity ? MAX_FIRST_HEARD : MAX_HEARD;
    this.#heardAtMs = options.now;
    return distinct(exchange.added.slice(0, limit))
      .filter(({ host, isSeeder }) => isMeaningful(host, this.#host) && !(options.isComplete && isSeeder))
      .slice(0, Math.max(0, options.room))
      .map(({ host, port }) => ({ host, port }));
  }
}

/**
 * Whether what `partner` tells of `host` may be believed: it is a single machine's address, and as near to the partner as
 * it must be for them to reach it.
 */
export function isMeaningful(host: string, partner: string): boolean {
  const address = encodeAddress(host);
  if (address === undefined) return false;
  const [first = 0] = address;
  // "This network" and multicast; dialling 0.0.0.0 or :: would reach ourselves.
  const isGroup = address.length === 4 ? first === 0 || first >= 224 : first === 0xff;
  if (isGroup || address.every((byte) => byte === 0)) return false;
  if (isLoopback(host)) return isLoopback(partner);
  return !isPrivate(host) || isPrivate(partner) || isLoopback(partner);
}

/** Peers of public addresses once each; in a private network, and on this machine, many may share one. */
function distinct(peers: readonly PexPeer[]): readonly PexPeer[] {
  const hosts = new Set<string>();
  return peers.filter(({ host }) => {
    if (isPrivate(host) || isLoopback(host)) return true;
    const isNew = !hosts.has(host);
    hosts.add(host);
    return isNew;
  });
}

function pexPeer({ endpoint, isSeeder, isReachable }: SwarmMember): PexPeer {
  return { ...endpoint, isSeeder, isReachable, prefersEncryption: false, supportsUtp: false, supportsHolepunch: false };
}
