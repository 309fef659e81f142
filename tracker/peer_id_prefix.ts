/**
 * What the first bytes of a peer id tell of the program (BEP 20). Pure.
 *
 * @module
 */

/** `-PS` in the upper bytes of a peer id's first word: Playswarm's own begin so. */
export const PLAYSWARM_PREFIX = 0x2d5053;

/** `A2-` and `-WW`: the peer ids of aria2 and of WebTorrent begin so. */
const HIDING_PREFIXES: ReadonlySet<number> = new Set([0x41322d, 0x2d5757]);

/** Whether a peer id, given by its first word, is one of Playswarm's. */
export function isPlayswarm(firstWord: number): boolean {
  return firstWord >>> 8 === PLAYSWARM_PREFIX;
}

/**
 * Whether a client says that it lacks nothing while it does not know yet how much it lacks: aria2 announces a magnet link
 * with `left=0` until it has the metadata, and so does WebTorrent over UDP.
 */
export function hidesWhatItLacks(firstWord: number): boolean {
  return HIDING_PREFIXES.has(firstWord >>> 8);
}
