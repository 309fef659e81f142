/**
 * A shared folder, watched: which of its files are offered now. A file is offered once its content is known (hashed, or
 * remembered from an earlier run) and withdrawn the moment it is seen to have changed. One task looks at paths, one
 * after the other, so nothing here happens twice at once; hashing is {@link ShareHasher}'s.
 *
 * @module
 */
import { join, resolve, sep } from "node:path";
import { isPlayableKind, type MediaKind, type PeerMode } from "../../shared/media_kind.ts";
import { isSubtitleName, MAX_SUBTITLE_LENGTH } from "../../shared/subtitles.ts";
import { isPlatformError, storageError } from "./disk_fault.ts";
import type { FileHashRow, FileHashStore } from "./file_hash_store.ts";
import { type FileStamp, isSameStamp } from "./file_stamp.ts";
import { FolderWatch } from "./folder_watch.ts";
import type { HashPool } from "./hash_pool.ts";
import { SettlingFiles } from "./settling_files.ts";
import { OfferedFiles } from "./offered_files.ts";
import type { ShareEvent } from "./share_event.ts";
import { type IdentifiedFile, ShareHasher } from "./share_hasher.ts";
import { RestingFile, type SharedFile, summarize } from "./shared_file.ts";
import { isSharedPath, lookAtFolder, lookAtPath, scanFolder } from "./share_scan.ts";
import { StorageError } from "./storage_error.ts";
import { UnreadablePaths } from "./unreadable_paths.ts";

/** A file untouched for this long need not be waited for. Longer than any disk's clock is coarse (FAT: 2 s). */
const STILL_MS = 3000;

/** Everything is looked at this often, for changes that the system does not tell (network disks). */
const DEFAULT_RESCAN_MS = 60_000;

/** The same while the folder is not there: looking costs one call then. */
const RETURN_MS = 5000;

/** How to watch a share. */
export interface ShareWatcherOptions {
  /** The folder. It need not exist. */
  readonly path: string;
  /** Only files of this kind; absent: audio and video. With a film come the subtitles beside it. */
  readonly mode?: PeerMode;
  /** Only these files of the folder; absent: all. */
  readonly only?: ReadonlySet<string>;
  readonly pool: HashPool;
  readonly cache: FileHashStore;
  /** Never called from inside `start`. */
  readonly onEvent: (event: ShareEvent) => void;
  /** Milliseconds between two looks at everything. */
  readonly rescanMs?: number;
}

/** A shared folder, watched until disposed. */
export class ShareWatcher implements AsyncDisposable {
  /** The folder, absolute. */
  readonly path: string;
  readonly #options: ShareWatcherOptions;
  readonly #hasher: ShareHasher;
  readonly #offered: OfferedFiles;
  /** Paths to look at; the root stands for everything. */
  readonly #dirty = new Set<string>();
  readonly #settling = new SettlingFiles((path) => this.#lookAgain(path));
  readonly #unreadable = new UnreadablePaths((event) => this.#emit(event));
  #message: string | undefined;
  #watch: FolderWatch | undefined;
  /** The folder that is watched; another one may come under the same name. */
  #watchedInode: number | undefined;
  #rescanTimer: ReturnType<typeof setTimeout> | undefined;
  #isLooking = false;
  #isSettled = false;
  #wake = Promise.withResolvers<void>();
  readonly #end = new AbortController();
  #running: Promise<void> | undefined;

  private constructor(options: ShareWatcherOptions) {
    this.#options = options;
    this.path = resolve(options.path);
    this.#offered = new OfferedFiles({
      onEvent: (event) => this.#emit(event),
      onSubtitles: (path) => this.#lookAgain(path),
    });
    this.#hasher = new ShareHasher({
      pool: options.pool,
      isWanted: (path, kind) => this.#isWanted(path, kind),
      onIdentified: (file) => this.#takeIdentified(file),
      onUnsettled: ({ path, stamp, attempts }) => this.#settling.add(path, { stamp, attempts: attempts + 1 }),
      onProblem: (path, message) => this.#unreadable.add(path, message),
      onProgress: (hashing) => this.#emit({ type: "progress", ...(hashing === undefined ? {} : { hashing }) }),
      onIdle: () => this.#settleIfIdle(),
    });
  }

  /** Starts to watch. */
  static start(options: ShareWatcherOptions): ShareWatcher {
    const watcher = new ShareWatcher(options);
    watcher.#dirty.add(watcher.path);
    watcher.#running = watcher.#run();
    return watcher;
  }

  /** What is offered now, by path. Live. */
  get files(): ReadonlyMap<string, SharedFile> {
    return this.#offered.files;
  }

  /** Why the folder cannot be shared now, as a sentence; `undefined` when it can. */
  get message(): string | undefined {
    return this.#message;
  }

  /** Withdraws a file that a read found changed (`StorageError` `changed` or `missing`), and looks at it again. */
  invalidate(path: string): void {
    this.#offered.withdraw(path, "changed");
    this.#lookAgain(path);
  }

  /** Looks at everything now instead of when it is time. */
  rescan(): void {
    this.#lookAgain(this.path);
  }

  /** Ends watching and hashing. No event follows. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new DOMException("The share is not watched any more", "AbortError"));
    clearTimeout(this.#rescanTimer);
    this.#settling[Symbol.dispose]();
    this.#wake.resolve();
    await this.#hasher[Symbol.asyncDispose]();
    await this.#running;
    await this.#watch?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (!this.#end.signal.aborted) {
      const [path] = this.#dirty;
      if (path === undefined) {
        this.#settleIfIdle();
        await this.#wake.promise;
        continue;
      }
      this.#dirty.delete(path);
      this.#isLooking = true;
      try {
        await (path === this.path ? this.#lookAtAll() : this.#lookAt(path));
      } catch (error) {
        if (this.#end.signal.aborted) break;
        if (!isPlatformError(error) && !(error instanceof StorageError)) throw error;
        this.#unreadable.addFailure(storageError(error, { path, doing: "read" }), { folder: this.path });
      }
      this.#isLooking = false;
    }
  }

  async #lookAtAll(): Promise<void> {
    clearTimeout(this.#rescanTimer);
    const { inode, message } = await lookAtFolder(this.path);
    if (this.#watch?.isWhole !== true || inode !== this.#watchedInode) {
      // Before anything is read below, so that no change falls between the two.
      await this.#watch?.[Symbol.asyncDispose]();
      this.#watch = new FolderWatch({ folder: this.path, onChange: (paths) => this.#takeChange(paths) });
      this.#watchedInode = inode;
    }
    if (this.#end.signal.aborted) return;
    const { rescanMs = DEFAULT_RESCAN_MS } = this.#options;
    const nextMs = message === undefined ? rescanMs : Math.min(rescanMs, RETURN_MS);
    this.#rescanTimer = setTimeout(() => this.rescan(), nextMs);
    const before = this.#message;
    this.#message = message;
    if (message === undefined) {
      if (before !== undefined) this.#emit({ type: "available" });
      await this.#lookBelow(this.path);
    } else {
      for (const path of this.#knownBelow(this.path)) this.#forget(path);
      if (message !== before) this.#emit({ type: "unavailable", message });
    }
  }

  async #lookAt(path: string): Promise<void> {
    const found = await lookAtPath(path);
    if (found === "folder") await this.#lookBelow(path);
    else if (found === undefined) { for (const known of this.#knownBelow(path)) this.#forget(known); }
    else this.#examine(path, found);
  }

  async #lookBelow(folder: string): Promise<void> {
    const seen = new Set<string>();
    const onProblem = (error: StorageError) => {
      seen.add(error.path ?? folder);
      this.#unreadable.addFailure(error, { folder });
    };
    for await (const found of scanFolder(folder, { root: this.path, onProblem, signal: this.#end.signal })) {
      seen.add(found.path);
      this.#examine(found.path, found.stamp);
    }
    for (const path of this.#knownBelow(folder)) if (!seen.has(path)) this.#forget(path);
  }

  /** Decides what a file that is there needs: nothing, waiting, or hashing. */
  #examine(path: string, stamp: FileStamp): void {
    if (this.#options.only?.has(path) === false) return;
    const shared = this.#offered.files.get(path);
    if (shared !== undefined && isSameStamp(shared.stamp, stamp)) return;
    this.#offered.withdraw(path, "changed");
    if (isSubtitleName(path) && stamp.length <= MAX_SUBTITLE_LENGTH) this.#offered.noteSubtitles(path);
    const settling = this.#settling.get(path);
    if (settling !== undefined) {
      if (this.#settling.isWaiting(path)) return;
      this.#settling.delete(path);
      const { attempts } = settling;
      if (isSameStamp(settling.stamp, stamp)) this.#hasher.add({ path, stamp, attempts });
      else this.#settling.add(path, { stamp, attempts });
      return;
    }
    const pending = this.#hasher.stampOf(path);
    if (pending !== undefined && isSameStamp(pending, stamp)) return;
    this.#hasher.cancel(path);
    const known = this.#options.cache.get(path, stamp);
    if (known !== undefined && this.#takeKnown(path, { stamp, row: known })) return;
    if (Date.now() - stamp.modifiedAtMs > STILL_MS) this.#hasher.add({ path, stamp, attempts: 0 });
    else this.#settling.add(path, { stamp, attempts: 0 });
  }

  /** Offers a file whose content is remembered; false when it must be hashed after all. */
  #takeKnown(path: string, known: { readonly stamp: FileStamp; readonly row: FileHashRow }): boolean {
    const { stamp, row: { kind, contentType, torrent: summary } } = known;
    this.#unreadable.delete(path);
    if (!this.#isWanted(path, kind)) return true;
    if (summary === undefined) return false;
    const load = () => this.#options.cache.metainfo(path);
    this.#offered.add(new RestingFile({ path, stamp, kind, contentType }, { summary, load }));
    return true;
  }

  #takeIdentified(file: IdentifiedFile): void {
    const { path, stamp, kind, contentType, metainfo } = file;
    const row = { kind, contentType, ...(metainfo === undefined ? {} : { metainfo }) };
    this.#unreadable.delete(path);
    const isRemembered = this.#options.cache.put(path, { stamp, row });
    if (!this.#isWanted(path, kind)) return;
    // The film beside it came meanwhile.
    if (metainfo === undefined) return this.#lookAgain(path);
    // Where the database has no room for it, it is kept here.
    const load = () => isRemembered ? this.#options.cache.metainfo(path) : metainfo;
    this.#offered.add(new RestingFile({ path, stamp, kind, contentType }, { summary: summarize(metainfo), load }));
  }

  #takeChange(paths: readonly string[]): void {
    if (paths.length === 0) this.rescan();
    for (const path of paths) {
      if (path === this.path) this.rescan();
      else if (isSharedPath(path, this.path)) {
        // At once and not when its turn to be looked at comes: until then it could be served.
        this.#offered.withdrawIfChanged(path);
        // A file being written changes many times a second; it is looked at when its time is over.
        if (!this.#settling.isWaiting(path)) this.#lookAgain(path);
      }
    }
  }

  #lookAgain(path: string): void {
    this.#dirty.add(path);
    this.#isSettled = false;
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** The file is not there any more. */
  #forget(path: string): void {
    this.#hasher.cancel(path);
    this.#settling.delete(path);
    this.#offered.forget(path);
    this.#unreadable.delete(path);
  }

  /** The files at or below a path that are offered or will be, or would be if they could be read. */
  #knownBelow(path: string): readonly string[] {
    const all = [
      ...this.#offered.files.keys(),
      ...this.#settling.paths,
      ...this.#hasher.paths,
      ...this.#unreadable.paths,
    ];
    const below = join(path, sep);
    return all.filter((known) => known === path || known.startsWith(below));
  }

  #isWanted(path: string, kind: MediaKind): boolean {
    const { mode } = this.#options;
    if (kind === "subtitles") return this.#offered.areBesideFilm(path);
    return mode === undefined ? isPlayableKind(kind) : kind === mode;
  }

  #settleIfIdle(): void {
    if (this.#isSettled || this.#isLooking || !this.#hasher.isIdle) return;
    if (this.#dirty.size > 0 || this.#settling.size > 0) return;
    this.#isSettled = true;
    this.#emit({ type: "settled" });
  }

  #emit(event: ShareEvent): void {
    if (!this.#end.signal.aborted) this.#options.onEvent(event);
  }
}
