/**
 * The start page of the peer: what the community has of this mode, to play or to download.
 *
 * @module
 */
import type { JSX } from "preact";
import type { CatalogueRow } from "../../../shared/dashboard_views.ts";
import type { PeerMode } from "../../../shared/media_kind.ts";
import type { CatalogueQuestion } from "../api.ts";
import { catalogueView } from "../catalogue_view.ts";
import { ActionButton } from "../components/action_button.tsx";
import { CatalogueFilters, CatalogueHead, ViewChoice } from "../components/catalogue_head.tsx";
import { Link } from "../components/link.tsx";
import { MediaCard, WaitingCard } from "../components/media_card.tsx";
import { Banner, LoadingCards, StatePanel } from "../components/state_panel.tsx";
import { VirtualList } from "../components/virtual_list.tsx";
import { useFreshRows } from "../fresh_rows.ts";
import { formatRoute, type HomeRoute } from "../router.ts";
import { usePeer } from "../shell_context.ts";
import { rowAt, type RowsState, type WindowedRows } from "../windowed_rows.ts";

/** What is looked for. */
export interface CataloguePageProps {
  readonly route: HomeRoute;
  /** Absent until the first live update: the catalogue is asked for at the same time as the updates. */
  readonly mode: PeerMode | undefined;
}

/**
 * The catalogue.
 *
 * @param props see {@link CataloguePageProps}
 */
export function CataloguePage({ route, mode }: CataloguePageProps): JSX.Element {
  const { store, catalogue } = usePeer();
  const { query, sort, filters } = route;
  useFreshRows(catalogue, {
    question: { query, sort, filters },
    version: store.catalogueVersion.value,
    snapshotCount: store.snapshotCount.value,
    occasion: useOccasion(route, mode),
  });
  const state = catalogue.state.value;
  return (
    <>
      <CatalogueHead
        title={mode === "audio" ? "Music" : mode === "video" ? "Videos" : "Catalogue"}
        route={route}
        totalCount={state.phase === "ready" ? state.totalCount : undefined}
      >
        <CatalogueFilters route={route} />
        {mode === undefined ? null : <ViewChoice mode={mode} />}
      </CatalogueHead>
      {state.phase === "ready" && state.message !== undefined
        ? <Banner icon="offline" testId="catalogue-message">{state.message}</Banner>
        : null}
      {mode === undefined ? <LoadingCards /> : <CatalogueBody state={state} route={route} mode={mode} />}
    </>
  );
}

/** What changes the answer without a change of the community's catalogue: the mode, the tracker's coming, what is here. */
function useOccasion(route: HomeRoute, mode: PeerMode | undefined): string {
  const { store } = usePeer();
  const tracker = store.status.value?.tracker;
  const hereCount = route.filters.includes("here") ? store.torrents.value.size : "";
  // Nothing is known yet at first, and then all at once: that is no reason to ask again.
  return store.status.value === undefined ? "" : `${mode}/${tracker?.address}/${tracker?.isReachable}/${hereCount}`;
}

interface CatalogueBodyProps {
  readonly state: RowsState<CatalogueRow>;
  readonly route: HomeRoute;
  readonly mode: PeerMode;
}

function CatalogueBody({ state, route, mode }: CatalogueBodyProps): JSX.Element {
  const { catalogue } = usePeer();
  if (state.phase === "loading") return <LoadingCards />;
  if (state.phase === "failed") {
    return (
      <StatePanel icon="offline" title="The catalogue could not be loaded" testId="catalogue-failed">
        <p>{state.message}</p>
        <ActionButton label="Try again" icon="refresh" onAct={() => catalogue.refresh()} />
      </StatePanel>
    );
  }
  if (state.totalCount === 0) return <NothingHere route={route} mode={mode} />;
  return <Cards state={state} mode={mode} rows={catalogue} />;
}

interface CardsProps {
  readonly state: RowsState<CatalogueRow>;
  readonly mode: PeerMode;
  readonly rows: WindowedRows<CatalogueRow, CatalogueQuestion>;
}

function Cards({ state, mode, rows }: CardsProps): JSX.Element {
  const view = catalogueView(mode).value;
  const render = (index: number) => {
    const row = rowAt(state, index);
    return row === undefined
      ? <WaitingCard key={index} index={index} />
      : <MediaCard key={row.infoHash} row={row} index={index} count={state.totalCount} />;
  };
  return (
    <VirtualList
      key={view}
      class={`media-${view} media-${mode}`}
      count={state.totalCount}
      render={render}
      onShow={(range) => rows.show(range)}
      label={mode === "video" ? "Videos" : "Music"}
      testId="catalogue"
    />
  );
}

function NothingHere({ route, mode }: { readonly route: HomeRoute; readonly mode: PeerMode }): JSX.Element {
  const thing = mode === "video" ? "videos" : "music";
  const { query, filters } = route;
  const tracker = usePeer().store.status.value?.tracker;
  if (filters.length > 0) {
    return (
      <StatePanel icon="search" title="Nothing is left" testId="catalogue-empty">
        <p>
          {query === "" ? `There are ${thing}, but none` : `There is nothing called “${query}”`} of what is asked for.
        </p>
        <Link to={formatRoute({ ...route, filters: [] })} class="button button-plain">Without the filters</Link>
      </StatePanel>
    );
  }
  if (query !== "") {
    return (
      <StatePanel icon="search" title={`Nothing called “${query}”`} testId="catalogue-empty">
        <p>A part of the name is enough. New files appear here by themselves as soon as somebody shares them.</p>
        <Link to="/" class="button button-plain">Show everything</Link>
      </StatePanel>
    );
  }
  if (tracker === undefined) {
    return (
      <StatePanel icon="people" title="You belong to no community yet" testId="catalogue-empty">
        <p>Ask whoever runs it for the address of its tracker: then you see here what everybody shares.</p>
        <Link to="/settings" class="button button-main">Join one in the settings</Link>
      </StatePanel>
    );
  }
  if (!tracker.isReachable) {
    return (
      <StatePanel icon="offline" title="What the others share is not known now" testId="catalogue-empty">
        <p>
          The tracker of your community does not answer. It is asked again and again; its address is in the settings.
        </p>
        <Link to="/settings" class="button button-plain">To the settings</Link>
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
