/**
 * What all torrents of one program share: who we are, the workers that hash, the memory for unfinished pieces, the open
 * files, the announcer, the speed limits, the banned. `open_engine.ts` makes it, the session ends it.
 *
 * @module
 */
import type { PeerId } from "../shared/ids.ts";
import type { BanList } from "./ban_list.ts";
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
