/**
 * The speed limits of one torrent, within those of the program.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import { RateLimiter } from "./net/rate_limiter.ts";

/** Bytes a second; absent: only the program's limit. */
export interface TorrentRates {
  readonly downloadRate?: number;
  readonly uploadRate?: number;
}

/** Limits that can be changed while connections move by them. */
export class TorrentLimits {
  readonly download: RateLimiter;
  readonly upload: RateLimiter;

  /** Within the limits of the engine. */
  constructor(engine: Pick<Engine, "downloadLimiter" | "uploadLimiter">, rates: TorrentRates) {
    const limiter = (within: RateLimiter, rateBytesPerSecond: number | undefined) =>
      new RateLimiter({ within, rateBytesPerSecond });
    this.download = limiter(engine.downloadLimiter, rates.downloadRate);
    this.upload = limiter(engine.uploadLimiter, rates.uploadRate);
  }

  /** The limits in force. */
  get rates(): TorrentRates {
    const { download: { rateBytesPerSecond: downloadRate }, upload: { rateBytesPerSecond: uploadRate } } = this;
    return {
      ...(downloadRate === undefined ? {} : { downloadRate }),
      ...(uploadRate === undefined ? {} : { uploadRate }),
    };
  }

  /** Changes them for all connections at once. */
  change({ downloadRate, uploadRate }: TorrentRates): void {
    this.download.rateBytesPerSecond = downloadRate;
    this.upload.rateBytesPerSecond = uploadRate;
  }
}
