/**
 * What all torrents of one program share: who we are, the workers that hash, the memory for unfinished pieces, the open
 * files, the announcer, the speed limits, the banned. The session makes it and ends it.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { PeerId } from "../shared/ids.ts";
import type { Discovery } from "./discovery.ts";
import type { Announcer } from "./net/announcer.ts";
import type { RateLimiter } from "./net/rate_limiter.ts";
import type { HashPool } from "./storage/hash_pool.ts";
import type { OpenFiles } from "./storage/open_files.ts";
import type { PieceBuffers } from "./storage/piece_buffers.ts";
import type { SwarmSettings } from "./swarm/settings.ts";

/** The shared parts of a program's torrents. */
export interface Engine {
  readonly peerId: PeerId;
  /** The port on which peers reach us. */
  readonly listenPort: number;
  readonly announcer: Announcer;
  /** Beside the trackers: told of every torrent that is not private. */
  readonly discovery: Discovery;
  readonly pool: HashPool;
  readonly buffers: PieceBuffers;
  readonly files: OpenFiles;
  readonly downloadLimiter: RateLimiter;
  readonly uploadLimiter: RateLimiter;
  readonly bans: BanList;
  readonly swarmSettings: SwarmSettings;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Gives numbers in [0, 1). */
  readonly random: () => number;
}

/** An address that sent corrupt data is refused for this long: an hour outlasts a download and forgives a repaired disk. */
const BAN_MS = 3_600_000;
/** Banned addresses remembered at most; the oldest is forgiven first. */
const MAX_BANS = 1_000;

/** Who has sent corrupt data, by endpoint: behind one address there may be many honest peers. */
export class BanList {
  readonly #untilMs = new Map<string, number>();

  /** Refuses an endpoint from now on. */
  add(endpoint: Endpoint, now: number): void {
    const key = keyOf(endpoint);
    // Taken out first, so that a ban that is repeated is the latest again, and costs nobody's place.
    this.#untilMs.delete(key);
    const oldest = this.#untilMs.keys().next();
    if (this.#untilMs.size >= MAX_BANS && oldest.done !== true) this.#untilMs.delete(oldest.value);
    this.#untilMs.set(key, now + BAN_MS);
  }

  /** Whether an endpoint is refused now. */
  has(endpoint: Endpoint, now: number): boolean {
    return (this.#untilMs.get(keyOf(endpoint)) ?? 0) > now;
  }
}

function keyOf(endpoint: Endpoint): string {
  return `${endpoint.host} ${endpoint.port}`;
}
