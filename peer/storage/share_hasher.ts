/**
 * Finds out what files are and hashes those that are wanted: a large one on all hash workers at once, of small ones as many
 * as keep all workers busy. A result counts only when the file looks the same before and after.
 *
 * @module
 */
import { basename } from "node:path";
import { type MediaKind, mediaKind, SNIFF_LENGTH } from "../../shared/media_kind.ts";
import type { Metainfo } from "../../shared/metainfo.ts";
import { choosePieceLength, createMetainfo } from "../../shared/metainfo_create.ts";
import { isPlatformError, storageError } from "./disk_fault.ts";
import { type FileStamp, isSameStamp } from "./file_stamp.ts";
import type { HashPool } from "./hash_pool.ts";
import type { HashingProgress } from "./share_event.ts";
import type { FileFacts } from "./shared_file.ts";
import { lookAt, readHead } from "./share_scan.ts";
import { StorageError } from "./storage_error.ts";

/** The least time between two reports of progress on one file. */
const PROGRESS_MS = 200;

/**
 * The next file is begun when less than this is left of those in work: two jobs for each of two workers. More would make a
 * disk that turns seek between files.
 */
const MIN_BYTES_IN_WORK = 32 * 1024 * 1024;

/** Files in work at the same time at most: of tiny ones what counts is opening, looking and writing it down. */
const MAX_FILES_IN_WORK = 8;

/** A file to look into. */
export interface FileToIdentify {
  /** Absolute. */
  readonly path: string;
  readonly stamp: FileStamp;
  /** How often it changed while it was hashed before. */
  readonly attempts: number;
}

/** What was found out: `metainfo` is absent when files of this kind are not wanted. */
export type IdentifiedFile = FileFacts & { readonly metainfo?: Metainfo };

/** What the hasher needs, and whom it tells. */
export interface ShareHasherOptions {
  readonly pool: HashPool;
  readonly isWanted: (path: string, kind: MediaKind) => boolean;
  readonly onIdentified: (file: IdentifiedFile) => void;
  /** It changed meanwhile, or is gone: look at it again. */
  readonly onUnsettled: (file: FileToIdentify) => void;
  /** It cannot be shared: why, as a sentence. */
  readonly onProblem: (path: string, message: string) => void;
  readonly onProgress: (hashing: HashingProgress | undefined) => void;
  /** Nothing is left to do. */
  readonly onIdle: () => void;
}

interface FileInWork {
  readonly file: FileToIdentify;
  readonly abort: AbortController;
  doneBytes: number;
}

/** Identifies files until disposed. */
export class ShareHasher implements AsyncDisposable {
  readonly #options: ShareHasherOptions;
  readonly #waiting = new Map<string, FileToIdentify>();
  /** By path, the one begun first in front. */
  readonly #inWork = new Map<string, FileInWork>();
  readonly #running = new Set<Promise<void>>();
  #toldAtMs = -Infinity;
  #isEnded = false;

  /** Nothing is to be hashed yet. */
  constructor(options: ShareHasherOptions) {
    this.#options = options;
  }

  /** Whether nothing is left to do. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.size === 0;
  }

  /** Paths of the files that wait, and of those being hashed. */
  get paths(): readonly string[] {
    return [...this.#waiting.keys(), ...this.#inWork.keys()];
  }

  /** What the file looked like that waits or is being hashed under this path. */
  stampOf(path: string): FileStamp | undefined {
    return this.#waiting.get(path)?.stamp ?? this.#inWork.get(path)?.file.stamp;
  }

  /** Puts a file at the end of the queue. */
  add(file: FileToIdentify): void {
    if (this.#isEnded) return;
    this.#waiting.set(file.path, file);
    this.#fill();
  }

  /** Forgets a file; nothing is told of it any more. */
  cancel(path: string): void {
    this.#waiting.delete(path);
    this.#inWork.get(path)?.abort.abort(new DOMException(`${path} is not to be hashed any more`, "AbortError"));
  }

  /** Ends. Nothing is told any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    for (const path of this.paths) this.cancel(path);
    await Promise.all(this.#running);
  }

  /** Begins as many files as keep the workers busy. */
  #fill(): void {
    for (const file of this.#waiting.values()) {
      const leftBytes = this.#inWork.values().reduce(
        (sum, { file, doneBytes }) => sum + file.stamp.length - doneBytes,
        0,
      );
      const isBusy = this.#inWork.size > 0 && leftBytes >= MIN_BYTES_IN_WORK || this.#inWork.size >= MAX_FILES_IN_WORK;
      // A file that changed is begun again when what was begun before has ended.
      if (isBusy || this.#inWork.has(file.path)) return;
      this.#waiting.delete(file.path);
      const work: FileInWork = { file, abort: new AbortController(), doneBytes: 0 };
      this.#inWork.set(file.path, work);
      const running = this.#run(work).then(() => {
        this.#running.delete(running);
        this.#next();
      });
      this.#running.add(running);
    }
  }

  async #run(work: FileInWork): Promise<void> {
    const { file, abort } = work;
    // Whoever adds a file is told of it later, never from inside the call.
    await Promise.resolve();
    try {
      await this.#identify(work);
    } catch (error) {
      if (!abort.signal.aborted) this.#takeFailure(file, error);
    }
    this.#inWork.delete(file.path);
  }

  /** A file is done with. */
  #next(): void {
    if (this.#isEnded) return;
    this.#fill();
    if (!this.isIdle) return;
    this.#options.onProgress(undefined);
    this.#options.onIdle();
  }

  async #identify(work: FileInWork): Promise<void> {
    const { file, abort: { signal } } = work;
    const { path, stamp } = file;
    const { kind, contentType } = mediaKind(await readHead(path, SNIFF_LENGTH), basename(path));
    const metainfo = this.#options.isWanted(path, kind) ? await this.#hash(work) : undefined;
    const now = await lookAt(path);
    signal.throwIfAborted();
    if (now === undefined || !isSameStamp(now, stamp)) this.#options.onUnsettled(file);
    else {this.#options.onIdentified({
        path,
        stamp,
        kind,
        contentType,
        ...(metainfo === undefined ? {} : { metainfo }),
      });}
  }

  async #hash(work: FileInWork): Promise<Metainfo> {
    const { file: { path, stamp: { length } }, abort: { signal } } = work;
    const onProgress = (doneBytes: number) => {
      work.doneBytes = doneBytes;
      this.#fill();
      const [first] = this.#inWork.values();
      const isTime = performance.now() - this.#toldAtMs >= PROGRESS_MS;
      // Of several in work the one begun first is told of, and now and then is enough.
      if (first !== undefined && isTime && !signal.aborted) this.#tellProgress(first);
    };
    this.#tellProgress(work);
    const pieceLength = choosePieceLength(length);
    const hashes = await this.#options.pool.hashFile({ path, length, pieceLength }, { onProgress, signal });
    return createMetainfo(basename(path), hashes);
  }

  #tellProgress({ file: { path, stamp: { length } }, doneBytes }: FileInWork): void {
    this.#toldAtMs = performance.now();
    this.#options.onProgress({ path, doneBytes, totalBytes: length, waitingCount: this.#waiting.size });
  }

  #takeFailure(file: FileToIdentify, error: unknown): void {
    const { path } = file;
    if (error instanceof RangeError) {
      // A name that no torrent can have.
      this.#options.onProblem(path, error.message);
      return;
    }
    if (!isPlatformError(error) && !(error instanceof StorageError)) throw error;
    const failure = storageError(error, { path, doing: "read" });
    if (failure.code === "changed" || failure.code === "missing") this.#options.onUnsettled(file);
    else this.#options.onProblem(path, failure.message);
  }
}
