/**
 * The catalogue: verified torrents × swarm membership. A row is there while somebody has data of its torrent; torrents
 * with the very same content (the same v2 pieces root, BEP 52) are one row. What is stored but held by nobody is
 * remembered for a week and not shown.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import type { CataloguePage } from "../shared/dashboard_views.ts";
import type { InfoHash, InfoHashV2 } from "../shared/ids.ts";
import { isListed } from "../shared/media_kind.ts";
import { encodeMetainfo, type Metainfo } from "../shared/metainfo.ts";
import { CataloguePages, type CatalogueQuery } from "./catalogue_pages.ts";
import { CatalogueStore, type StoredTorrent, type StoreLimits } from "./catalogue_store.ts";
import { type HeldRow, heldRow, type HeldTorrent, type Holding } from "./held_row.ts";
import { openTrackerDatabase } from "./tracker_database.ts";
import { describeTorrent, type TorrentClaim } from "./torrent_description.ts";

/** How long a torrent that nobody has is remembered: who is away for a week's holiday finds it again. */
export const FORGET_AFTER_MS: number = 7 * 24 * 60 * 60 * 1000;

/** The catalogue and its memory. */
export class Catalogue implements Disposable {
  readonly #store: CatalogueStore;
  readonly #held = new Map<InfoHash, HeldTorrent>();
  /** Held until lately, not yet noted in the store. */
  readonly #released = new Set<InfoHash>();
  readonly #rows = new Map<string, HeldRow>();
  readonly #pages = new CataloguePages(this.#rows);
  readonly #scope = new DisposableStack();

  /** Remembers in this database, which stays its owner's; no row is there until somebody holds a torrent. */
  constructor(database: DatabaseSync, limits: StoreLimits = {}) {
    this.#store = new CatalogueStore(database, limits);
  }

  /**
   * Opens a catalogue with a database of its own.
   *
   * @param path a SQLite file, or `:memory:`
   * @throws {StoreVersionError} when a later program wrote it
   */
  static open(path: string, limits: StoreLimits = {}): Catalogue {
    using scope = new DisposableStack();
    const database = openTrackerDatabase(path);
    scope.defer(() => database.close());
    const catalogue = new Catalogue(database, limits);
    catalogue.#scope.use(scope.move());
    return catalogue;
  }

  /** Grows with every change that any page could show. */
  get version(): number {
    return this.#pages.version;
  }

  /** Rows now, and the sum of their sizes; without subtitles, which are part of their films. */
  get totals(): { readonly fileCount: number; readonly fileBytes: number } {
    let fileCount = 0;
    let fileBytes = 0;
    for (const { entry } of this.#rows.values()) {
      if (!isListed(entry.kind, undefined)) continue;
      fileCount++;
      fileBytes += entry.sizeBytes;
    }
    return { fileCount, fileBytes };
  }

  /** What is known of a torrent, held or not. */
  find(infoHash: InfoHash | InfoHashV2): StoredTorrent | undefined {
    return this.#store.find(infoHash);
  }

  /** What is known of a torrent that somebody holds; without a look at the disk. */
  heldTorrent(infoHash: InfoHash): StoredTorrent | undefined {
    return this.#held.get(infoHash)?.torrent;
  }

  /** The bytes of a torrent's .torrent file, without trackers; a fresh copy. */
  torrentBytes(infoHash: InfoHash): Uint8Array | undefined {
    return this.#store.torrentBytes(infoHash);
  }

  /** Names of the hybrids that are remembered. */
  hybrids(): readonly { readonly infoHash: InfoHash; readonly infoHashV2: InfoHashV2 }[] {
    return this.#store.hybrids();
  }

  /**
   * Remembers a verified torrent. `kind` is what somebody who has the content found it to be; without it the name of its
   * largest file decides. What is known already is only completed: by a kind, a length, by piece layers.
   *
   * @returns whether it was unknown
   * @throws {StoreFullError} when there is no room
   */
  put(metainfo: Metainfo, options: TorrentClaim & { readonly nowMs: number }): boolean {
    const { info } = metainfo;
    const known = this.#store.find(info.infoHash);
    let bytes: Uint8Array = encodeMetainfo({ ...metainfo, trackers: [] });
    if (known !== undefined) {
      const isKindNews = options.kind !== undefined && !known.isKindClaimed;
      const isLonger = bytes.length > this.#store.torrentLength(info.infoHash);
      const isLengthNews = options.durationSeconds !== undefined && known.durationSeconds === undefined;
      if (!isKindNews && !isLengthNews && !isLonger) return false;
      // What is known by its piece layers stays known by them.
      if (!isLonger) bytes = this.#store.torrentBytes(info.infoHash) ?? bytes;
    }
    const torrent = describeTorrent(info, { claim: options, known, nowMs: options.nowMs });
    this.#store.put(torrent, { bytes, nowMs: options.nowMs, isHeld: (infoHash) => this.#held.has(infoHash) });
    const held = this.#held.get(info.infoHash);
    if (held !== undefined) this.#setHeld({ torrent, holding: held.holding });
    return known === undefined;
  }

  /**
   * Whether a sharer's `put` would add anything: the torrent, a kind, a length. Who gave a kind gave the piece layers too;
   * what was fetched of a client (BEP 9) has neither.
   */
  lacks(infoHash: InfoHash, claim: TorrentClaim): boolean {
    const known = this.#held.get(infoHash)?.torrent ?? this.#store.find(infoHash);
    if (known === undefined || !known.isKindClaimed) return true;
    return claim.durationSeconds !== undefined && known.durationSeconds === undefined;
  }

  /**
   * Tells who has a torrent now; undefined when nobody has data any more. Unknown torrents are none of the catalogue's
   * business yet.
   */
  hold(infoHash: InfoHash, holding: Holding | undefined): void {
    const held = this.#held.get(infoHash);
    if (holding === undefined) {
      if (held !== undefined) this.#release(held);
      return;
    }
    const torrent = held?.torrent ?? this.#store.find(infoHash);
    if (torrent === undefined) return;
    const { seederCount, leecherCount } = holding;
    if (held?.holding.seederCount === seederCount && held.holding.leecherCount === leecherCount) return;
    this.#setHeld({ torrent, holding: { seederCount, leecherCount } });
  }

  /**
   * Notes what is held, or was until now, and forgets what nobody has held for a week; gives what was forgotten. To be
   * called now and then, and before closing: a crash in between lets torrents look unheld that much longer.
   */
  forget(nowMs: number): readonly StoredTorrent[] {
    this.#store.touch([...this.#held.keys(), ...this.#released], nowMs);
    this.#released.clear();
    return this.#store.forgetUnheldSince(nowMs - FORGET_AFTER_MS);
  }

  /**
   * A page of rows.
   *
   * @throws {CursorSyntaxError} when the cursor is none of ours
   */
  page(query: CatalogueQuery): CataloguePage {
    return this.#pages.page(query);
  }

  /** Closes the database. */
  [Symbol.dispose](): void {
    this.#scope.dispose();
  }

  #setHeld(held: HeldTorrent): void {
    const { infoHash, contentKey } = held.torrent;
    this.#held.set(infoHash, held);
    const row = this.#rows.get(contentKey);
    if (row === undefined) {
      this.#rows.set(contentKey, heldRow(held));
      this.#pages.changed({ isOrderChanged: true });
    } else {
      row.held.set(infoHash, held);
      this.#refresh(row);
    }
  }

  #release(held: HeldTorrent): void {
    const { infoHash, contentKey } = held.torrent;
    this.#held.delete(infoHash);
    this.#released.add(infoHash);
    const row = this.#rows.get(contentKey);
    row?.held.delete(infoHash);
    if (row === undefined || row.held.size === 0) {
      this.#rows.delete(contentKey);
      this.#pages.changed({ isOrderChanged: true });
    } else {
      this.#refresh(row);
    }
  }

  #refresh(row: HeldRow): void {
    const before = row.entry;
    Object.assign(row, heldRow(...row.held.values()));
    const { entry } = row;
    const isOrderChanged = before.name !== entry.name || before.addedAtMs !== entry.addedAtMs ||
      before.sizeBytes !== entry.sizeBytes || before.infoHash !== entry.infoHash ||
      before.durationSeconds !== entry.durationSeconds;
    this.#pages.changed({ isOrderChanged });
  }
}
