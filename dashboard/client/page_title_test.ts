import { strictEqual } from "node:assert/strict";
import type { TorrentView } from "../../shared/dashboard_views.ts";
import { pageTitle } from "./page_title.ts";
import { parseRoute } from "./router.ts";
import { testTorrentView } from "./test_torrent_view.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";

const torrent = (said: Partial<TorrentView>) =>
  testTorrentView({ infoHash: HASH, name: "Film.mp4", sizeBytes: 1000, verifiedBytes: 420, ...said });

Deno.test("the title says the page, and how far the downloads are together", () => {
  const title = (path: string, ...torrents: TorrentView[]) =>
    pageTitle(parseRoute(path), new Map(torrents.map((each) => [each.infoHash, each])));
  strictEqual(title("/"), "Playswarm");
  strictEqual(title("/settings"), "Settings · Playswarm");
  const other = torrent({ infoHash: "other", verifiedBytes: 0 });
  const done = torrent({ infoHash: "done", verifiedBytes: 1000, state: "seeding" });
  const paused = torrent({ infoHash: "paused", state: "paused" });
  strictEqual(title("/", done, paused), "Playswarm");
  strictEqual(title("/downloads", torrent({}), other, done, paused), "21 % · Downloads · Playswarm");
  strictEqual(title(`/torrent/${HASH}`, torrent({}), other), "42 % · Film · Playswarm");
  strictEqual(title(`/torrent/${HASH}`), "Torrent · Playswarm");
});
