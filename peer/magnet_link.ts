/**
 * The magnet link of a torrent of ours, with the community's announce addresses in it. That of a hybrid names both of its
 * info-hashes, so that clients of either kind find it.
 *
 * @module
 */
import type { InfoHash, InfoHashV2 } from "../shared/ids.ts";
import { formatMagnet } from "../shared/magnet.ts";

/** What a link names. */
export interface LinkedTorrent {
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2 | undefined;
  readonly name: string;
}

/** Makes the link. */
export function magnetLink(torrent: LinkedTorrent, options: { readonly trackers: readonly string[] }): string {
  const { infoHash, infoHashV2, name } = torrent;
  const hashes = infoHashV2 === undefined ? { infoHash } : { infoHash, infoHashV2 };
  return formatMagnet({ ...hashes, name, trackers: options.trackers, peers: [] });
}
