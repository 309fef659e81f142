/**
 * The magnet link of a torrent of ours, with the community's announce addresses in it.
 *
 * @module
 */
import type { InfoHash } from "../shared/ids.ts";
import { formatMagnet } from "../shared/magnet.ts";

/** Makes the link. */
export function magnetLink(
  infoHash: InfoHash,
  options: { readonly name: string; readonly trackers: readonly string[] },
): string {
  return formatMagnet({ infoHash, name: options.name, trackers: options.trackers, peers: [] });
}
