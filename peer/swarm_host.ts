/**
 * What the swarm side of a torrent needs of the torrent that it belongs to.
 *
 * @module
 */
import type { Info } from "../shared/metainfo.ts";
import type { TorrentLimits } from "./torrent_limits.ts";
import type { TorrentStorage } from "./storage/torrent_storage.ts";

/** What the swarm side needs of its torrent. */
export interface SwarmHost {
  /** The disk side, once it is open. */
  readonly storage: TorrentStorage | undefined;
  /** How fast its connections may be. */
  readonly limits: TorrentLimits;
  /** Whether everything that is wanted is verified and on disk. */
  readonly isComplete: boolean;
  /**
   * Whether a peer that knows only v1 may come in: everything that is verified, now and from now on, is what its SHA-1
   * says. Resolves when that is known.
   */
  admitsV1(): Promise<boolean>;
  /** The metadata came, and have the right info-hash. */
  onInfo(info: Info): void;
  /** A block was kept. */
  onDownloaded(byteCount: number): void;
  /** A block was sent. */
  onUploaded(byteCount: number): void;
  /** A block could not be read. */
  onUploadFailed(error: Error): void;
  /** Every wanted piece is verified. */
  onCompleted(): void;
  /** More peers would help. */
  onWantCandidates(): void;
  /** A peer was banned for corrupt data. */
  onBanned(): void;
}
