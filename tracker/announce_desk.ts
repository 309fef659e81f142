/**
 * What the UDP and the HTTP server need of the tracker: the one place where announces are decided on.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import type { ScrapeEntry } from "../shared/wire/announce.ts";
import type { AnnounceAnswer } from "./announce_answer.ts";
import type { AnnounceRecord } from "./announce_record.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";
import type { AnnounceRequest, AnnounceResult } from "./announce_request.ts";

/** How a request came. */
export type Transport = "udp" | "http";

/** Swarms of a scrape that names none: an answer of 100 KB, more than anybody reads. */
export const MAX_FULL_SCRAPE = 1000;

/** Takes announces and scrapes. */
export interface AnnounceDesk {
  /** Why nothing is answered to this address now, which is counted as a request of it; undefined: all is well. */
  admit(host: string, transport: Transport): Refusal | undefined;
  /** Registers, renews or removes a client, and gives it peers. Admits by itself. */
  announce(request: AnnounceRequest, transport: Transport): AnnounceResult;
  /** {@link announce} without an object: the answer is written in place. */
  announceRecord(record: AnnounceRecord, answer: AnnounceAnswer): void;
  /** Sizes of these swarms, in their order. */
  scrape(infoHashes: readonly InfoHash[], transport: Transport): readonly ScrapeEntry[];
  /** Sizes of the first {@link MAX_FULL_SCRAPE} swarms, for who names none (BEP 48). */
  scrapeAll(transport: Transport): readonly ScrapeEntry[];
  /** Counts a request that was turned away before it came here: malformed, without a valid id or the key. */
  countRefused(transport: Transport, code: RefusalCode): void;
}

const MAPPED_PREFIX = "::ffff:";

/** The address of a socket's other side in canonical form: IPv4 where a dual-stack socket shows it mapped (RFC 4291). */
export function sourceHost(hostname: string): string {
  return hostname.startsWith(MAPPED_PREFIX) && hostname.includes(".") ? hostname.slice(MAPPED_PREFIX.length) : hostname;
}
