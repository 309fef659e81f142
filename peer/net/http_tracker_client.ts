/** BEP 3 HTTP tracker client. @module */
import type { InfoHash } from "../../shared/ids.ts";
import type { Announce, AnnounceResponse, ScrapeEntry } from "../../shared/wire/announce.ts";
import type { Clock } from "./clock.ts";

/** How one question is asked. */
export interface HttpAskOptions {
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}
/** Announces by HTTP. */
export declare function announceByHttp(
  url: string,
  announce: Announce,
  options?: HttpAskOptions,
): Promise<AnnounceResponse>;
/** Scrapes by HTTP (BEP 48). */
export declare function scrapeByHttp(
  url: string,
  infoHashes: readonly InfoHash[],
  options?: HttpAskOptions,
): Promise<readonly ScrapeEntry[]>;
