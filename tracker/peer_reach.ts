/**
 * Where an asker reaches the members of its swarm, and how near they are to it. An address is given only to who can reach
 * it: loopback to loopback, private to private. Pure.
 *
 * @module
 */
import {
  ADDRESS_WORDS,
  type AddressWords,
  addressWords,
  familyOf,
  isSameAddress,
  isSameUnderMask,
  MAPPED_WORD,
  type Reach,
  reachOf,
} from "./address_words.ts";
import { AnnounceRecord } from "./announce_record.ts";
import type { ClientTable } from "./client_table.ts";
import { MEMBER_FLAG, type MemberLists } from "./member_lists.ts";
import type { MembershipTable } from "./membership_table.ts";
import { writeNetwork } from "./neighbour_rings.ts";
import { hidesWhatItLacks } from "./peer_id_prefix.ts";

/** An address of this machine's own interfaces with its netmask, both as text. */
export interface OwnAddress {
  readonly address: string;
  readonly netmask: string;
}

/** How near a peer is to the asker: its own host, its network, elsewhere, elsewhere without taking connections. */
export const RANK = { host: 0, network: 1, elsewhere: 2, unreachable: 3, count: 4 } as const;

/** In place of a rank: the asker has no use for it. */
export const NO_RANK: -1 = -1;

/** In place of a rank: the flags alone do not say it. */
export const LOOK_CLOSER: number = RANK.count;

/** What about an asker decides together with a member's flags. */
interface AskerKind {
  readonly reach: Reach;
  /** Only IPv6 peers fit in the answer. */
  readonly isIpv6Only: boolean;
  /** Seeders are of use to it (BEP 21). */
  readonly needsData: boolean;
}

const REACHES: readonly Reach[] = ["loopback", "private", "public"];

/** Of each kind of asker, by {@link kindIndex}, what each byte of flags says. */
const RANKS_BY_FLAGS: readonly Int8Array[] = REACHES.flatMap((reach) =>
  [false, true].flatMap((isIpv6Only) =>
    [false, true].map((needsData) => {
      const kind = { reach, isIpv6Only, needsData };
      return Int8Array.from({ length: 256 }, (_, flags) => rankByFlags(flags, kind));
    })
  )
);

const LOOPBACK_IPV4: AddressWords = addressWords("127.0.0.1");
const LOOPBACK_IPV6: AddressWords = addressWords("::1");

/** What members are described by. */
export interface PeerReachSource {
  readonly lists: MemberLists;
  readonly memberships: MembershipTable;
  readonly clients: ClientTable;
}

/** Looks at the members of a swarm with the eyes of one asker after another. */
export class PeerReach {
  /**
   * By the flags of a member: its rank where they alone say it, as they do of nearly all; else {@link NO_RANK} or
   * {@link LOOK_CLOSER}. Who has a rank is an IPv4 peer reached where it is, and as near as can be at {@link sourceIpv4}.
   */
  ranks: Int8Array = new Int8Array(256);
  /** The IPv4 address that the asker comes from; −1 of IPv6. */
  sourceIpv4: number;
  /** The IPv4 address where others reach the asker; −1 of IPv6. */
  askerIpv4: number;
  /** Where the member that was looked at closer is reached, until the next look. */
  address: AddressWords = new Uint32Array(ADDRESS_WORDS);
  readonly #source: PeerReachSource;
  readonly #peer: AddressWords = new Uint32Array(ADDRESS_WORDS);
  readonly #askerNetwork = new Uint32Array(2);
  readonly #peerNetwork = new Uint32Array(2);
  #own: readonly { readonly address: AddressWords; readonly netmask: AddressWords }[] = [];
  #asker = new AnnounceRecord();
  #askerReach: Reach = "public";
  /** Our address for the asker, looked for when a peer needs it. */
  #ownForAsker: AddressWords | undefined;

  /** Looks at these. */
  constructor(source: PeerReachSource) {
    this.#source = source;
    this.sourceIpv4 = -1;
    this.askerIpv4 = -1;
  }

  /** This machine's own addresses, by which peers on its loopback are found from outside. */
  setOwnAddresses(addresses: readonly OwnAddress[]): void {
    this.#own = addresses.map(({ address, netmask }) => ({
      address: addressWords(address),
      netmask: netmaskWords(netmask),
    }));
  }

  /** Takes the eyes of this asker; it is read until the next one. */
  begin(asker: AnnounceRecord): void {
    const { source, address } = asker;
    this.#asker = asker;
    this.#askerReach = reachOf(source);
    this.#ownForAsker = undefined;
    writeNetwork(this.#askerNetwork, source);
    this.sourceIpv4 = familyOf(source) === 4 ? source[ADDRESS_WORDS - 1] ?? 0 : -1;
    this.askerIpv4 = familyOf(address) === 4 ? address[ADDRESS_WORDS - 1] ?? 0 : -1;
    const isLeecher = asker.left > 0 || hidesWhatItLacks(asker.peerId[0] ?? 0);
    const needsData = isLeecher && asker.event !== "paused";
    this.ranks = RANKS_BY_FLAGS[kindIndex(this.#askerReach, asker.family === 6, needsData)] ?? this.ranks;
  }

  /** The rank of a member of which the flags do not say it, or {@link NO_RANK}; it is reached at {@link address}. */
  lookCloser(entry: number): number {
    const { lists } = this.#source;
    const flags = lists.flags(entry);
    this.#readAddress(entry, flags);
    const rank = this.#rankOf(flags);
    const host = this.#reachableAddress(entry, flags);
    if (host === undefined) return NO_RANK;
    const { family } = this.#asker;
    if (family !== 0 && familyOf(host) !== family) return NO_RANK;
    if (lists.port(entry) === this.#asker.port && isSameAddress(host, this.#asker.address)) return NO_RANK;
    this.address = host;
    return rank;
  }

  /** Where the peer itself says it is, or was seen. */
  #readAddress(entry: number, flags: number): void {
    const { lists, clients } = this.#source;
    if ((flags & MEMBER_FLAG.ipv6) !== 0) return clients.readAddress(lists.address(entry), this.#peer);
    this.#peer[0] = 0;
    this.#peer[1] = 0;
    this.#peer[2] = MAPPED_WORD;
    this.#peer[3] = lists.address(entry);
  }

  #rankOf(flags: number): number {
    const isLoopback = (flags & MEMBER_FLAG.loopback) !== 0;
    if (isLoopback && this.#askerReach === "loopback") return RANK.host;
    if (isSameAddress(this.#peer, this.#asker.source)) return RANK.host;
    if (this.#isNear()) return RANK.network;
    return (flags & MEMBER_FLAG.unreachable) === 0 ? RANK.elsewhere : RANK.unreachable;
  }

  /** The address by which the asker can reach a peer, or undefined when it cannot. */
  #reachableAddress(entry: number, flags: number): AddressWords | undefined {
    if ((flags & MEMBER_FLAG.loopback) !== 0) {
      if (this.#askerReach !== "loopback") return this.#ownForAsker ??= this.#ownAddressFor(this.#asker.source);
      // A machine's two loopback addresses lead to the same listener; the asker's own family is the one it can use.
      const { family } = this.#asker;
      const isWanted = family === 0 || (family === 6) === ((flags & MEMBER_FLAG.ipv6) !== 0);
      return isWanted ? this.#peer : family === 4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6;
    }
    if ((flags & MEMBER_FLAG.private) !== 0) return this.#askerReach === "public" ? undefined : this.#peer;
    return (flags & MEMBER_FLAG.hasLanAddress) === 0 ? this.#peer : this.#lanAddress(entry) ?? this.#peer;
  }

  /** Behind one public address neighbours reach each other on their LAN. */
  #lanAddress(entry: number): AddressWords | undefined {
    const { lists, memberships, clients } = this.#source;
    return this.#isNear() ? clients.lanAddress(memberships.client(lists.membership(entry))) : undefined;
  }

  #isNear(): boolean {
    writeNetwork(this.#peerNetwork, this.#peer);
    return this.#peerNetwork[0] === this.#askerNetwork[0] && this.#peerNetwork[1] === this.#askerNetwork[1];
  }

  /**
   * This machine's address for an asker from outside, to whom its loopback means nothing: the one in the asker's subnet,
   * else one of the asker's reach and family.
   */
  #ownAddressFor(source: AddressWords): AddressWords | undefined {
    const own = this.#own.filter(({ address }) => familyOf(address) === familyOf(source));
    const near = own.find(({ address, netmask }) => isSameUnderMask(source, address, netmask));
    return (near ?? own.find(({ address }) => reachOf(address) === this.#askerReach))?.address;
  }
}

/** The place of a kind of asker among {@link RANKS_BY_FLAGS}. */
function kindIndex(reach: Reach, isIpv6Only: boolean, needsData: boolean): number {
  return REACHES.indexOf(reach) * 4 + (isIpv6Only ? 2 : 0) + (needsData ? 1 : 0);
}

/** What {@link MEMBER_FLAG} alone says of a member. */
function rankByFlags(flags: number, { reach, isIpv6Only, needsData }: AskerKind): number {
  const has = (flag: keyof typeof MEMBER_FLAG) => (flags & MEMBER_FLAG[flag]) !== 0;
  if (!needsData && (has("seeder") || has("partialSeeder"))) return NO_RANK;
  if (has("private") && reach === "public") return NO_RANK;
  if (has("ipv6") || isIpv6Only) return LOOK_CLOSER;
  if (has("loopback")) return reach === "loopback" ? RANK.host : LOOK_CLOSER;
  if (has("hasLanAddress")) return LOOK_CLOSER;
  if (has("private")) return RANK.network;
  return has("unreachable") ? RANK.unreachable : RANK.elsewhere;
}

/** Of an IPv4 netmask the mask of the mapped address. */
function netmaskWords(netmask: string): AddressWords {
  const words = addressWords(netmask);
  if (familyOf(words) === 4) words.fill(0xffff_ffff, 0, 3);
  return words;
}
