/**
 * The torrents of the shared files. Ten thousand of them rest at the cost of a map entry and an announce; one that
 * somebody connects to, or plays here, is woken, and goes back to rest when nobody is left.
 *
 * @module
 */
import { Bitfield } from "../shared/bitfield.ts";
import type { InfoHash } from "../shared/ids.ts";
import { encodeMetainfo } from "../shared/metainfo.ts";
import type { Engine } from "./engine.ts";
import type { SharedFile } from "./storage/shared_file.ts";
import { StorageError } from "./storage/storage_error.ts";
import { Torrent } from "./torrent.ts";
import type { TransferTotals } from "./torrent_options.ts";

/** A shared torrent that nobody is connected to goes back to rest after this. */
const REST_AFTER_MS = 30_000;

/** How to make {@link SharedTorrents}. */
export interface SharedTorrentsOptions {
  readonly engine: Engine;
  /** The community's announce addresses, in tiers. */
  readonly trackers: readonly (readonly string[])[];
  /** A file was found changed or unreadable while it was served. */
  readonly onBroken: (path: string) => void;
  readonly onChange: (infoHash: InfoHash) => void;
}

interface Entry {
  readonly file: SharedFile;
  readonly addedAtMs: number;
  torrent: Torrent | undefined;
  /** When it was last found to have company. */
  busyAt: number;
  uploadedBytes: number;
  /** What of the uploaded bytes was told by `onChange`. */
  toldUploadedBytes: number;
}

/** The shared torrents, announced until removed. */
export class SharedTorrents implements AsyncDisposable {
  readonly #options: SharedTorrentsOptions;
  readonly #entries = new Map<InfoHash, Entry>();
  /** Those that do not rest: time passes for them alone. */
  readonly #awake = new Map<InfoHash, Entry>();
  readonly #closing = new Set<Promise<void>>();
  /** Of those that were removed. */
  #removedUploadedBytes = 0;

  /** Announces nothing before {@link add}. */
  constructor(options: SharedTorrentsOptions) {
    this.#options = options;
  }

  /** Whether a shared file has this info-hash. */
  has(infoHash: InfoHash): boolean {
    return this.#entries.has(infoHash);
  }

  /** The shared file with this info-hash. */
  file(infoHash: InfoHash): SharedFile | undefined {
    return this.#entries.get(infoHash)?.file;
  }

  /** Its .torrent; undefined when it is shared no more, or was found to have changed just now. */
  metainfo(infoHash: InfoHash): Uint8Array | undefined {
    const entry = this.#entries.get(infoHash);
    return entry === undefined ? undefined : this.#unlessBroken(entry, () => encodeMetainfo(entry.file.metainfo));
  }

  /** When the file came. */
  addedAtMs(infoHash: InfoHash): number {
    return this.#entries.get(infoHash)?.addedAtMs ?? 0;
  }

  /** The torrent, if it is awake. */
  awake(infoHash: InfoHash): Torrent | undefined {
    return this.#entries.get(infoHash)?.torrent;
  }

  /** All info-hashes. */
  infoHashes(): Iterable<InfoHash> {
    return this.#entries.keys();
  }

  /** What was moved since the program started. */
  totals(infoHash: InfoHash): TransferTotals {
    const entry = this.#entries.get(infoHash);
    return { uploadedBytes: entry === undefined ? 0 : uploadedBytes(entry), downloadedBytes: 0 };
  }

  /** Bytes of blocks sent since the program started, those of removed files included. */
  get uploadedBytes(): number {
    let sum = this.#removedUploadedBytes;
    for (const entry of this.#entries.values()) sum += uploadedBytes(entry);
    return sum;
  }

  /** Announces a file from now on. */
  add(file: SharedFile): void {
    const { engine, trackers, onChange } = this.#options;
    const { infoHash } = file;
    const entry: Entry = {
      file,
      addedAtMs: Date.now(),
      torrent: undefined,
      busyAt: engine.now(),
      uploadedBytes: 0,
      toldUploadedBytes: 0,
    };
    this.#entries.set(infoHash, entry);
    engine.announcer.add(infoHash, {
      trackers,
      state: () => ({ uploaded: uploadedBytes(entry), downloaded: 0, left: 0 }),
      onPeers: (peers) => peers.length > 0 ? this.wake(infoHash)?.addCandidates(peers) : undefined,
      get leaseShared() {
        return entry.torrent === undefined;
      },
    });
    // What we make of shared files is never private.
    engine.discovery.add(infoHash);
    onChange(infoHash);
  }

  /** Withdraws a file: nobody is served any more. */
  remove(infoHash: InfoHash): void {
    const entry = this.#entries.get(infoHash);
    if (entry === undefined) return;
    this.#entries.delete(infoHash);
    this.#awake.delete(infoHash);
    this.#removedUploadedBytes += uploadedBytes(entry);
    this.#options.engine.announcer.remove(infoHash);
    this.#options.engine.discovery.remove(infoHash);
    if (entry.torrent !== undefined) this.#close(entry.torrent);
    this.#options.onChange(infoHash);
  }

  /** The torrent, woken if it rests. */
  wake(infoHash: InfoHash): Torrent | undefined {
    const entry = this.#entries.get(infoHash);
    if (entry === undefined) return undefined;
    entry.busyAt = this.#options.engine.now();
    entry.torrent ??= this.#unlessBroken(entry, () => this.#open(entry));
    if (entry.torrent !== undefined) this.#awake.set(infoHash, entry);
    return entry.torrent;
  }

  /** Time passed. Whether any has company, so that what is shown of it changes by itself. */
  tick(): boolean {
    let isBusy = false;
    const now = this.#options.engine.now();
    for (const [infoHash, entry] of [...this.#awake]) {
      const { torrent } = entry;
      if (torrent === undefined) continue;
      torrent.tick();
      isBusy ||= torrent.swarm.peers.size > 0;
      if (torrent.swarm.peers.size > 0 || torrent.isRead) entry.busyAt = now;
      else if (now - entry.busyAt > REST_AFTER_MS) this.#rest(infoHash, entry);
    }
    return isBusy;
  }

  /** Tells of those of which bytes were taken since the last call. */
  tellUploads(): void {
    for (const [infoHash, entry] of this.#entries) {
      const sum = uploadedBytes(entry);
      if (sum === entry.toldUploadedBytes) continue;
      entry.toldUploadedBytes = sum;
      this.#options.onChange(infoHash);
    }
  }

  /** Closes those that are awake. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const entry of this.#entries.values()) {
      // What was sent is asked for after the end, too.
      this.#removedUploadedBytes += uploadedBytes(entry);
      if (entry.torrent !== undefined) this.#close(entry.torrent);
    }
    this.#entries.clear();
    this.#awake.clear();
    await Promise.all(this.#closing);
  }

  /** What `use` gives; undefined when the torrent of the file is not the one any more that was found. */
  #unlessBroken<Value>(entry: Entry, use: () => Value): Value | undefined {
    try {
      return use();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#options.onBroken(entry.file.path);
      return undefined;
    }
  }

  #rest(infoHash: InfoHash, entry: Entry): void {
    if (entry.torrent === undefined) return;
    entry.uploadedBytes = uploadedBytes(entry);
    this.#close(entry.torrent);
    this.#awake.delete(infoHash);
    entry.torrent = undefined;
    this.#options.onChange(infoHash);
  }

  #close(torrent: Torrent): void {
    const closing = torrent[Symbol.asyncDispose]().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #open(entry: Entry): Torrent {
    const { metainfo, path, stamp } = entry.file;
    const { infoHash, name, geometry, files } = metainfo.info;
    return new Torrent({
      engine: this.#options.engine,
      infoHash,
      name,
      metainfo,
      place: { type: "share", path },
      record: {
        verified: Bitfield.full(geometry.pieceCount).toBytes(),
        stamps: files.map((file) => file.isPad ? undefined : stamp),
      },
      trackers: this.#options.trackers,
      addedAtMs: entry.addedAtMs,
      // A share is hashed when it is found; there is nothing to remember of the torrent itself.
      memory: { saveRecord: () => {}, saveMetainfo: () => {} },
      onChange: () => this.#options.onChange(infoHash),
      onShareBroken: () => this.#options.onBroken(path),
    });
  }
}

function uploadedBytes(entry: Entry): number {
  return entry.uploadedBytes + (entry.torrent?.totals.uploadedBytes ?? 0);
}
