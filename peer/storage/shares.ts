/**
 * A shared folder, watched.
 *
 * @module
 */
import type { MediaKind, PeerMode } from "../../shared/media_kind.ts";
import type { Metainfo } from "../../shared/metainfo.ts";
import type { FileHashStore } from "./file_hash_store.ts";
import type { FileStamp } from "./file_stamp.ts";
import type { HashPool } from "./hash_pool.ts";

/** A file of a share, hashed. */
export interface SharedFile {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly kind: MediaKind;
  readonly contentType: string;
  readonly metainfo: Metainfo;
}

/** What a share tells. */
export type ShareEvent =
  | { readonly type: "added"; readonly file: SharedFile }
  | { readonly type: "removed"; readonly file: SharedFile; readonly reason: "gone" | "changed" }
  /** What is hashed now; `hashing` is absent when nothing is. */
  | {
    readonly type: "progress";
    readonly hashing?: {
      readonly path: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
      readonly waitingCount: number;
    };
  }
  /** The folder cannot be shared now; its files were `removed`. It is watched for coming back. */
  | { readonly type: "unavailable"; readonly message: string }
  | { readonly type: "available" }
  /** A file of the folder cannot be shared (unreadable…), as a sentence. */
  | { readonly type: "problem"; readonly path: string; readonly message: string }
  /** Everything seen so far is hashed (or known from the cache) and told. */
  | { readonly type: "settled" };

/** How to watch a share. */
export interface ShareWatcherOptions {
  readonly path: string;
  /** Only media of this kind; absent: audio and video. */
  readonly mode?: PeerMode;
  readonly pool: HashPool;
  readonly cache: FileHashStore;
  readonly onEvent: (event: ShareEvent) => void;
}

/** A shared folder, watched until disposed. */
export declare class ShareWatcher implements AsyncDisposable {
  static start(options: ShareWatcherOptions): ShareWatcher;
  readonly files: ReadonlyMap<string, SharedFile>;
  /** Why it cannot be shared now. */
  readonly message: string | undefined;
  /** Withdraws a file that was found changed while reading (a `StorageError` "changed") and looks at it again. */
  invalidate(path: string): void;
  /** Looks at the whole folder now instead of waiting for the timer. */
  rescan(): void;
  [Symbol.asyncDispose](): Promise<void>;
}
