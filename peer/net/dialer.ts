/** Opens connections. @module */
import type { Endpoint } from "../../shared/endpoint.ts";
import type { InfoHash, PeerId } from "../../shared/ids.ts";
import type { ConnectionOptions, PeerConnection } from "./connection.ts";

/** What `dial` needs. */
export interface DialOptions extends ConnectionOptions {
  readonly infoHash: InfoHash;
  /** The truncated v2 info-hash of a hybrid torrent: an answer with it is accepted (BEP 52, upgrade). */
  readonly upgradeInfoHash?: InfoHash;
  readonly peerId: PeerId;
  readonly supportsDht?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}
/** The address could not be reached. */
export declare class DialFailure extends Error {
  readonly endpoint: Endpoint;
  constructor(endpoint: Endpoint, cause: Error);
}
/** Connects and shakes hands. */
export declare function dial(endpoint: Endpoint, options: DialOptions): Promise<PeerConnection>;
