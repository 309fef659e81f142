/**
 * What the UDP and the HTTP server need of the tracker: the one place where announces are decided on.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { ScrapeEntry } from "../shared/wire/announce.ts";
import type { AnnounceRequest, AnnounceResult } from "./swarms.ts";

/** How a request came. */
export type Transport = "udp" | "http";

/** Takes announces and scrapes. */
export interface AnnounceDesk {
  /** Registers, renews or removes a client, and gives it peers. */
  announce(request: AnnounceRequest, transport: Transport): AnnounceResult;
  /** Sizes of these swarms, in their order. */
  scrape(infoHashes: readonly InfoHash[], transport: Transport): readonly ScrapeEntry[];
  /** Counts a request that was turned away before it came here: malformed, without a valid id or the key. */
  countRefused(transport: Transport): void;
}

const MAPPED_PREFIX = "::ffff:";

/** The address of a socket's other side in canonical form: IPv4 where a dual-stack socket shows it mapped (RFC 4291). */
export function sourceHost(hostname: string): string {
  return hostname.startsWith(MAPPED_PREFIX) && hostname.includes(".") ? hostname.slice(MAPPED_PREFIX.length) : hostname;
}
