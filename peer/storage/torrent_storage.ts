/**
 * One torrent on disk.
 *
 * @module
 */
import type { Bitfield } from "../../shared/bitfield.ts";
import type { Block } from "../../shared/geometry.ts";
import type { Info } from "../../shared/metainfo.ts";
import type { FileLayout } from "./file_layout.ts";
import type { FileStamp } from "./file_stamp.ts";
import type { HashPool } from "./hash_pool.ts";
import type { HashTrees } from "./hash_trees.ts";
import type { OpenFiles } from "./open_files.ts";
import type { PieceBuffers } from "./piece_buffers.ts";
import type { StorageEvent } from "./storage_event.ts";

/** What is remembered of a torrent across restarts. */
export interface StorageRecord {
  /** The bitfield of pieces that were verified and written. */
  readonly verified: Uint8Array;
  /** Once all is verified: the stamp of each file of `info.files` (absent for pads), by index. */
  readonly stamps?: readonly (FileStamp | undefined)[];
}

/** How to open a {@link TorrentStorage}. */
export interface TorrentStorageOptions {
  readonly info: Info;
  /** The piece layers known so far, by hex pieces root (`Metainfo.pieceLayers`); empty for a magnet. */
  readonly pieceLayers: ReadonlyMap<string, Uint8Array>;
  readonly layout: FileLayout;
  /** What was saved last. Without one, nothing on disk is believed (see `verifyAll`). */
  readonly record?: StorageRecord;
  /** A share: read in place, never written. */
  readonly isReadOnly?: boolean;
  readonly pool: HashPool;
  readonly buffers: PieceBuffers;
  readonly files: OpenFiles;
  readonly onEvent: (event: StorageEvent) => void;
  /** Called about every 2 s while there is progress, at completion and at disposal; must save before it returns. */
  readonly save?: (record: StorageRecord) => void;
  /** While claimed pieces are re-hashed at opening and in `verifyAll`: bytes done and bytes in all. */
  readonly onCheckProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** One torrent on disk. */
export declare class TorrentStorage implements AsyncDisposable {
  static open(options: TorrentStorageOptions): Promise<TorrentStorage>;
  readonly verified: Bitfield;
  readonly hashes: HashTrees;
  readonly isFull: boolean;
  /** Verified content bytes of one file of `info.files`. */
  fileVerifiedBytes(file: number): number;
  /** Copies `data` once; ignored when the block is here already. */
  writeBlock(block: Block, data: Uint8Array): void;
  /** Fills `into` with a block of a verified piece. */
  readBlock(block: Block, into: Uint8Array): void;
  /** Contiguous readable verified bytes from a piece-space offset. */
  availableFrom(offset: number): number;
  /** Reads verified bytes; gives how many (0: none is readable now). */
  readInto(offset: number, into: Uint8Array): number;
  /** Back-pressure: `undefined` while there is buffer room. */
  room(): Promise<void> | undefined;
  /** The bitfield as it may be saved now. */
  checkpoint(): Uint8Array;
  /** Waits until everything handed in so far is judged and written (or kept because the disk is full). */
  flush(): Promise<void>;
  /** Believes nothing and hashes all that is on disk anew. */
  verifyAll(options?: { readonly signal?: AbortSignal }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
