/**
 * The community's catalogue as this peer shows it: the tracker's rows with what is already here, and what is here alone
 * where that was asked for or the tracker is away.
 *
 * @module
 */
import type { CatalogueRow, PeerCatalogue, TorrentView } from "../shared/dashboard_views.ts";
import { extensionOf } from "../shared/format.ts";
import { parseInfoHash } from "../shared/ids.ts";
import { isListed, type PeerMode } from "../shared/media_kind.ts";
import { compareText, foldText, searchWords, sortableName } from "../shared/search_text.ts";
import type { CatalogueQuery, CatalogueSort } from "./api/peer_session.ts";
import type { Community } from "./community.ts";
import { CommunityError } from "./community_answer.ts";
import type { Presence } from "./torrent_views.ts";

/** Where the rows come from. */
export interface CatalogueSource {
  /** Absent when no tracker is set. */
  readonly community: Community | undefined;
  /** Only rows of this kind; absent for all. */
  readonly mode: PeerMode | undefined;
  /** Of what is known now, as the live updates tell it. */
  readonly version: string;
  /** All torrents that are here. */
  readonly torrents: () => readonly TorrentView[];
  /** What of a row is here. */
  readonly presence: (infoHash: ReturnType<typeof parseInfoHash>) => Presence;
}

/** Rows, wherever they come from. */
type Page = Pick<PeerCatalogue, "rows" | "totalCount" | "nextCursor">;

const NO_TRACKER = "No tracker is set: name one in the settings to see what your community shares";

/** A page of the catalogue. That the tracker is away is no error: the page says so and has what is here. */
export async function peerCatalogue(
  query: CatalogueQuery,
  source: CatalogueSource & { readonly signal: AbortSignal },
): Promise<PeerCatalogue> {
  const { community, version } = source;
  if (query.filter.isHere) {
    return { ...localPage(query, source), isTrackerReachable: community?.problem === undefined, version };
  }
  if (community === undefined) {
    return { ...localPage(query, source), isTrackerReachable: false, message: NO_TRACKER, version };
  }
  try {
    return { ...await communityPage(query, { ...source, community }), isTrackerReachable: true, version };
  } catch (error) {
    if (!(error instanceof CommunityError)) throw error;
    return { ...localPage(query, source), isTrackerReachable: false, message: error.message, version };
  }
}

async function communityPage(
  query: CatalogueQuery,
  source: CatalogueSource & { readonly community: Community; readonly signal: AbortSignal },
): Promise<Page> {
  const { mode } = source;
  const { text, filter, sort, limit, offset, cursor } = query;
  const page = await source.community.catalogue({
    q: text,
    sort,
    limit,
    ...(mode === undefined ? {} : { mode }),
    ...(offset === undefined ? {} : { offset }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(filter.without === undefined ? {} : { without: filter.without }),
    ...(filter.isNear ? { near: true } : {}),
  }, { signal: source.signal });
  const { totalCount, nextCursor } = page;
  const rows = page.entries.map((entry): CatalogueRow => ({
    ...entry,
    ...source.presence(parseInfoHash(entry.infoHash)),
  }));
  return { rows, totalCount, ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** What is on this computer, in the order asked for. There are no cursors: a part of it is named by its offset. */
function localPage(query: CatalogueQuery, source: CatalogueSource): Page {
  const { mode } = source;
  const { offset = 0, limit, filter } = query;
  const words = searchWords(query.text);
  const without = new Set(filter.without?.split(","));
  const isWanted = ({ name, kind, files }: TorrentView) =>
    isListed(kind, mode) &&
    words.every((word) => foldText(name).includes(word)) &&
    (files.length > 1 || !without.has(extensionOf(name).toLowerCase()));
  const wanted = source.torrents().filter(isWanted);
  const ordered = wanted.map((torrent) => ({ torrent, name: sortableName(torrent.name) }))
    .sort((a, b) => rankOf(a.torrent, query.sort) - rankOf(b.torrent, query.sort) || compareText(a.name, b.name));
  const rows = ordered.slice(offset, offset + limit).map(({ torrent }) => localRow(torrent, source));
  return { rows, totalCount: wanted.length };
}

/** What a row is sorted by before its name: the newest, largest, most seeded first. */
function rankOf(torrent: TorrentView, sort: CatalogueSort): number {
  switch (sort) {
    case "name":
      return 0;
    case "new":
      return -torrent.addedAtMs;
    case "size":
      return -torrent.sizeBytes;
    case "length":
      return -Math.max(0, ...torrent.files.map(({ durationSeconds = 0 }) => durationSeconds));
    case "seeders":
      return -seederCountOf(torrent);
  }
}

function localRow(torrent: TorrentView, source: CatalogueSource): CatalogueRow {
  const { infoHash, name, kind, sizeBytes, addedAtMs, files } = torrent;
  return {
    infoHash,
    alternatives: [],
    name,
    kind,
    sizeBytes,
    addedAtMs,
    fileCount: files.length,
    seederCount: seederCountOf(torrent),
    leecherCount: torrent.state === "seeding" ? 0 : 1,
    ...source.presence(parseInfoHash(infoHash)),
  };
}

/** Those that we are connected to, and ourselves. */
function seederCountOf({ seederCount, state }: TorrentView): number {
  return seederCount + (state === "seeding" ? 1 : 0);
}
