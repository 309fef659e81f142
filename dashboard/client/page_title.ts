/**
 * What the browser's tab says: the page, and how far the downloads are. Pure.
 *
 * @module
 */
import type { TorrentView } from "../../shared/dashboard_views.ts";
import { percentDone, titleOf } from "../../shared/format.ts";
import type { Route } from "./router.ts";
import { isComplete } from "./torrent_words.ts";

const pages: Readonly<Partial<Record<Route["type"], string>>> = {
  albums: "Albums",
  downloads: "Downloads",
  sharing: "Sharing",
  settings: "Settings",
  torrent: "Torrent",
};

/**
 * The title of the peer's page; a player has one of its own.
 *
 * @param route the page
 * @param torrents all torrents by info-hash
 * @returns for instance `"42 % · Downloads · Playswarm"`
 */
export function pageTitle(route: Route, torrents: ReadonlyMap<string, TorrentView>): string {
  const torrent = route.type === "torrent" ? torrents.get(route.infoHash) : undefined;
  const page = torrent === undefined ? pages[route.type] : titleOf(torrent.name);
  const percent = percentUnderWay(torrent === undefined ? [...torrents.values()] : [torrent]);
  return [percent === undefined ? undefined : `${percent} %`, page, "Playswarm"]
    .filter((part) => part !== undefined).join(" · ");
}

/** How far those that are being fetched are together, if any is. */
function percentUnderWay(torrents: readonly TorrentView[]): number | undefined {
  const running = torrents.filter((torrent) => torrent.state === "downloading" && !isComplete(torrent));
  if (running.length === 0) return undefined;
  const sum = (pick: (torrent: TorrentView) => number) => running.reduce((total, each) => total + pick(each), 0);
  return percentDone(sum(({ verifiedBytes }) => verifiedBytes), sum(({ sizeBytes }) => sizeBytes));
}
