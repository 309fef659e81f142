/**
 * The tracker's dashboard: the bar, and the page that the address names.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { AppBar, type BarPage } from "./components/app_bar.tsx";
import { ClientList } from "./components/client_list.tsx";
import { ConnectionBanner, NoAnswer } from "./components/connection_mark.tsx";
import { Link } from "./components/link.tsx";
import { NoticeList } from "./components/notice_list.tsx";
import { ShortcutHelp } from "./components/shortcut_help.tsx";
import { LoadingRows, StatePanel } from "./components/state_panel.tsx";
import { formatCount } from "../../shared/format.ts";
import { LibraryPage } from "./pages/library_page.tsx";
import { LibraryPlayerPage } from "./pages/library_player_page.tsx";
import { SwarmsPage } from "./pages/swarms_page.tsx";
import { TrackerCataloguePage } from "./pages/tracker_catalogue_page.tsx";
import { TrackerOverviewPage } from "./pages/tracker_overview_page.tsx";
import type { Route } from "./router.ts";
import { useShell } from "./shell_context.ts";
import { useTracker } from "./tracker_context.ts";
import type { TrackerState } from "./tracker_store.ts";

const pages: readonly BarPage[] = [
  { to: "/", label: "Overview", icon: "globe", testId: "nav-overview", routes: ["home"] },
  { to: "/clients", label: "Clients", icon: "people", testId: "nav-clients", routes: ["clients"] },
  { to: "/swarms", label: "Swarms", icon: "hive", testId: "nav-swarms", routes: ["swarms"] },
  { to: "/library", label: "Library", icon: "folder", testId: "nav-library", routes: ["library", "play"] },
  { to: "/catalogue", label: "Catalogue", icon: "browse", testId: "nav-catalogue", routes: ["catalogue"] },
];

/** Clients on their page at once. */
const CLIENTS_STEP = 100;

/** The whole of it. */
export function TrackerApp(): JSX.Element {
  const store = useTracker();
  const { router } = useShell();
  const route = router.route.value;
  const state = store.state.value;
  const isLost = state === undefined && store.connection.value === "reconnecting";
  useEffect(() => {
    const page = pages.find((other) => other.routes.includes(route.type));
    document.title = `${page?.label ?? "Page"} · Playswarm tracker`;
  }, [route.type]);
  return (
    <>
      <a class="skip-link" href="#page">To the page</a>
      <AppBar
        name="Playswarm tracker"
        pages={pages}
        search={{ page: "catalogue", placeholder: "Search all files" }}
        connection={store.connection.value}
      />
      {isLost ? null : <ConnectionBanner connection={store.connection.value} />}
      <main class="page" id="page" tabIndex={-1}>
        {isLost ? <NoAnswer /> : state === undefined ? <LoadingRows /> : <Page route={route} state={state} />}
      </main>
      <ShortcutHelp />
      <NoticeList />
    </>
  );
}

function Page({ route, state }: { readonly route: Route; readonly state: TrackerState }): JSX.Element {
  switch (route.type) {
    case "home":
      return <TrackerOverviewPage state={state} />;
    case "clients":
      return (
        <>
          <header class="page-head">
            <h1>Clients</h1>
            <p class="facts">{formatCount(state.status.clientCount, "client")}</p>
          </header>
          <ClientList clients={[...state.clients.values()]} libraryPeerId={state.libraryPeerId} step={CLIENTS_STEP} />
        </>
      );
    case "swarms":
      return <SwarmsPage state={state} />;
    case "library":
      return <LibraryPage state={state} />;
    case "catalogue":
      return <TrackerCataloguePage route={route} />;
    case "play":
      return <LibraryPlayerPage state={state} infoHash={route.infoHash} index={route.index} />;
    default:
      return (
        <StatePanel icon="search" title="There is no such page" isPage>
          <p>The address is mistyped, or the link is an old one.</p>
          <Link to="/" class="button button-main">To the overview</Link>
        </StatePanel>
      );
  }
}
