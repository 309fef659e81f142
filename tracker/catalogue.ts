/**
 * The catalogue: verified torrents × swarm membership. A row is there while somebody has data of its torrent; torrents
 * with the very same content (the same v2 pieces root, BEP 52) are one row. What is stored but held by nobody is
 * remembered for a week and not shown.
 *
 * @module
 */
import type { CatalogueEntry, CataloguePage } from "../shared/dashboard_views.ts";
import { extensionOf } from "../shared/format.ts";
import type { InfoHash, InfoHashV2 } from "../shared/ids.ts";
import { type MediaKind, mediaKindByName, type PeerMode } from "../shared/media_kind.ts";
import { encodeMetainfo, type Info, type Metainfo } from "../shared/metainfo.ts";
import { foldText, searchWords, sortableName } from "../shared/search_text.ts";
import { type CatalogueSort, compareOrder, decodeCursor, encodeCursor, type OrderKey } from "./catalogue_order.ts";
import { CatalogueStore, type StoredTorrent, type StoreLimits } from "./catalogue_store.ts";

/** How long a torrent that nobody has is remembered: who is away for a week's holiday finds it again. */
export const FORGET_AFTER_MS: number = 7 * 24 * 60 * 60 * 1000;

/** Pages answered again without looking until something changes: more than peers ask for at any one version. */
const MAX_CACHED_PAGES = 256;

/** Which rows, in which order, from where. */
export interface CatalogueQuery {
  /** Only this kind; absent for all. */
  readonly mode?: PeerMode;
  /** Every word of it must be in the name, in any case. */
  readonly text?: string;
  readonly sort: CatalogueSort;
  /** A page's `nextCursor`, with the same sort. */
  readonly cursor?: string;
  /** Rows to pass over first (of those after the cursor): a list that is scrolled by its bar wants any part of it. */
  readonly offset?: number;
  /** Without torrents of one file whose name ends so: extensions in lower case, without the dot. */
  readonly without?: ReadonlySet<string>;
  /** Only what somebody near the asker has data of. */
  readonly isNear?: (infoHash: InfoHash) => boolean;
  /** Rows at most, at least 1. */
  readonly limit: number;
}

/** Who has a torrent, as the swarms say. */
export interface Holding {
  readonly seederCount: number;
  readonly leecherCount: number;
}

/** A torrent that somebody holds. */
interface HeldTorrent {
  readonly torrent: StoredTorrent;
  readonly holding: Holding;
}

/** Torrents of one content, shown as one row. */
interface Row {
  readonly contentKey: string;
  readonly held: Map<InfoHash, HeldTorrent>;
  entry: CatalogueEntry;
  sortableName: string;
  searchText: string;
}

/** The catalogue and its memory. */
export class Catalogue implements Disposable {
  readonly #store: CatalogueStore;
  readonly #held = new Map<InfoHash, HeldTorrent>();
  /** Held until lately, not yet noted in the store. */
  readonly #released = new Set<InfoHash>();
  readonly #rows = new Map<string, Row>();
  readonly #orders = new Map<CatalogueSort, { readonly stamp: number; readonly rows: readonly Row[] }>();
  readonly #pages = new Map<string, CataloguePage>();
  #version = 1;
  /** Grows with what the orders by name, age and size depend on; the counts of seeders change far more often. */
  #rowsVersion = 1;

  /**
   * Opens the memory; no row is there until somebody holds a torrent.
   *
   * @param path a SQLite file, or `:memory:`
   * @throws {StoreVersionError} when a later program wrote it
   */
  constructor(path: string, limits: StoreLimits = {}) {
    this.#store = new CatalogueStore(path, limits);
  }

  /** Grows with every change that any page could show. */
  get version(): number {
    return this.#version;
  }

  /** Rows now, and the sum of their sizes. */
  get totals(): { readonly fileCount: number; readonly fileBytes: number } {
    let fileBytes = 0;
    for (const { entry } of this.#rows.values()) fileBytes += entry.sizeBytes;
    return { fileCount: this.#rows.size, fileBytes };
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
   * largest file decides. What is known already is only completed: by a kind, by piece layers.
   *
   * @returns whether it was unknown
   * @throws {StoreFullError} when there is no room
   */
  put(metainfo: Metainfo, options: { readonly kind?: MediaKind; readonly nowMs: number }): boolean {
    const { info } = metainfo;
    const known = this.#store.find(info.infoHash);
    const bytes = encodeMetainfo({ ...metainfo, trackers: [] });
    if (known !== undefined) {
      const isKindNews = options.kind !== undefined && !known.isKindClaimed;
      const isLonger = bytes.length > this.#store.torrentLength(info.infoHash);
      if (!isKindNews && !isLonger) return false;
    }
    const torrent = describe(info, { kind: options.kind, known, nowMs: options.nowMs });
    this.#store.put(torrent, { bytes, nowMs: options.nowMs, isHeld: (infoHash) => this.#held.has(infoHash) });
    const held = this.#held.get(info.infoHash);
    if (held !== undefined) this.#setHeld({ torrent, holding: held.holding });
    return known === undefined;
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
    // Who is near depends on who asks, and changes without a change of any row.
    if (query.isNear !== undefined) return this.#findPage(query);
    const { mode, text, sort, cursor, limit, offset, without = [] } = query;
    const key = JSON.stringify([mode, text, sort, cursor, limit, offset, ...without]);
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = this.#findPage(query);
      if (this.#pages.size >= MAX_CACHED_PAGES) this.#pages.clear();
      this.#pages.set(key, page);
    }
    return page;
  }

  /** Closes the database. */
  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  #findPage(query: CatalogueQuery): CataloguePage {
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const isWanted = rowFilter(query);
    const entries: CatalogueEntry[] = [];
    let totalCount = 0;
    let toPass = query.offset ?? 0;
    let last: OrderKey | undefined;
    let hasMore = false;
    for (const row of this.#ordered(query.sort)) {
      if (!isWanted(row)) continue;
      totalCount++;
      if (hasMore || (after !== undefined && compareOrder(orderKey(row, query.sort), after) <= 0)) continue;
      if (toPass-- > 0) continue;
      if (entries.length === query.limit) {
        hasMore = true;
      } else {
        entries.push(row.entry);
        last = orderKey(row, query.sort);
      }
    }
    const next = hasMore && last !== undefined ? { nextCursor: encodeCursor(last) } : {};
    return { entries, totalCount, ...next, version: this.#version };
  }

  #ordered(sort: CatalogueSort): readonly Row[] {
    const stamp = sort === "seeders" ? this.#version : this.#rowsVersion;
    const known = this.#orders.get(sort);
    if (known?.stamp === stamp) return known.rows;
    const keyed = Array.from(this.#rows.values(), (row) => ({ row, key: orderKey(row, sort) }));
    const rows = keyed.sort((a, b) => compareOrder(a.key, b.key)).map(({ row }) => row);
    this.#orders.set(sort, { stamp, rows });
    return rows;
  }

  #setHeld(held: HeldTorrent): void {
    const { infoHash, contentKey } = held.torrent;
    this.#held.set(infoHash, held);
    const row = this.#rows.get(contentKey);
    if (row === undefined) {
      this.#rows.set(contentKey, newRow(held));
      this.#changed({ isOrderChanged: true });
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
      this.#changed({ isOrderChanged: true });
    } else {
      this.#refresh(row);
    }
  }

  #refresh(row: Row): void {
    const before = row.entry;
    Object.assign(row, newRow(...row.held.values()));
    const { entry } = row;
    const isOrderChanged = before.name !== entry.name || before.addedAtMs !== entry.addedAtMs ||
      before.sizeBytes !== entry.sizeBytes || before.infoHash !== entry.infoHash;
    this.#changed({ isOrderChanged });
  }

  #changed(change: { readonly isOrderChanged: boolean }): void {
    this.#version++;
    if (change.isOrderChanged) this.#rowsVersion++;
    this.#pages.clear();
  }
}

/** Whether a row is among those asked for. */
function rowFilter({ mode, text = "", without, isNear }: CatalogueQuery): (row: Row) => boolean {
  const words = searchWords(text);
  return ({ entry, searchText, held }) =>
    (mode === undefined || entry.kind === mode) &&
    words.every((word) => searchText.includes(word)) &&
    (without === undefined || entry.fileCount > 1 || !without.has(extensionOf(entry.name).toLowerCase())) &&
    (isNear === undefined || held.keys().some(isNear));
}

function orderKey(row: Row, sort: CatalogueSort): OrderKey {
  const { entry, sortableName: name, contentKey: key } = row;
  switch (sort) {
    case "name":
      return { rank: 0, name, key };
    case "new":
      return { rank: -entry.addedAtMs, name, key };
    case "size":
      return { rank: -entry.sizeBytes, name, key };
    case "seeders":
      return { rank: -entry.seederCount, name, key };
  }
}

/** The row of these torrents of one content: named after the one that most people seed, of those the oldest. */
function newRow(...held: [HeldTorrent, ...HeldTorrent[]] | HeldTorrent[]): Row {
  const [first, ...others] = held.toSorted((a, b) =>
    b.holding.seederCount - a.holding.seederCount || a.torrent.addedAtMs - b.torrent.addedAtMs ||
    (a.torrent.infoHash < b.torrent.infoHash ? -1 : 1)
  );
  if (first === undefined) throw new TypeError("Cannot make a row of no torrents");
  const { torrent } = first;
  const entry: CatalogueEntry = {
    infoHash: torrent.infoHash,
    ...(torrent.infoHashV2 === undefined ? {} : { infoHashV2: torrent.infoHashV2 }),
    alternatives: others.map((other) => other.torrent.infoHash),
    name: torrent.name,
    kind: torrent.kind,
    sizeBytes: torrent.sizeBytes,
    fileCount: torrent.fileCount,
    seederCount: held.reduce((sum, { holding }) => sum + holding.seederCount, 0),
    leecherCount: held.reduce((sum, { holding }) => sum + holding.leecherCount, 0),
    addedAtMs: Math.min(...held.map((other) => other.torrent.addedAtMs)),
  };
  return {
    contentKey: torrent.contentKey,
    held: new Map(held.map((other) => [other.torrent.infoHash, other])),
    entry,
    sortableName: sortableName(torrent.name),
    searchText: held.map((other) => foldText(other.torrent.name)).join("\n"),
  };
}

function describe(
  info: Info,
  options: { readonly kind: MediaKind | undefined; readonly known: StoredTorrent | undefined; readonly nowMs: number },
): StoredTorrent {
  const files = info.files.filter((file) => !file.isPad);
  const largest = files.reduce(
    (best, file) => file.length > best.length ? file : best,
    files[0] ?? { path: [], length: 0 },
  );
  const [only] = files;
  const root = files.length === 1 ? only?.piecesRoot : undefined;
  const known = options.known?.isKindClaimed === true ? options.known.kind : undefined;
  return {
    infoHash: info.infoHash,
    ...(info.infoHashV2 === undefined ? {} : { infoHashV2: info.infoHashV2 }),
    contentKey: root === undefined ? info.infoHash : root.toHex(),
    name: info.name,
    kind: known ?? options.kind ?? mediaKindByName(largest.path.at(-1) ?? info.name).kind,
    isKindClaimed: known !== undefined || options.kind !== undefined,
    sizeBytes: info.geometry.contentLength,
    fileCount: files.length,
    addedAtMs: options.known?.addedAtMs ?? options.nowMs,
  };
}
