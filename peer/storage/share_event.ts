/**
 * What a watched share tells its owner.
 *
 * @module
 */
import type { SharedFile } from "./shared_file.ts";

/** The file that is hashed now. */
export interface HashingProgress {
  /** Absolute. */
  readonly path: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Files that wait for their turn. */
  readonly waitingCount: number;
}

/** Everything a `ShareWatcher` tells. */
export type ShareEvent =
  | { readonly type: "added"; readonly file: SharedFile }
  /** Not to be served any more; a `changed` file is added again when its new content is known. */
  | { readonly type: "removed"; readonly file: SharedFile; readonly reason: "gone" | "changed" }
  /** `hashing` is absent when nothing is hashed any more. */
  | { readonly type: "progress"; readonly hashing?: HashingProgress }
  /** The folder cannot be shared now; its files were `removed`. It is watched for coming back. */
  | { readonly type: "unavailable"; readonly message: string }
  /** The folder is back. */
  | { readonly type: "available" }
  /** A file, or a folder below, that cannot be shared: why, as a sentence. */
  | { readonly type: "problem"; readonly path: string; readonly message: string }
  /** What was a problem is none any more, or is gone. */
  | { readonly type: "solved"; readonly path: string }
  /** Everything seen so far is known and told. */
  | { readonly type: "settled" };
