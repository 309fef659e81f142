/**
 * Which peers an asker gets and in which order: those of its own host first, then of its own network, then the least
 * loaded. An address is given only to who can reach it: loopback to loopback, private to private. Pure.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import { encodeAddress, formatEndpoint, isLoopback, isPrivate } from "../shared/endpoint.ts";

/** From how far away an address can be reached. */
export type Reach = "loopback" | "private" | "public";

/** An address with what follows from it, worked out once. */
export interface Place {
  /** Canonical text of an IP address. */
  readonly host: string;
  readonly family: 4 | 6;
  readonly reach: Reach;
  /** Equal for places that most likely share a LAN: all private ones, one public IPv4 address, one IPv6 /64. */
  readonly network: string;
}

/** An address of this machine's own interfaces with its netmask, both as text. */
export interface OwnAddress {
  readonly address: string;
  readonly netmask: string;
}

/** What the order of a peer depends on. */
export interface OrderedPeer {
  readonly place: Place;
  readonly port: number;
  /** Place and port as `formatEndpoint` writes them. */
  readonly endpointKey: string;
  /** Its address behind a public one that it shares with others, when it told it. */
  readonly lanHost?: string | undefined;
  /** Peers that it presumably serves now; any measure that grows with its work. */
  readonly load: number;
}

/** Who asks. */
export interface Asker {
  readonly place: Place;
  /** Only peers of this family are wanted, as an answer over UDP has room for one (BEP 15); absent for both. */
  readonly family?: 4 | 6 | undefined;
  /** This machine's own addresses, by which peers on its loopback are found from outside. */
  readonly ownAddresses: readonly OwnAddress[];
}

/**
 * Works out the place of an IP address.
 *
 * @throws {RangeError} when the host is a name
 */
export function placeOf(host: string): Place {
  const bytes = encodeAddress(host);
  if (bytes === undefined) throw new RangeError(`Cannot take ${JSON.stringify(host)} as an address: it is a name`);
  const family = bytes.length === 4 ? 4 : 6;
  const reach = isLoopback(host) ? "loopback" : isPrivate(host) ? "private" : "public";
  // Whoever reaches us from a private address is in our own private network.
  const network = reach !== "public" ? "private" : family === 4 ? host : bytes.subarray(0, 8).toHex();
  return { host, family, reach, network };
}

/** 0: the same host; 1: the same network; 2: anywhere else. */
export function distance(a: Place, b: Place): 0 | 1 | 2 {
  if (a.host === b.host || (a.reach === "loopback" && b.reach === "loopback")) return 0;
  return a.network === b.network ? 1 : 2;
}

/** The host by which the asker can reach this peer, or undefined when it cannot or the family is not wanted. */
export function reachableHost(peer: OrderedPeer, asker: Asker): string | undefined {
  const host = hostForAsker(peer, asker);
  if (host === undefined || asker.family === undefined) return host;
  const family = host.includes(":") ? 6 : 4;
  return family === asker.family ? host : undefined;
}

function hostForAsker(peer: OrderedPeer, asker: Asker): string | undefined {
  const from = asker.place.reach;
  switch (peer.place.reach) {
    case "loopback":
      if (from !== "loopback") return ownHostFor(asker);
      // A machine's two loopback addresses lead to the same listener; the asker's own family is the one it can use.
      return asker.family === undefined ? peer.place.host : asker.family === 4 ? loopback4(peer) : loopback6(peer);
    case "private":
      return from === "public" ? undefined : peer.place.host;
    case "public":
      return peer.lanHost !== undefined && peer.place.network === asker.place.network ? peer.lanHost : peer.place.host;
  }
}

function loopback4(peer: OrderedPeer): string {
  return peer.place.family === 4 ? peer.place.host : "127.0.0.1";
}

function loopback6(peer: OrderedPeer): string {
  return peer.place.family === 6 ? peer.place.host : "::1";
}

/**
 * This machine's address for an asker from outside, to whom its loopback means nothing: the one in the asker's subnet,
 * else one of the asker's reach and family.
 */
function ownHostFor(asker: Asker): string | undefined {
  const { host, family, reach } = asker.place;
  const own = asker.ownAddresses.filter(({ address }) => (address.includes(":") ? 6 : 4) === family);
  const near = own.find((candidate) => isSameSubnet(host, candidate));
  return (near ?? own.find(({ address }) => placeOf(address).reach === reach))?.address;
}

function isSameSubnet(host: string, own: OwnAddress): boolean {
  const bytes = encodeAddress(host);
  const ownBytes = encodeAddress(own.address);
  const mask = encodeAddress(own.netmask);
  if (bytes === undefined || ownBytes === undefined || mask === undefined) return false;
  return mask.every((part, index) => ((bytes[index] ?? 0) & part) === ((ownBytes[index] ?? 0) & part));
}

/** A peer chosen for an asker. */
export interface ChosenPeer<Peer extends OrderedPeer> {
  readonly peer: Peer;
  /** Where this asker reaches it. */
  readonly host: string;
}

/**
 * Orders candidates for an asker and gives up to `count` of them, each once per endpoint, without those at the asker's own
 * endpoint (`self`) and those it cannot reach.
 */
export function orderPeers<Peer extends OrderedPeer>(
  candidates: Iterable<Peer>,
  options: { readonly asker: Asker; readonly self: Endpoint; readonly count: number },
): readonly ChosenPeer<Peer>[] {
  const { asker, self, count } = options;
  const ranks: Ranked<Peer>[][] = [[], [], []];
  for (const peer of candidates) {
    const host = reachableHost(peer, asker);
    if (host === undefined) continue;
    ranks[distance(peer.place, asker.place)]?.push({ peer, host, load: peer.load });
  }
  const taken: ChosenPeer<Peer>[] = [];
  const takenKeys = new Set<string>([formatEndpoint(self)]);
  for (const rank of ranks) {
    if (taken.length >= count) break;
    rank.sort((a, b) => a.load - b.load);
    for (const chosen of rank) {
      if (taken.length >= count) break;
      const key = endpointKeyOf(chosen);
      if (takenKeys.has(key)) continue;
      takenKeys.add(key);
      taken.push(chosen);
    }
  }
  return taken;
}

/** A candidate with its load at this moment, which is asked once and not at every comparison. */
interface Ranked<Peer extends OrderedPeer> extends ChosenPeer<Peer> {
  readonly load: number;
}

function endpointKeyOf({ peer, host }: ChosenPeer<OrderedPeer>): string {
  return host === peer.place.host ? peer.endpointKey : formatEndpoint({ host, port: peer.port });
}
