/**
 * The entry point of the tracker's dashboard.
 *
 * @module
 */
import { render } from "preact";
import type { TrackerUpdate } from "../../shared/tracker_dashboard_views.ts";
import { openLiveUpdates } from "./event_stream.ts";
import { Notices } from "./notices.ts";
import { Router } from "./router.ts";
import { ShellContext } from "./shell_context.ts";
import { TrackerStore } from "./tracker_store.ts";
import { releaseSupersededNodes } from "./superseded_nodes.ts";
import { followTheme } from "./theme.ts";
import { TrackerApp } from "./tracker_app.tsx";
import { TrackerContext } from "./tracker_context.ts";

releaseSupersededNodes();
followTheme();
const shell = { router: new Router(globalThis), notices: new Notices() };
const store = new TrackerStore((onUpdate) => openLiveUpdates<TrackerUpdate>(onUpdate));
const root = document.getElementById("app");
if (root === null) throw new TypeError("Cannot show the dashboard in this page: it has no element with the id app");
render(
  <ShellContext.Provider value={shell}>
    <TrackerContext.Provider value={store}>
      <TrackerApp />
    </TrackerContext.Provider>
  </ShellContext.Provider>,
  root,
);
