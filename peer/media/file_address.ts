/**
 * Which file of which torrent the two segments of a route's path name.
 *
 * @module
 */
import { type InfoHash, parseInfoHash } from "../../shared/ids.ts";

/** A file of a torrent. */
export interface FileAddress {
  readonly infoHash: InfoHash;
  /** Its index in the torrent, pads included. */
  readonly index: number;
}

/**
 * Reads the two segments.
 *
 * @param infoHash 40 hex digits, or anything that came in a path.
 * @param index A decimal index, or anything that came in a path.
 * @returns undefined when they are none
 */
export function fileAddress(infoHash: string, index: string): FileAddress | undefined {
  if (!/^[0-9a-f]{40}$/i.test(infoHash) || !/^(?:0|[1-9][0-9]{0,8})$/.test(index)) return undefined;
  return { infoHash: parseInfoHash(infoHash), index: Number(index) };
}
