/**
 * All verified files that the tracker's community has, of every kind.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { CatalogueEntry } from "../../../shared/dashboard_views.ts";
import { formatAgo, formatBytes, formatCount } from "../../../shared/format.ts";
import { type CatalogueQuestion, fetchTrackerCatalogue } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { CatalogueHead } from "../components/catalogue_head.tsx";
import { FileName } from "../components/file_name.tsx";
import { Link } from "../components/link.tsx";
import { LoadingRows, StatePanel } from "../components/state_panel.tsx";
import { VirtualList } from "../components/virtual_list.tsx";
import { useFreshRows } from "../fresh_rows.ts";
import { formatRoute, type Route } from "../router.ts";
import { useTracker } from "../tracker_context.ts";
import { rowAt, type RowsState, WindowedRows } from "../windowed_rows.ts";

/** What is looked for. */
export interface TrackerCataloguePageProps {
  readonly route: Extract<Route, { readonly type: "catalogue" }>;
}

/**
 * The catalogue.
 *
 * @param props see {@link TrackerCataloguePageProps}
 */
export function TrackerCataloguePage({ route }: TrackerCataloguePageProps): JSX.Element {
  const store = useTracker();
  const [rows] = useState(() => new WindowedRows<CatalogueEntry, CatalogueQuestion>(fetchTrackerCatalogue));
  useFreshRows(rows, {
    question: { query: route.query, sort: route.sort, filters: [] },
    version: store.catalogueVersion.value,
    snapshotCount: store.snapshotCount.value,
  });
  useEffect(() => () => rows.close(), [rows]);
  const state = rows.state.value;
  return (
    <>
      <CatalogueHead
        title="Catalogue"
        route={route}
        totalCount={state.phase === "ready" ? state.totalCount : undefined}
      />
      <Body state={state} query={route.query} rows={rows} />
    </>
  );
}

interface BodyProps {
  readonly state: RowsState<CatalogueEntry>;
  readonly query: string;
  readonly rows: WindowedRows<CatalogueEntry, CatalogueQuestion>;
}

function Body({ state, query, rows }: BodyProps): JSX.Element {
  const playable = usePlayable();
  if (state.phase === "loading") return <LoadingRows />;
  if (state.phase === "failed") {
    return (
      <StatePanel icon="offline" title="The catalogue could not be loaded" testId="catalogue-failed">
        <p>{state.message}</p>
        <ActionButton label="Try again" icon="refresh" onAct={() => rows.refresh()} />
      </StatePanel>
    );
  }
  if (state.totalCount === 0) return <NothingHere query={query} />;
  return (
    <VirtualList
      class="entries panel"
      count={state.totalCount}
      render={(index) => <Entry key={index} entry={rowAt(state, index)} index={index} playable={playable} />}
      onShow={(range) => rows.show(range)}
      label="Files"
      testId="catalogue"
    />
  );
}

interface EntryProps {
  /** Absent while it is on its way. */
  readonly entry: CatalogueEntry | undefined;
  readonly index: number;
  /** Info-hashes of the library: what this dashboard can play. */
  readonly playable: ReadonlySet<string>;
}

function Entry({ entry, index, playable }: EntryProps): JSX.Element {
  if (entry === undefined) return <li class="entry" data-index={index} aria-hidden="true" />;
  const { infoHash, name, kind, sizeBytes, seederCount, leecherCount, addedAtMs, fileCount } = entry;
  const playAt = playable.has(infoHash) ? { playAt: formatRoute({ type: "play", infoHash, index: 0 }) } : {};
  return (
    <li class="entry" data-index={index} data-testid={`row-${infoHash}`}>
      <FileName name={name} kind={kind} {...playAt} />
      <span class="facts">
        <span>{formatBytes(sizeBytes)}</span>
        {fileCount > 1 ? <span>{formatCount(fileCount, "file")}</span> : null}
        <span>{seederCount.toLocaleString("en")} {seederCount === 1 ? "has" : "have"} it</span>
        {leecherCount === 0 ? null : <span>{leecherCount.toLocaleString("en")} fetching it</span>}
        <span>{formatAgo(addedAtMs, Date.now())}</span>
      </span>
    </li>
  );
}

function usePlayable(): ReadonlySet<string> {
  const library = useTracker().library.value;
  return useMemo(
    () => new Set(library.flatMap((share) => share.files.map((file) => file.infoHash))),
    [library],
  );
}

function NothingHere({ query }: { readonly query: string }): JSX.Element {
  return (
    <StatePanel
      icon="search"
      title={query === "" ? "No files yet" : `Nothing called “${query}”`}
      testId="catalogue-empty"
    >
      <p>
        {query === ""
          ? "Files appear here as soon as a client shares them and their description is verified."
          : "A part of the name is enough. New files appear here by themselves as soon as somebody shares them."}
      </p>
      {query === "" ? null : <Link to="/catalogue" class="button button-plain">Show everything</Link>}
    </StatePanel>
  );
}
