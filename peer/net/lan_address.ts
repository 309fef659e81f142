/**
 * Our address on our own network, for a tracker that is beyond it: such a tracker sees the router's, and gives ours to
 * neighbours behind the same router, who reach us by it without leaving the house (`ip` of BEP 3, the IP address of
 * BEP 15). A tracker on our own network sees it by itself.
 * @module
 */

import { encodeAddress, isLoopback, isPrivate } from "../../shared/endpoint.ts";
import type { AskTracker } from "./ask_tracker.ts";
import { type Clock, systemClock } from "./clock.ts";
import { hostAddresses } from "./host_addresses.ts";

/** How long what was found out holds: a laptop changes its network now and then, thousands of announces come at once. */
const LOOK_AGAIN_MS = 30_000;

/** Networks of machines inside of this machine, and tunnels: no neighbour reaches us there. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|podman|cni|tun|tap|utun|wg|zt|tailscale)/i;

/** What is asked of an interface of this machine. */
export type Interface = Pick<Deno.NetworkInterfaceInfo, "name" | "address">;

/** What a {@link LanAddress} is made of; what the machine says itself by default. */
export interface LanAddressOptions {
  /** The address that we listen on; absent: every address. */
  readonly listenHost?: string | undefined;
  readonly interfaces?: () => readonly Interface[];
  /** The name of the interface that leads out; undefined where that is not known. */
  readonly defaultInterface?: () => string | undefined;
  /** The addresses of a host; none where its name has none. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly clock?: Clock;
}

/** Our LAN address as one tracker is told it. */
export class LanAddress {
  readonly #trackerHost: string;
  readonly #options: LanAddressOptions;
  readonly #clock: Clock;
  #told: Promise<string | undefined> = Promise.resolve(undefined);
  #holdsUntilMs = -Infinity;

  /** For the tracker at this host: a name or an IP literal. */
  constructor(trackerHost: string, options: LanAddressOptions = {}) {
    this.#trackerHost = trackerHost;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** The address to tell; undefined where the tracker needs none, or we have none. */
  told(): Promise<string | undefined> {
    const nowMs = this.#clock.now();
    if (nowMs >= this.#holdsUntilMs) {
      this.#holdsUntilMs = nowMs + LOOK_AGAIN_MS;
      this.#told = this.#look();
    }
    return this.#told;
  }

  async #look(): Promise<string | undefined> {
    const { listenHost, interfaces = Deno.networkInterfaces, defaultInterface = routedInterface } = this.#options;
    const { resolve = hostAddresses } = this.#options;
    const addresses = await resolve(this.#trackerHost);
    if (addresses.length === 0 || addresses.some((address) => isLoopback(address) || isPrivate(address))) return;
    if (listenHost !== undefined && listenHost !== "0.0.0.0" && listenHost !== "::") {
      return isLanAddress(listenHost) ? listenHost : undefined;
    }
    const candidates = interfaces().filter(({ name, address }) => isLanAddress(address) && !VIRTUAL.test(name));
    const leadsOut = defaultInterface();
    return (candidates.find(({ name }) => name === leadsOut) ?? candidates[0])?.address;
  }
}

/** Asks as before, and tells the trackers for which it is meant where we are on our network. */
export function tellingLanAddress(
  ask: AskTracker,
  told: (url: string) => Promise<string | undefined> | undefined,
): AskTracker {
  return async (url, announce, options) => {
    const ip = await told(url);
    return await ask(url, ip === undefined ? announce : { ...announce, ip }, options);
  };
}

/** Private IPv4, as BEP 15 has room for no other; link-local ones (169.254.0.0/16) are of machines without a network. */
function isLanAddress(address: string): boolean {
  return encodeAddress(address)?.length === 4 && isPrivate(address) && !address.startsWith("169.254.");
}

/** The interface of the default route, where the system tells in a file; elsewhere the first that fits is taken. */
function routedInterface(): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return defaultInterfaceOf(Deno.readTextFileSync("/proc/net/route"));
  } catch (error) {
    // There is no such file in some sandboxes.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** The interface of the first default route in Linux's table: a line for each, its interface and its destination first. */
export function defaultInterfaceOf(routes: string): string | undefined {
  return /^(\S+)\s+00000000\s/m.exec(routes)?.[1];
}
