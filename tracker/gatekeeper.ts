/**
 * Who may use the tracker, and for what: an allow and a deny list, and how many requests an address may make. The machine's
 * own loopback may always. Synchronous; the lists are replaced while it runs.
 *
 * @module
 */
import { isLoopback } from "../shared/endpoint.ts";
import type { InfoHash } from "../shared/ids.ts";
import { type AccessList, EMPTY_LIST } from "./access_list.ts";
import type { Refusal } from "./refusal.ts";
import { RequestLimits } from "./request_limits.ts";

/** Both lists. */
export interface AccessLists {
  /** Where it names an info-hash, only those are tracked; where it names an address, only those are let in. */
  readonly allow: AccessList;
  /** Info-hashes that are not tracked and addresses that are not let in, whatever the other list says. */
  readonly deny: AccessList;
}

/** Lists that keep nobody out. */
export const OPEN_LISTS: AccessLists = { allow: EMPTY_LIST, deny: EMPTY_LIST };

const ADDRESS_DENIED: Refusal = {
  code: "denied",
  reason: "This tracker does not serve your address",
  retryInSeconds: Infinity,
};
const TORRENT_DENIED: Refusal = {
  code: "denied",
  reason: "This tracker does not serve this torrent",
  retryInSeconds: Infinity,
};
const TOO_MANY_REQUESTS: Refusal = {
  code: "too-many-requests",
  reason: "Too many requests from your address: try again in a minute",
  retryInSeconds: 60,
};

/** What a {@link Gatekeeper} is made of. */
export interface GatekeeperOptions {
  readonly lists: AccessLists;
  /** Requests a second from one address; 0 for no limit. */
  readonly requestsPerSecond: number;
}

/** Lets requests in or not. */
export class Gatekeeper {
  readonly #limits: RequestLimits;
  #lists: AccessLists;
  #hasAddresses = false;
  #hasInfoHashes = false;

  /** Begins with these lists. */
  constructor(options: GatekeeperOptions) {
    this.#limits = new RequestLimits(options);
    this.#lists = options.lists;
    this.setLists(options.lists);
  }

  /** Replaces the lists; who is in already is for the caller to look after. */
  setLists(lists: AccessLists): void {
    const { allow, deny } = lists;
    this.#lists = lists;
    this.#hasAddresses = !allow.addresses.isEmpty || !deny.addresses.isEmpty;
    this.#hasInfoHashes = allow.infoHashes.size + deny.infoHashes.size > 0;
  }

  /** Counts a request from this address, and gives why it may not be answered; undefined: it may. */
  refuse(host: string, nowMs: number): Refusal | undefined {
    if (isOwn(host)) return undefined;
    if (!this.#limits.take(host, nowMs)) return TOO_MANY_REQUESTS;
    return this.refuseAddress(host);
  }

  /** Why this address is not let in, however seldom it asks. */
  refuseAddress(host: string): Refusal | undefined {
    if (!this.#hasAddresses || isOwn(host)) return undefined;
    const { allow, deny } = this.#lists;
    const isIn = !deny.addresses.has(host) && (allow.addresses.isEmpty || allow.addresses.has(host));
    return isIn ? undefined : ADDRESS_DENIED;
  }

  /** Whether the lists name any torrent: what is announced has to be looked up. */
  get namesTorrents(): boolean {
    return this.#hasInfoHashes;
  }

  /** Why a torrent is not tracked that is announced under one name and kept under another, or the same. */
  refuseTorrent(announced: InfoHash, kept: InfoHash): Refusal | undefined {
    if (!this.#hasInfoHashes) return undefined;
    const { allow, deny } = this.#lists;
    const isNamed = (names: ReadonlySet<InfoHash>) => names.has(announced) || names.has(kept);
    const isIn = !isNamed(deny.infoHashes) && (allow.infoHashes.size === 0 || isNamed(allow.infoHashes));
    return isIn ? undefined : TORRENT_DENIED;
  }

  /** Forgets the addresses that may make a whole burst again. */
  sweep(nowMs: number): void {
    this.#limits.sweep(nowMs);
  }
}

/** The loopback that nearly everybody uses is told at a glance, for this is asked at each announce. */
function isOwn(host: string): boolean {
  return host === "127.0.0.1" || host === "::1" ||
    ((host.startsWith("127.") || host.startsWith("::")) && isLoopback(host));
}
