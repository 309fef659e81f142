/**
 * The start page of the peer: what the community has of this mode, to play or to download.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PeerMode } from "../../../shared/media_kind.ts";
import type { CatalogueRow } from "../../../shared/dashboard_views.ts";
import { type CatalogueRequest, fetchPeerCatalogue } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { CatalogueHead } from "../components/catalogue_head.tsx";
import { Link } from "../components/link.tsx";
import { MediaCard } from "../components/media_card.tsx";
import { Banner, LoadingRows, StatePanel } from "../components/state_panel.tsx";
import { PagedRows, type RowsPage, type RowsState } from "../paged_rows.ts";
import type { Route } from "../router.ts";
import { usePeer } from "../shell_context.ts";

/** What is looked for. */
export interface CataloguePageProps {
  readonly route: Extract<Route, { readonly type: "home" }>;
  readonly mode: PeerMode;
}

/**
 * The catalogue.
 *
 * @param props see {@link CataloguePageProps}
 */
export function CataloguePage({ route, mode }: CataloguePageProps): JSX.Element {
  const { store } = usePeer();
  const [rows] = useState(() => new PagedRows(fetchRows));
  const version = store.catalogueVersion.value;
  useEffect(() => {
    rows.ask({ query: route.query, sort: route.sort });
  }, [rows, route.query, route.sort, mode]);
  const shownVersion = useRef(version);
  useEffect(() => {
    if (shownVersion.current !== version) rows.refresh();
    shownVersion.current = version;
  }, [rows, version]);
  useEffect(() => () => rows.close(), [rows]);
  const state = rows.state.value;
  return (
    <>
      <CatalogueHead
        title={mode === "video" ? "Videos" : "Music"}
        route={route}
        totalCount={state.phase === "ready" ? state.totalCount : undefined}
      />
      {state.phase === "ready" && state.message !== undefined
        ? <Banner icon="offline" testId="catalogue-message">{state.message}</Banner>
        : null}
      <CatalogueBody state={state} query={route.query} mode={mode} rows={rows} />
    </>
  );
}

interface CatalogueBodyProps {
  readonly state: RowsState<CatalogueRow>;
  readonly query: string;
  readonly mode: PeerMode;
  readonly rows: PagedRows<CatalogueRow>;
}

function CatalogueBody({ state, query, mode, rows }: CatalogueBodyProps): JSX.Element {
  if (state.phase === "loading") return <LoadingRows />;
  if (state.phase === "failed") {
    return (
      <StatePanel icon="offline" title="The catalogue could not be loaded" testId="catalogue-failed">
        <p>{state.message}</p>
        <ActionButton label="Try again" icon="refresh" onAct={() => rows.refresh()} />
      </StatePanel>
    );
  }
  if (state.rows.length === 0) return <NothingHere query={query} mode={mode} />;
  return (
    <>
      <ul class={`media-list media-list-${mode}`} data-testid="catalogue">
        {state.rows.map((row) => <MediaCard key={row.infoHash} row={row} />)}
      </ul>
      {state.hasMore
        ? (
          <p class="centre">
            <ActionButton label="Show more" icon="down" testId="more" onAct={() => rows.more()} />
          </p>
        )
        : null}
    </>
  );
}

function NothingHere({ query, mode }: { readonly query: string; readonly mode: PeerMode }): JSX.Element {
  const thing = mode === "video" ? "videos" : "music";
  if (query !== "") {
    return (
      <StatePanel icon="search" title={`Nothing called “${query}”`} testId="catalogue-empty">
        <p>A part of the name is enough. New files appear here by themselves as soon as somebody shares them.</p>
        <Link to="/" class="button button-plain">Show everything</Link>
      </StatePanel>
    );
  }
  return (
    <StatePanel icon={mode === "video" ? "film" : "music"} title={`No ${thing} yet`} testId="catalogue-empty">
      <p>Nobody here shares {thing} right now. Be the first: choose a folder, and everybody can play what is in it.</p>
      <Link to="/sharing" class="button button-main">Share a folder</Link>
    </StatePanel>
  );
}

async function fetchRows(request: CatalogueRequest): Promise<RowsPage<CatalogueRow>> {
  const page = await fetchPeerCatalogue(request);
  if (page.isTrackerReachable) return page;
  return {
    ...page,
    message: page.message ??
      "The tracker cannot be reached. You see what is on this computer; the rest comes back by " +
        "itself as soon as the tracker does.",
  };
}
