/**
 * All shared folders of one program: each watched, each of their files known by its info-hash, and the session told
 * when a torrent comes or goes. The same file in two places is one torrent that lives as long as one of them does.
 *
 * @module
 */
import { assertNever } from "../shared/assert_never.ts";
import type { ShareView } from "../shared/dashboard_views.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import type { FileHashStore } from "./storage/file_hash_store.ts";
import type { HashPool } from "./storage/hash_pool.ts";
import type { ShareRow, ShareStore } from "./storage/share_store.ts";
import type { ShareEvent } from "./storage/share_event.ts";
import type { SharedFile } from "./storage/shared_file.ts";
import { ShareWatcher } from "./storage/share_watcher.ts";

/** How to make {@link SharedFolders}. */
export interface SharedFoldersOptions {
  readonly store: ShareStore;
  readonly cache: FileHashStore;
  readonly pool: HashPool;
  /** Only media of this kind are shared; absent: audio and video. */
  readonly mode?: PeerMode;
  /** The first file with this info-hash came. */
  readonly onAdded: (file: SharedFile) => void;
  /** The last file with this info-hash went. */
  readonly onRemoved: (infoHash: InfoHash) => void;
  /** Something that a view shows has changed. */
  readonly onChange: () => void;
  /** Bytes of a shared file that others took. */
  readonly uploadedBytes: (infoHash: InfoHash) => number;
}

/** How a folder is shared. */
export interface FolderOptions {
  /** Only these files of the folder, by absolute path; absent: all. */
  readonly only?: ReadonlySet<string>;
}

interface Folder {
  readonly row: ShareRow;
  readonly only: ReadonlySet<string> | undefined;
  watcher: ShareWatcher;
  hashing: Extract<ShareEvent, { type: "progress" }>["hashing"];
  readonly problems: Map<string, string>;
  view: ShareView | undefined;
}

/** The shared folders, watched until disposed. */
export class SharedFolders implements AsyncDisposable {
  readonly #options: SharedFoldersOptions;
  readonly #folders = new Map<number, Folder>();
  readonly #files = new Map<InfoHash, SharedFile[]>();
  #mode: PeerMode | undefined;
  #nextVisitId = -1;

  /** Watches at once what is remembered. */
  constructor(options: SharedFoldersOptions) {
    this.#options = options;
    this.#mode = options.mode;
    for (const row of options.store.all()) this.#watch(row);
  }

  /** The shared file with this info-hash. */
  file(infoHash: InfoHash): SharedFile | undefined {
    return this.#files.get(infoHash)?.[0];
  }

  /** All shared torrents, each once. */
  *files(): Iterable<SharedFile> {
    for (const files of this.#files.values()) {
      const first = files[0];
      if (first !== undefined) yield first;
    }
  }

  /** The folders, oldest first. */
  get rows(): readonly ShareRow[] {
    return [...this.#folders.values()].map((folder) => folder.row);
  }

  /** Shares a folder and remembers it; one that is shared already stays as it is. */
  add(path: string): ShareRow {
    const known = this.rows.find((row) => row.path === path);
    if (known !== undefined) return known;
    const row = this.#options.store.add(path, { addedAtMs: Date.now() });
    this.#watch(row);
    this.#options.onChange();
    return row;
  }

  /** Shares a folder, or some files of it, until the end of the program; nothing of it is remembered. */
  visit(path: string, options: FolderOptions = {}): ShareRow {
    // What is remembered is numbered from 1 on.
    const row = { id: this.#nextVisitId--, path, addedAtMs: Date.now() };
    this.#watch(row, options);
    this.#options.onChange();
    return row;
  }

  /** Shares a folder no more; false when there is no such share. */
  async remove(id: number): Promise<boolean> {
    const folder = this.#folders.get(id);
    if (folder === undefined) return false;
    this.#folders.delete(id);
    // A visited folder is not in the store, which has nothing to remove then.
    this.#options.store.remove(id);
    await this.#unwatch(folder);
    this.#options.onChange();
    return true;
  }

  /** Shares media of another kind from now on. */
  async setMode(mode: PeerMode | undefined): Promise<void> {
    if (mode === this.#mode) return;
    this.#mode = mode;
    for (const folder of [...this.#folders.values()]) {
      await this.#unwatch(folder);
      // Meanwhile it may have been removed, or all of this ended.
      if (this.#folders.get(folder.row.id) === folder) this.#watch(folder.row, folder);
    }
    this.#options.onChange();
  }

  /** Looks at a shared file again that was found changed or gone while it was served. */
  invalidate(path: string): void {
    for (const folder of this.#folders.values()) {
      if (folder.watcher.files.has(path)) folder.watcher.invalidate(path);
    }
  }

  /** Looks at a folder now: something was just put there. */
  rescan(id: number): void {
    this.#folders.get(id)?.watcher.rescan();
  }

  /** What the dashboard shows. A folder in which nothing changed is the same object as before. */
  views(): readonly ShareView[] {
    return [...this.#folders.values()].map((folder) => folder.view ??= this.#describe(folder));
  }

  /** Why folders, or files in them, cannot be shared now: a sentence each. */
  *problems(): Iterable<string> {
    for (const folder of this.#folders.values()) yield* problemsOf(folder);
  }

  /** Bytes of a shared file were taken: the views of the folders that it lies in are made anew. */
  noteUpload(infoHash: InfoHash): void {
    for (const file of this.#files.get(infoHash) ?? []) {
      for (const folder of this.#folders.values()) {
        if (folder.watcher.files.has(file.path)) folder.view = undefined;
      }
    }
  }

  /** Stops watching. */
  async [Symbol.asyncDispose](): Promise<void> {
    const folders = [...this.#folders.values()];
    this.#folders.clear();
    await Promise.all(folders.map((folder) => folder.watcher[Symbol.asyncDispose]()));
  }

  #watch(row: ShareRow, { only }: { readonly only?: ReadonlySet<string> | undefined } = {}): void {
    const folder: Omit<Folder, "watcher"> & { watcher?: ShareWatcher } = {
      row,
      only,
      hashing: undefined,
      problems: new Map(),
      view: undefined,
    };
    const watcher = ShareWatcher.start({
      path: row.path,
      ...(this.#mode === undefined ? {} : { mode: this.#mode }),
      ...(only === undefined ? {} : { only }),
      pool: this.#options.pool,
      cache: this.#options.cache,
      onEvent: (event) => this.#onEvent(folder, event),
    });
    this.#folders.set(row.id, Object.assign(folder, { watcher }));
  }

  async #unwatch(folder: Folder): Promise<void> {
    const files = [...folder.watcher.files.values()];
    await folder.watcher[Symbol.asyncDispose]();
    for (const file of files) this.#forget(file);
  }

  #onEvent(folder: Omit<Folder, "watcher">, event: ShareEvent): void {
    folder.view = undefined;
    switch (event.type) {
      case "added":
        this.#learn(event.file);
        break;
      case "removed":
        this.#forget(event.file);
        break;
      case "progress":
        folder.hashing = event.hashing;
        break;
      case "problem":
        folder.problems.set(event.path, event.message);
        break;
      case "solved":
        folder.problems.delete(event.path);
        break;
      case "unavailable":
      case "available":
      case "settled":
        break;
      default:
        assertNever(event);
    }
    this.#options.onChange();
  }

  #learn(file: SharedFile): void {
    const { infoHash } = file;
    const files = this.#files.get(infoHash);
    if (files !== undefined) return void files.push(file);
    this.#files.set(infoHash, [file]);
    this.#options.onAdded(file);
  }

  #forget(file: SharedFile): void {
    const { infoHash } = file;
    const files = this.#files.get(infoHash) ?? [];
    const index = files.findIndex((known) => known.path === file.path);
    if (index < 0) return;
    files.splice(index, 1);
    if (files.length === 0) this.#files.delete(infoHash);
    // Only the first of several places is served.
    if (index > 0) return;
    this.#options.onRemoved(infoHash);
    const next = files[0];
    if (next !== undefined) this.#options.onAdded(next);
  }

  #describe(folder: Folder): ShareView {
    const files = [...folder.watcher.files.values()].map((file) => ({
      infoHash: file.infoHash,
      name: file.name,
      sizeBytes: file.stamp.length,
      kind: file.kind,
      uploadedBytes: this.#options.uploadedBytes(file.infoHash),
    }));
    const [problem, ...others] = problemsOf(folder);
    const message = others.length === 0 ? problem : `${problem} (and ${others.length} more)`;
    const { hashing } = folder;
    return {
      id: folder.row.id,
      path: folder.row.path,
      fileCount: files.length,
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      files,
      ...(message === undefined ? {} : { message }),
      ...(hashing === undefined ? {} : {
        hashing: {
          name: hashing.path.slice(hashing.path.lastIndexOf("/") + 1),
          doneBytes: hashing.doneBytes,
          totalBytes: hashing.totalBytes,
          waitingCount: hashing.waitingCount,
        },
      }),
    };
  }
}

/** Where the folder itself cannot be read, nothing else matters. */
function problemsOf({ watcher, problems }: Pick<Folder, "watcher" | "problems">): readonly string[] {
  return watcher.message === undefined ? [...problems.values()] : [watcher.message];
}
