/**
 * Finds out what files are and hashes those that are wanted, one after the other (each on all hash workers at once). A
 * result counts only when the file looks the same before and after.
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
  readonly isWanted: (kind: MediaKind) => boolean;
  readonly onIdentified: (file: IdentifiedFile) => void;
  /** It changed meanwhile, or is gone: look at it again. */
  readonly onUnsettled: (file: FileToIdentify) => void;
  /** It cannot be shared: why, as a sentence. */
  readonly onProblem: (path: string, message: string) => void;
  readonly onProgress: (hashing: HashingProgress | undefined) => void;
  /** Nothing is left to do. */
  readonly onIdle: () => void;
}

/** Identifies files until disposed. */
export class ShareHasher implements AsyncDisposable {
  readonly #options: ShareHasherOptions;
  readonly #waiting = new Map<string, FileToIdentify>();
  #current: { readonly file: FileToIdentify; readonly abort: AbortController } | undefined;
  #running: Promise<void> | undefined;
  #isEnded = false;

  /** Nothing is to be hashed yet. */
  constructor(options: ShareHasherOptions) {
    this.#options = options;
  }

  /** Whether nothing is left to do. */
  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Paths of the files that wait, and of the one being hashed. */
  get paths(): readonly string[] {
    return [...this.#waiting.keys(), ...(this.#current === undefined ? [] : [this.#current.file.path])];
  }

  /** What the file looked like that waits or is being hashed under this path. */
  stampOf(path: string): FileStamp | undefined {
    return this.#waiting.get(path)?.stamp ??
      (this.#current?.file.path === path ? this.#current.file.stamp : undefined);
  }

  /** Puts a file at the end of the queue. */
  add(file: FileToIdentify): void {
    if (this.#isEnded) return;
    this.#waiting.set(file.path, file);
    this.#running ??= this.#run();
  }

  /** Forgets a file; nothing is told of it any more. */
  cancel(path: string): void {
    this.#waiting.delete(path);
    if (this.#current?.file.path !== path) return;
    this.#current.abort.abort(new DOMException(`${path} is not to be hashed any more`, "AbortError"));
  }

  /** Ends. Nothing is told any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    for (const path of this.paths) this.cancel(path);
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever adds a file is told of it later, never from inside the call.
    await Promise.resolve();
    for (let [file] = this.#waiting.values(); file !== undefined; [file] = this.#waiting.values()) {
      this.#waiting.delete(file.path);
      const abort = new AbortController();
      this.#current = { file, abort };
      try {
        await this.#identify(file, abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) this.#takeFailure(file, error);
      }
      this.#current = undefined;
    }
    this.#running = undefined;
    if (this.#isEnded) return;
    this.#options.onProgress(undefined);
    this.#options.onIdle();
  }

  async #identify(file: FileToIdentify, signal: AbortSignal): Promise<void> {
    const { path, stamp } = file;
    const { kind, contentType } = mediaKind(await readHead(path, SNIFF_LENGTH), basename(path));
    const metainfo = this.#options.isWanted(kind) ? await this.#hash(file, signal) : undefined;
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

  async #hash(file: FileToIdentify, signal: AbortSignal): Promise<Metainfo> {
    const { path, stamp: { length } } = file;
    let toldAtMs = -Infinity;
    const onProgress = (doneBytes: number, totalBytes: number) => {
      const now = performance.now();
      if (now - toldAtMs < PROGRESS_MS || signal.aborted) return;
      toldAtMs = now;
      this.#options.onProgress({ path, doneBytes, totalBytes, waitingCount: this.#waiting.size });
    };
    onProgress(0, length);
    const pieceLength = choosePieceLength(length);
    const hashes = await this.#options.pool.hashFile({ path, length, pieceLength }, { onProgress, signal });
    return createMetainfo(basename(path), hashes);
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
