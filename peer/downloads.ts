/**
 * The torrents that were added: kept in the database from the moment they are added until they are removed, opened
 * again at every start.
 *
 * @module
 */
import type { Endpoint } from "../shared/endpoint.ts";
import type { InfoHash, InfoHashV2 } from "../shared/ids.ts";
import { decodeMetainfo, encodeMetainfo, type Metainfo } from "../shared/metainfo.ts";
import type { Engine } from "./engine.ts";
import { removeFiles } from "./storage/file_layout.ts";
import type { TorrentRow, TorrentStore } from "./storage/torrent_store.ts";
import { Torrent } from "./torrent.ts";
import type { TorrentRates } from "./torrent_limits.ts";
import type { TorrentMemory } from "./torrent_options.ts";

/** How to make {@link Downloads}. */
export interface DownloadsOptions {
  readonly engine: Engine;
  readonly store: TorrentStore;
  /** Where new torrents go at first. */
  readonly folder: string;
  /** The community's announce addresses, in tiers. */
  readonly trackers: readonly (readonly string[])[];
  /** What a remembered torrent was added by, from its row. */
  readonly sourceOf: (row: TorrentRow) => Omit<NewDownload, "metainfo">;
  /** A torrent's metadata became known, or it came back at the start. */
  readonly onMetainfo: (torrent: Torrent, metainfo: Metainfo) => void;
  /** A torrent was removed, perhaps with its files. */
  readonly onRemoved: (torrent: Torrent, options: { readonly haveFilesGone: boolean }) => void;
  readonly onChange: (infoHash: InfoHash) => void;
}

/** A torrent to add. */
export interface NewDownload {
  readonly infoHash: InfoHash;
  readonly infoHashV2?: InfoHashV2;
  readonly name: string;
  readonly metainfo?: Metainfo;
  /** What to remember it by while it has no metainfo: its magnet link. */
  readonly source: string;
  /** Announce addresses of the magnet link. */
  readonly trackers?: readonly string[];
  readonly candidates?: readonly Endpoint[];
  readonly wantedFiles?: readonly number[];
}

/** The added torrents, running until disposed. */
export class Downloads implements AsyncDisposable {
  /** Where new torrents go; those that are here stay where they are. */
  folder: string;
  readonly #options: DownloadsOptions;
  readonly #torrents = new Map<InfoHash, Torrent>();
  /** Removals under way: a torrent that is added again meanwhile waits for its own to end. */
  readonly #removing = new Map<InfoHash, Promise<void>>();

  /** Opens nothing yet: see {@link restore}. */
  constructor(options: DownloadsOptions) {
    this.#options = options;
    this.folder = options.folder;
  }

  /** Opens what the database remembers. */
  restore(): void {
    for (const row of this.#options.store.all()) this.#reopen(row);
  }

  /** The torrent with this info-hash. */
  get(infoHash: InfoHash): Torrent | undefined {
    return this.#torrents.get(infoHash);
  }

  /** All of them, oldest first. */
  all(): Iterable<Torrent> {
    return this.#torrents.values();
  }

  /** Adds a torrent and starts it. One that is here is given back; files that its link names are wanted too (BEP 53). */
  async add(download: NewDownload): Promise<Torrent> {
    const { infoHash, metainfo, source, wantedFiles } = download;
    await this.#removing.get(infoHash);
    const known = this.#torrents.get(infoHash);
    if (known !== undefined) return this.#addAgain(known, download);
    const row: TorrentRow = {
      infoHash,
      source,
      folder: this.folder,
      isPaused: false,
      addedAtMs: Date.now(),
      uploadedBytes: 0,
      downloadedBytes: 0,
      ...(metainfo === undefined ? {} : { metainfo: encodeMetainfo(metainfo) }),
      ...(wantedFiles === undefined ? {} : { wantedFiles }),
    };
    this.#options.store.put(row);
    return this.#open(download, row);
  }

  /** Pauses or resumes, and remembers it. A torrent that failed is opened anew when it is resumed. */
  async setPaused(infoHash: InfoHash, isPaused: boolean): Promise<void> {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return;
    this.#options.store.savePaused(infoHash, isPaused);
    if (isPaused) return torrent.pause();
    if (torrent.failure === undefined) return torrent.resume();
    await this.#close(torrent);
    const row = this.#options.store.get(infoHash);
    // While it was being closed it may have been removed, or opened by another such call.
    if (row === undefined || this.#torrents.get(infoHash) !== torrent) return;
    this.#reopen(row);
  }

  /** Chooses the files of a torrent to download, and remembers it; undefined: all of them. */
  setWanted(infoHash: InfoHash, files: readonly number[] | undefined): void {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return;
    this.#options.store.saveWanted(infoHash, files);
    torrent.want(files);
  }

  /** Changes a torrent's own speed limits, and remembers them. */
  setRates(infoHash: InfoHash, rates: TorrentRates): void {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return;
    this.#options.store.saveRates(infoHash, rates);
    torrent.limits.change(rates);
    this.#options.onChange(infoHash);
  }

  /** Forgets a torrent, and deletes its files when asked. */
  async remove(infoHash: InfoHash, options: { readonly deleteFiles: boolean }): Promise<void> {
    const torrent = this.#torrents.get(infoHash);
    if (torrent === undefined) return await this.#removing.get(infoHash);
    this.#torrents.delete(infoHash);
    const removing = this.#remove(torrent, options).finally(() => this.#removing.delete(infoHash));
    this.#removing.set(infoHash, removing);
    await removing;
  }

  /** Time passed. Whether any has company, so that what is shown of it changes by itself. */
  tick(): boolean {
    let isBusy = false;
    for (const torrent of this.#torrents.values()) {
      torrent.tick();
      isBusy ||= torrent.swarm.peers.size > 0;
    }
    return isBusy;
  }

  /** Writes down what was moved so far. */
  saveTotals(): void {
    for (const torrent of this.#torrents.values()) this.#options.store.saveTotals(torrent.infoHash, torrent.totals);
  }

  /** Closes all of them; each saves what it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.saveTotals();
    const closing = [...this.#torrents.values()].map((torrent) => torrent[Symbol.asyncDispose]());
    await Promise.all([...closing, ...this.#removing.values()]);
    this.#torrents.clear();
  }

  async #remove(torrent: Torrent, options: { readonly deleteFiles: boolean }): Promise<void> {
    await torrent[Symbol.asyncDispose]();
    // After the torrent is closed, whose last act is to save its record.
    this.#options.store.remove(torrent.infoHash);
    if (options.deleteFiles && torrent.layout !== undefined) await removeFiles(torrent.layout);
    this.#options.onRemoved(torrent, { haveFilesGone: options.deleteFiles });
    this.#options.onChange(torrent.infoHash);
  }

  #addAgain(torrent: Torrent, { infoHash, wantedFiles, candidates }: NewDownload): Torrent {
    torrent.addLink({
      ...(wantedFiles === undefined ? {} : { files: wantedFiles }),
      ...(candidates === undefined ? {} : { peers: candidates }),
    });
    if (wantedFiles !== undefined) this.#options.store.saveWanted(infoHash, torrent.wantedFiles);
    return torrent;
  }

  async #close(torrent: Torrent): Promise<void> {
    this.#options.store.saveTotals(torrent.infoHash, torrent.totals);
    await torrent[Symbol.asyncDispose]();
  }

  #reopen(row: TorrentRow): void {
    const metainfo = row.metainfo === undefined ? undefined : decodeMetainfo(row.metainfo);
    this.#open({ ...this.#options.sourceOf(row), ...(metainfo === undefined ? {} : { metainfo }) }, row);
  }

  #open(download: NewDownload, row: TorrentRow): Torrent {
    const { engine, trackers, onChange } = this.#options;
    const { infoHash, metainfo } = download;
    const torrent = new Torrent({
      engine,
      infoHash,
      name: download.name,
      place: {
        type: "download",
        folder: row.folder,
        ...(row.rootName === undefined ? {} : { rootName: row.rootName }),
      },
      trackers,
      linkTrackers: download.trackers ?? [],
      isPaused: row.isPaused,
      totals: row,
      addedAtMs: row.addedAtMs,
      memory: this.#memory(infoHash),
      onChange: () => onChange(infoHash),
      ...(download.infoHashV2 === undefined ? {} : { infoHashV2: download.infoHashV2 }),
      ...(metainfo === undefined ? {} : { metainfo }),
      ...(row.record === undefined ? {} : { record: row.record }),
      ...(row.wantedFiles === undefined ? {} : { wantedFiles: row.wantedFiles }),
      ...(row.rates === undefined ? {} : { rates: row.rates }),
      ...(download.candidates === undefined ? {} : { candidates: download.candidates }),
    });
    this.#torrents.set(infoHash, torrent);
    if (metainfo !== undefined) this.#options.onMetainfo(torrent, metainfo);
    onChange(infoHash);
    return torrent;
  }

  #memory(infoHash: InfoHash): TorrentMemory {
    const { store } = this.#options;
    return {
      saveRecord: (record) => store.saveRecord(infoHash, record),
      saveMetainfo: (bytes, rootName) => {
        store.saveMetainfo(infoHash, bytes, { rootName });
        const torrent = this.#torrents.get(infoHash);
        if (torrent?.metainfo !== undefined) this.#options.onMetainfo(torrent, torrent.metainfo);
      },
    };
  }
}
