/**
 * What a peer offers the community's tracker before it sends anything: the torrents that it shares, many at a time
 * (`POST /torrents/wanted`). The answer names those that the tracker would like to have.
 *
 * @module
 */
import type { InfoHash } from "./ids.ts";

/** A torrent that could be published. */
export interface TorrentOffer {
  readonly infoHash: InfoHash;
  /** How long it plays, as far as that is known. */
  readonly durationSeconds?: number;
}

/** Torrents offered at a time: 40 KB, and twenty of them for ten thousand files. */
export const MAX_OFFERED_TORRENTS = 500;
