/**
 * The peer's dashboard: the bar, and the page that the address names.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { AppBar, type BarPage } from "./components/app_bar.tsx";
import { ConnectionBanner, NoAnswer } from "./components/connection_mark.tsx";
import { FileDrop } from "./components/file_drop.tsx";
import { Icon } from "./components/icons.tsx";
import { Link } from "./components/link.tsx";
import { NoticeList } from "./components/notice_list.tsx";
import { ShortcutHelp } from "./components/shortcut_help.tsx";
import { StatePanel } from "./components/state_panel.tsx";
import { formatRate } from "../../shared/format.ts";
import { AlbumsPage } from "./music/albums_page.tsx";
import { MiniPlayer } from "./music/mini_player.tsx";
import { pageTitle } from "./page_title.ts";
import { CataloguePage } from "./pages/catalogue_page.tsx";
import { ChooseModePage } from "./pages/choose_mode_page.tsx";
import { DownloadsPage } from "./pages/downloads_page.tsx";
import { FirstStepsPage } from "./pages/first_steps_page.tsx";
import { PlayerPage } from "./pages/player_page.tsx";
import { SettingsPage } from "./pages/settings_page.tsx";
import { SharingPage } from "./pages/sharing_page.tsx";
import { TorrentPage } from "./pages/torrent_page.tsx";
import type { Route } from "./router.ts";
import { usePeer, useShell } from "./shell_context.ts";
import { isComplete } from "./torrent_words.ts";

/** The whole of it. */
export function PeerApp(): JSX.Element {
  const { store } = usePeer();
  const { router } = useShell();
  const route = router.route.value;
  const status = store.status.value;
  const isLost = status === undefined && store.connection.value === "reconnecting";
  useTitleAndFocus(route);
  if (status !== undefined && (status.mode === undefined || status.firstSteps !== undefined)) {
    return (
      <>
        <ConnectionBanner connection={store.connection.value} />
        <main class="page">
          {status.mode === undefined ? <ChooseModePage /> : <FirstStepsPage status={status} />}
        </main>
        <NoticeList />
      </>
    );
  }
  return (
    <>
      <a class="skip-link" href="#page">To the page</a>
      <AppBar
        name="Playswarm"
        pages={usePages()}
        search={{ page: "home", placeholder: status?.mode === "audio" ? "Search music" : "Search videos" }}
        connection={store.connection.value}
      >
        <Facts />
      </AppBar>
      {isLost ? null : <ConnectionBanner connection={store.connection.value} />}
      <main class="page" id="page" tabIndex={-1}>
        {isLost ? <NoAnswer /> : <Page route={route} />}
      </main>
      <MiniPlayer />
      <FileDrop />
      <ShortcutHelp />
      <NoticeList />
    </>
  );
}

function Page({ route }: { readonly route: Route }): JSX.Element {
  const mode = usePeer().store.status.value?.mode;
  switch (route.type) {
    case "home":
      return <CataloguePage route={route} mode={mode} />;
    case "play":
      return <PlayerPage key={route.infoHash} infoHash={route.infoHash} index={route.index} />;
    case "torrent":
      return <TorrentPage key={route.infoHash} infoHash={route.infoHash} />;
    case "albums":
      return <AlbumsPage album={route.album} />;
    case "downloads":
      return <DownloadsPage />;
    case "sharing":
      return <SharingPage />;
    case "settings":
      return <SettingsPage />;
    default:
      return (
        <StatePanel icon="search" title="There is no such page" isPage>
          <p>The address is mistyped, or the link is an old one.</p>
          <Link to="/" class="button button-main">To the start page</Link>
        </StatePanel>
      );
  }
}

/** Mode and speeds, beside the connection. */
function Facts(): JSX.Element | null {
  const status = usePeer().store.status.value;
  if (status === undefined) return null;
  return (
    <>
      <span class="rates" title="Down and up, all together">
        <Icon name="down" />
        {formatRate(status.downloadRate)}
        <Icon name="up" />
        {formatRate(status.uploadRate)}
      </span>
      <Link
        to="/settings"
        class="mode"
        testId="mode"
        label={`${status.mode === "audio" ? "Music" : "Videos"}: change the mode in the settings`}
      >
        <Icon name={status.mode === "audio" ? "music" : "film"} />
        <span>{status.mode === "audio" ? "Music" : "Videos"}</span>
      </Link>
    </>
  );
}

/** In music mode alone: films have no albums. */
const albumsPage: BarPage = { to: "/albums", label: "Albums", icon: "music", testId: "nav-albums", routes: ["albums"] };

function usePages(): readonly BarPage[] {
  const { store } = usePeer();
  let count = 0;
  for (const torrent of store.torrents.value.values()) if (!torrent.isShare && !isComplete(torrent)) count++;
  return [
    { to: "/", label: "Browse", icon: "browse", testId: "nav-browse", routes: ["home", "play"] },
    ...(store.status.value?.mode === "audio" ? [albumsPage] : []),
    {
      to: "/downloads",
      label: "Downloads",
      icon: "download",
      testId: "nav-downloads",
      routes: ["downloads", "torrent"],
      count,
    },
    { to: "/sharing", label: "Sharing", icon: "share", testId: "nav-sharing", routes: ["sharing"] },
    { to: "/settings", label: "Settings", icon: "settings", testId: "nav-settings", routes: ["settings"] },
  ];
}

/** After a change of page the keyboard and the screen reader begin at its top, not at a link that is gone. */
function useTitleAndFocus(route: Route): void {
  const title = pageTitle(route, usePeer().store.torrents.value);
  useEffect(() => {
    // A player says what it plays.
    if (route.type !== "play") document.title = title;
  }, [title, route.type]);
  const isFirst = useRef(true);
  useEffect(() => {
    const main = document.getElementById("page");
    const isInside = main?.contains(document.activeElement) ?? false;
    if (!isFirst.current && route.type !== "home" && !isInside) main?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [route.type]);
}
