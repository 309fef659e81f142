/**
 * Whether our own link is what all requests wait for. Many fast peers fill it with a few blocks each; then a longer queue
 * at any of them brings nothing, what is late is late from everybody, and asking somebody else for it brings it twice.
 *
 * @module
 */
import { BLOCK_LENGTH } from "../../shared/geometry.ts";
import type { SwarmContext } from "./swarm_context.ts";

/** More than this on its way waits in our own link: no peer's queue is given more (`MAX_HORIZON_MS` of the pipeline). */
const MAX_HORIZON_MS = 3_000;

/** So much is never too much: what came of it says little about a rate. */
const MIN_BYTES = 524_288;

/** What a peer owes that has sent nothing for so long is not in our link: it is lost, or the peer is slow. */
const SILENT_MS = 2_000;

/** Many peers at a slow link come each in its turn: so many turns without a block are silence. */
const SILENT_TURNS = 3;

/** The link of one torrent's downloads. */
export class Downlink {
  readonly #context: SwarmContext;
  #isFull = false;

  /** Not full. */
  constructor(context: SwarmContext) {
    this.#context = context;
  }

  /** Whether more is on its way than comes in within some seconds. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Time passed: looks at all peers. */
  tick(): void {
    const { nowMs, peers } = this.#context;
    let rate = 0;
    let turnBytes = 0;
    for (const peer of peers.values()) {
      if (peer.requests.size === 0) continue;
      rate += peer.download.bytesPerSecond(nowMs);
      turnBytes += BLOCK_LENGTH;
    }
    const silentMs = Math.max(SILENT_MS, SILENT_TURNS * turnBytes * 1000 / Math.max(1, rate));
    let bytes = 0;
    for (const peer of peers.values()) {
      const isHeard = peer.download.totalBytes > 0 && nowMs - peer.lastBlockAtMs < silentMs;
      if (isHeard) bytes += peer.requests.size * BLOCK_LENGTH;
    }
    this.#isFull = bytes > Math.max(MIN_BYTES, rate * MAX_HORIZON_MS / 1000);
  }
}
