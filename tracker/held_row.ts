/**
 * One row of the catalogue: the torrents of one content that somebody holds, shown as one. Pure.
 *
 * @module
 */
import type { CatalogueEntry } from "../shared/dashboard_views.ts";
import type { InfoHash } from "../shared/ids.ts";
import { foldText, sortableName } from "../shared/search_text.ts";
import type { StoredTorrent } from "./catalogue_store.ts";

/** Who has a torrent, as the swarms say. */
export interface Holding {
  readonly seederCount: number;
  readonly leecherCount: number;
}

/** A torrent that somebody holds. */
export interface HeldTorrent {
  readonly torrent: StoredTorrent;
  readonly holding: Holding;
}

/** Torrents of one content, shown as one row. */
export interface HeldRow {
  readonly contentKey: string;
  readonly held: Map<InfoHash, HeldTorrent>;
  entry: CatalogueEntry;
  sortableName: string;
  searchText: string;
}

/**
 * The row of these torrents of one content: named after the one that most people seed, of those the oldest.
 *
 * @throws {TypeError} for none
 */
export function heldRow(...held: [HeldTorrent, ...HeldTorrent[]] | HeldTorrent[]): HeldRow {
  const [first, ...others] = held.toSorted((a, b) =>
    b.holding.seederCount - a.holding.seederCount || a.torrent.addedAtMs - b.torrent.addedAtMs ||
    (a.torrent.infoHash < b.torrent.infoHash ? -1 : 1)
  );
  if (first === undefined) throw new TypeError("Cannot make a row of no torrents");
  const { torrent } = first;
  const durationSeconds = torrent.durationSeconds ??
    others.find((other) => other.torrent.durationSeconds !== undefined)?.torrent.durationSeconds;
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
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  };
  return {
    contentKey: torrent.contentKey,
    held: new Map(held.map((other) => [other.torrent.infoHash, other])),
    entry,
    sortableName: sortableName(torrent.name),
    searchText: held.map((other) => foldText(other.torrent.name)).join("\n"),
  };
}
