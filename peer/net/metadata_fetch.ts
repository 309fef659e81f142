/** BEP 9 over one connection. @module */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import type { Info } from "../../shared/metainfo.ts";

/** What `fetchMetadata` needs. */
export interface MetadataFetchOptions {
  readonly peerId: PeerId;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
/** Fetches the info dictionary of a torrent from one peer. */
export declare function fetchMetadata(
  infoHash: InfoHash,
  endpoint: Endpoint,
  options: MetadataFetchOptions,
): Promise<Info>;
