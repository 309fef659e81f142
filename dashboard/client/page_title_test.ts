import { strictEqual } from "node:assert/strict";
import type { TorrentView } from "../../shared/dashboard_views.ts";
import { pageTitle } from "./page_title.ts";
import { parseRoute } from "./router.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";

function torrent(options: Partial<TorrentView>): TorrentView {
  return {
    infoHash: HASH,
    name: "Film.mp4",
    state: "downloading",
    kind: "video",
    sizeBytes: 1000,
    verifiedBytes: 420,
    downloadRate: 0,
    uploadRate: 0,
    uploadedBytes: 0,
    downloadedBytes: 0,
    peerCount: 0,
    seederCount: 0,
    addedAtMs: 0,
    isShare: false,
    magnet: "",
    files: [],
    ...options,
  };
}

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
