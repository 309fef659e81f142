/**
 * The entry point of the peer's dashboard.
 *
 * @module
 */
import { render } from "preact";
import type { PeerUpdate } from "../../shared/dashboard_views.ts";
import { fetchPeerCatalogue } from "./api.ts";
import { openLiveUpdates } from "./event_stream.ts";
import { Notices } from "./notices.ts";
import { PeerApp } from "./peer_app.tsx";
import { Router } from "./router.ts";
import { PeerContext, ShellContext } from "./shell_context.ts";
import { PeerStore } from "./store.ts";
import { followTheme } from "./theme.ts";
import { UploadQueue } from "./upload_queue.ts";
import { WindowedRows } from "./windowed_rows.ts";

followTheme();
const shell = { router: new Router(globalThis), notices: new Notices() };
const peer = {
  store: new PeerStore((onUpdate) => openLiveUpdates<PeerUpdate>(onUpdate)),
  uploads: new UploadQueue<File>(() => new XMLHttpRequest()),
  catalogue: new WindowedRows(fetchPeerCatalogue),
};
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
