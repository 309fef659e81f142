/**
 * The pages of the catalogue: which rows are asked for, in which order, from where. Orders and pages are kept until
 * something changes that they show.
 *
 * @module
 */
import type { CatalogueEntry, CataloguePage } from "../shared/dashboard_views.ts";
import { extensionOf } from "../shared/format.ts";
import type { InfoHash } from "../shared/ids.ts";
import { isListed, type PeerMode } from "../shared/media_kind.ts";
import { searchWords } from "../shared/search_text.ts";
import { type CatalogueSort, compareOrder, decodeCursor, encodeCursor, type OrderKey } from "./catalogue_order.ts";
import type { HeldRow } from "./held_row.ts";

/** Pages answered again without looking until something changes: more than peers ask for at any one version. */
const MAX_CACHED_PAGES = 256;

/** Which rows, in which order, from where. */
export interface CatalogueQuery {
  /** Only this kind; absent for all but subtitles, which a player asks for by the name of its film. */
  readonly mode?: PeerMode | "subtitles";
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

/** The pages over rows that belong to another, who tells of every change. */
export class CataloguePages {
  readonly #rows: ReadonlyMap<string, HeldRow>;
  readonly #orders = new Map<CatalogueSort, { readonly stamp: number; readonly rows: readonly HeldRow[] }>();
  readonly #pages = new Map<string, CataloguePage>();
  #version = 1;
  /** Grows with what the orders by name, age and size depend on; the counts of seeders change far more often. */
  #rowsVersion = 1;

  /** Shows these rows, which may change; by content key. */
  constructor(rows: ReadonlyMap<string, HeldRow>) {
    this.#rows = rows;
  }

  /** Grows with every change that any page could show. */
  get version(): number {
    return this.#version;
  }

  /** Rows have changed; `isOrderChanged`: more than the counts of who holds them. */
  changed(change: { readonly isOrderChanged: boolean }): void {
    this.#version++;
    if (change.isOrderChanged) this.#rowsVersion++;
    this.#pages.clear();
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

  #ordered(sort: CatalogueSort): readonly HeldRow[] {
    const stamp = sort === "seeders" ? this.#version : this.#rowsVersion;
    const known = this.#orders.get(sort);
    if (known?.stamp === stamp) return known.rows;
    const keyed = Array.from(this.#rows.values(), (row) => ({ row, key: orderKey(row, sort) }));
    const rows = keyed.sort((a, b) => compareOrder(a.key, b.key)).map(({ row }) => row);
    this.#orders.set(sort, { stamp, rows });
    return rows;
  }
}

/** Whether a row is among those asked for. */
function rowFilter({ mode, text = "", without, isNear }: CatalogueQuery): (row: HeldRow) => boolean {
  const words = searchWords(text);
  return ({ entry, searchText, held }) =>
    isListed(entry.kind, mode) &&
    words.every((word) => searchText.includes(word)) &&
    (without === undefined || entry.fileCount > 1 || !without.has(extensionOf(entry.name).toLowerCase())) &&
    (isNear === undefined || held.keys().some(isNear));
}

function orderKey(row: HeldRow, sort: CatalogueSort): OrderKey {
  const { entry, sortableName: name, contentKey: key } = row;
  switch (sort) {
    case "name":
      return { rank: 0, name, key };
    case "new":
      return { rank: -entry.addedAtMs, name, key };
    case "size":
      return { rank: -entry.sizeBytes, name, key };
    case "length":
      return { rank: -(entry.durationSeconds ?? 0), name, key };
    case "seeders":
      return { rank: -entry.seederCount, name, key };
  }
}
