/**
 * The disk side of one torrent: from its metadata to its open files, what came of it, and the readers that wait for bytes.
 *
 * @module
 */
import { encodeMetainfo, type Metainfo } from "../shared/metainfo.ts";
import { Readers } from "./readers.ts";
import type { FileLayout } from "./storage/file_layout.ts";
import { StorageError } from "./storage/storage_error.ts";
import type { StorageEvent } from "./storage/storage_event.ts";
import { TorrentStorage } from "./storage/torrent_storage.ts";
import type { TorrentOptions } from "./torrent_options.ts";
import { findPlace } from "./torrent_place.ts";

/** What the storage tells that only the swarm judges. */
export type SwarmNews = Exclude<
  StorageEvent,
  { readonly type: "full" | "ready" | "failed" | "contradicted" | "layers-complete" | "file-complete" }
>;

/** How to make a {@link TorrentDisk}. */
export interface TorrentDiskOptions
  extends Pick<TorrentOptions, "engine" | "place" | "record" | "memory" | "onChange"> {
  /** The files are open: it serves and fetches from now on. */
  readonly onOpen: (storage: TorrentStorage, metainfo: Metainfo) => void;
  readonly onNews: (news: SwarmNews) => void;
  /** There is no room on the disk, or again some. */
  readonly onFull: (isFull: boolean) => void;
  /** Whether somebody who knows only v1 came in before the files were open. */
  readonly needsSha1: () => boolean;
  /** The two kinds of hashes of a hybrid cannot both be right. */
  readonly onContradiction: (piece: number) => void;
  /** Nothing more can be done with the files. */
  readonly onFailed: (error: StorageError) => void;
}

/** The files of one torrent, until disposed. */
export class TorrentDisk implements AsyncDisposable {
  readonly #options: TorrentDiskOptions;
  readonly #readers = new Readers();
  readonly #end = new AbortController();
  #opening: Promise<void> = Promise.resolve();
  #metainfo: Metainfo | undefined;
  #layout: FileLayout | undefined;
  #storage: TorrentStorage | undefined;
  #isFull = false;
  #failure: StorageError | undefined;
  #checkedBytes = 0;

  /** Opens nothing yet. */
  constructor(options: TorrentDiskOptions) {
    this.#options = options;
  }

  /** What a .torrent file says, once it is known, with all the hashes that came since. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** Where the files lie, once that is decided. */
  get layout(): FileLayout | undefined {
    return this.#layout;
  }

  /** The storage, once it is open. */
  get storage(): TorrentStorage | undefined {
    return this.#storage;
  }

  /** Whether it waits for room. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Why nothing more can be done. */
  get failure(): StorageError | undefined {
    return this.#failure;
  }

  /** Bytes hashed so far while the files are checked at the start. */
  get checkedBytes(): number {
    return this.#checkedBytes;
  }

  /** Content bytes that are verified. */
  get verifiedBytes(): number {
    const storage = this.#storage;
    if (storage === undefined) return 0;
    const files = this.#metainfo?.info.files ?? [];
    return files.reduce((sum, file, index) => sum + (file.isPad ? 0 : storage.fileVerifiedBytes(index)), 0);
  }

  /** Settled when the files were looked at, whatever came of it. */
  get opened(): Promise<void> {
    return this.#opening;
  }

  /** Looks at the files, checks what lies there, and opens them. */
  open(metainfo: Metainfo): void {
    this.#metainfo = metainfo;
    this.#opening = this.#open(metainfo);
  }

  /** Verified bytes that can be read from `offset` of the piece space on, without a gap. */
  availableFrom(offset: number): number {
    return this.#storage?.availableFrom(offset) ?? 0;
  }

  /** Waits until the byte at `offset` is verified. Fails when the torrent fails or is removed. */
  async whenReadable(offset: number, options: { readonly signal: AbortSignal }): Promise<void> {
    if (this.availableFrom(offset) === 0) await this.#readers.wait(offset, options);
  }

  /** Ends the checking and the waiting. */
  stop(): void {
    this.#end.abort(new DOMException("the torrent was closed", "AbortError"));
    this.#readers.fail(new Error("The torrent was removed"));
  }

  /** Writes what is complete and closes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#opening;
    await this.#storage?.[Symbol.asyncDispose]();
  }

  async #open(metainfo: Metainfo): Promise<void> {
    const { engine, place, memory, record: remembered } = this.#options;
    try {
      const disk = {
        info: metainfo.info,
        pieceLayers: metainfo.pieceLayers,
        pool: engine.pool,
        buffers: engine.buffers,
        files: engine.files,
        onCheckProgress: (doneBytes: number) => this.#onChecked(doneBytes),
        signal: this.#end.signal,
      };
      const { layout, record } = await findPlace(place, { ...disk, record: remembered });
      this.#layout = layout;
      memory.saveMetainfo(encodeMetainfo(metainfo), layout.rootName);
      if (record !== undefined && record !== remembered) memory.saveRecord(record);
      const storage = await TorrentStorage.open({
        ...disk,
        layout,
        ...(record === undefined ? {} : { record }),
        isReadOnly: place.type === "share",
        onEvent: (event) => this.#onEvent(event),
        save: (changed) => memory.saveRecord(changed),
      });
      this.#storage = storage;
      if (this.#options.needsSha1()) await storage.proveSha1();
    } catch (error) {
      if (error === this.#end.signal.reason) return;
      if (!(error instanceof StorageError)) throw error;
      return this.#fail(error);
    }
    if (this.#storage !== undefined) this.#options.onOpen(this.#storage, metainfo);
    this.#wakeReaders();
    this.#options.onChange();
  }

  #onChecked(doneBytes: number): void {
    this.#checkedBytes = doneBytes;
    this.#options.onChange();
  }

  #onEvent(event: StorageEvent): void {
    switch (event.type) {
      case "full":
      case "ready":
        this.#isFull = event.type === "full";
        this.#options.onFull(this.#isFull);
        return this.#options.onChange();
      case "failed":
        return this.#fail(event.error);
      case "contradicted":
        this.#options.onContradiction(event.piece);
        return this.#options.onChange();
      case "layers-complete":
        return this.#saveLayers();
      case "file-complete":
        return this.#options.onChange();
      default:
        this.#options.onNews(event);
        this.#wakeReaders();
    }
  }

  #wakeReaders(): void {
    this.#readers.wake((offset) => this.availableFrom(offset) > 0);
  }

  #saveLayers(): void {
    if (this.#metainfo === undefined || this.#storage === undefined || this.#layout === undefined) return;
    this.#metainfo = { ...this.#metainfo, pieceLayers: this.#storage.hashes.pieceLayers };
    this.#options.memory.saveMetainfo(encodeMetainfo(this.#metainfo), this.#layout.rootName);
  }

  #fail(error: StorageError): void {
    this.#failure = error;
    this.#readers.fail(error);
    this.#options.onFailed(error);
    this.#options.onChange();
  }
}
