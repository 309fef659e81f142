/**
 * The entry point of the peer's dashboard.
 *
 * @module
 */
import { render } from "preact";
import type { PeerUpdate } from "../../shared/dashboard_views.ts";
import { fetchPeerCatalogue, streamPath } from "./api.ts";
import { openLiveUpdates } from "./event_stream.ts";
import { MusicPlayer } from "./music/music_player.ts";
import { prepareSong } from "./music/song_supply.ts";
import { Notices } from "./notices.ts";
import { forgetOtherKind } from "./other_kind.ts";
import { remembered } from "./player/remembered.ts";
import { PeerApp } from "./peer_app.tsx";
import { Router } from "./router.ts";
import { PeerContext, ShellContext } from "./shell_context.ts";
import { PeerStore } from "./store.ts";
import { releaseSupersededNodes } from "./superseded_nodes.ts";
import { followTheme } from "./theme.ts";
import { UploadQueue } from "./upload_queue.ts";
import { WindowedRows } from "./windowed_rows.ts";

releaseSupersededNodes();
followTheme();
const shell = { router: new Router(globalThis), notices: new Notices() };
const store = new PeerStore((onUpdate) => openLiveUpdates<PeerUpdate>(onUpdate));
const peer = {
  store,
  uploads: new UploadQueue<File>(() => new XMLHttpRequest()),
  catalogue: new WindowedRows(fetchPeerCatalogue),
  music: new MusicPlayer({
    element: () => document.body.appendChild(document.createElement("audio")),
    prepare: (song, options) => prepareSong(store, song, options),
    source: ({ infoHash, index }) => streamPath(infoHash, index),
    remembered,
    random: Math.random,
  }),
};
peer.music.goOn();
forgetOtherKind(store, peer.catalogue);
const root = document.getElementById("app");
if (root === null) throw new TypeError("Cannot show the dashboard in this page: it has no element with the id app");
render(
  <ShellContext.Provider value={shell}>
    <PeerContext.Provider value={peer}>
      <PeerApp />
    </PeerContext.Provider>
  </ShellContext.Provider>,
  root,
);
