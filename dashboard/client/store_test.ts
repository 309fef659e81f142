import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { signal } from "@preact/signals";
import type { PeerStatus, PeerUpdate } from "../../shared/dashboard_views.ts";
import type { ConnectionState } from "./event_stream.ts";
import { applyPeerUpdate, emptyPeerState, PeerStore } from "./store.ts";
import { testTorrentView } from "./test_torrent_view.ts";

const status: PeerStatus = {
  version: "0.1.0",
  peerId: "00",
  port: 6881,
  downloadsFolder: "/downloads",
  isDownloadsFolderFixed: false,
  downloadRate: 0,
  uploadRate: 0,
  downloadedBytes: 0,
  uploadedBytes: 0,
  peerCount: 0,
  limits: {},
  startedAtMs: 0,
};

const torrent = (infoHash: string, verifiedBytes = 0) => testTorrentView({ infoHash, verifiedBytes });

function update(change: Partial<PeerUpdate>): PeerUpdate {
  return { status, torrents: [], removed: [], shares: { changed: [], removed: [] }, catalogueVersion: "1", ...change };
}

Deno.test("the first update replaces all, later ones change what they name", () => {
  const first = applyPeerUpdate(emptyPeerState, {
    update: update({ torrents: [torrent("a"), torrent("b")] }),
    isFirst: true,
  });
  const second = applyPeerUpdate(first, { update: update({ torrents: [torrent("a", 50)] }), isFirst: false });
  strictEqual(second.torrents.get("a")?.verifiedBytes, 50);
  strictEqual(second.torrents.get("b"), first.torrents.get("b"));
  strictEqual(first.torrents.get("a")?.verifiedBytes, 0);
  const third = applyPeerUpdate(second, {
    update: update({ removed: ["b"], torrents: [torrent("c")] }),
    isFirst: false,
  });
  deepStrictEqual([...third.torrents.keys()], ["a", "c"]);
  const replaced = applyPeerUpdate(third, { update: update({ torrents: [torrent("d")] }), isFirst: true });
  deepStrictEqual([...replaced.torrents.keys()], ["d"]);
  strictEqual(replaced.snapshotCount, 2);
});

Deno.test("an update without torrents leaves the map as it is", () => {
  const first = applyPeerUpdate(emptyPeerState, { update: update({ torrents: [torrent("a")] }), isFirst: true });
  const second = applyPeerUpdate(first, { update: update({}), isFirst: false });
  strictEqual(second.torrents, first.torrents);
});

Deno.test("an update without shares keeps them", () => {
  const share = { id: 1, path: "/media", fileCount: 0, sizeBytes: 0, files: [] };
  const first = applyPeerUpdate(emptyPeerState, {
    update: update({
      shares: { changed: [{ ...share, removedFiles: [] }], removed: [] },
    }),
    isFirst: true,
  });
  const { shares: _shares, ...withoutShares } = update({});
  const second = applyPeerUpdate(first, { update: withoutShares, isFirst: false });
  strictEqual(second.shares, first.shares);
});

Deno.test("a torrent removed and added in one update is here", () => {
  const state = applyPeerUpdate(emptyPeerState, {
    update: update({ removed: ["a"], torrents: [torrent("a", 7)] }),
    isFirst: false,
  });
  strictEqual(state.torrents.get("a")?.verifiedBytes, 7);
});

Deno.test("the store learns and forgets ahead of the updates, and counts connections", () => {
  let push: (update: PeerUpdate, options: { isFirst: boolean }) => void = () => {};
  const connection = signal<ConnectionState>("connecting");
  const store = new PeerStore((onUpdate) => {
    push = onUpdate;
    return { connection };
  });
  strictEqual(store.status.value, undefined);
  push(update({ torrents: [torrent("a")] }), { isFirst: true });
  strictEqual(store.catalogueVersion.value, "1");
  push(update({}), { isFirst: false });
  strictEqual(store.snapshotCount.value, 1);
  store.learn(torrent("b"));
  store.forget("a");
  deepStrictEqual([...store.torrents.value.keys()], ["b"]);
  push(update({}), { isFirst: true });
  strictEqual(store.snapshotCount.value, 2);
  strictEqual(store.torrents.value.size, 0);
});
