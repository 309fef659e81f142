/**
 * All verified files that the tracker's community has, of every kind.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CatalogueEntry } from "../../../shared/dashboard_views.ts";
import { type CatalogueRequest, fetchTrackerCatalogue } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { CatalogueHead } from "../components/catalogue_head.tsx";
import { DataTable } from "../components/data_table.tsx";
import { FileName } from "../components/file_name.tsx";
import { Link } from "../components/link.tsx";
import { LoadingRows, StatePanel } from "../components/state_panel.tsx";
import { formatBytes } from "../../../shared/format.ts";
import { PagedRows, type RowsPage } from "../paged_rows.ts";
import type { Route } from "../router.ts";
import { useTracker } from "../tracker_context.ts";

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
  const version = useTracker().catalogueVersion.value;
  const [rows] = useState(() => new PagedRows(fetchEntries));
  useEffect(() => {
    rows.ask({ query: route.query, sort: route.sort });
  }, [rows, route.query, route.sort]);
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
        title="Catalogue"
        route={route}
        totalCount={state.phase === "ready" ? state.totalCount : undefined}
      />
      {state.phase === "loading" ? <LoadingRows /> : null}
      {state.phase === "failed"
        ? (
          <StatePanel icon="offline" title="The catalogue could not be loaded">
            <p>{state.message}</p>
            <ActionButton label="Try again" icon="refresh" onAct={() => rows.refresh()} />
          </StatePanel>
        )
        : null}
      {state.phase === "ready" && state.rows.length === 0
        ? (
          <StatePanel icon="search" title={route.query === "" ? "No files yet" : `Nothing called “${route.query}”`}>
            <p>
              {route.query === ""
                ? "Files appear here as soon as a client shares them and their description is verified."
                : "A part of the name is enough. New files appear here by themselves as soon as somebody shares them."}
            </p>
            {route.query === "" ? null : <Link to="/catalogue" class="button button-plain">Show everything</Link>}
          </StatePanel>
        )
        : null}
      {state.rows.length === 0 ? null : <EntryTable entries={state.rows} />}
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

function EntryTable({ entries }: { readonly entries: readonly CatalogueEntry[] }): JSX.Element {
  return (
    <div class="panel">
      <DataTable
        testId="catalogue"
        rows={entries}
        keyOf={({ infoHash }) => infoHash}
        rowTestId={({ infoHash }) => `row-${infoHash}`}
        head={{ label: "File", cell: ({ name, kind }) => <FileName name={name} kind={kind} /> }}
        columns={[
          { label: "Size", isNumber: true, cell: ({ sizeBytes }) => formatBytes(sizeBytes) },
          { label: "Have it", isNumber: true, cell: ({ seederCount }) => seederCount.toLocaleString("en") },
          { label: "Fetch it", isNumber: true, cell: ({ leecherCount }) => leecherCount.toLocaleString("en") },
        ]}
      />
    </div>
  );
}

async function fetchEntries(request: CatalogueRequest): Promise<RowsPage<CatalogueEntry>> {
  const { entries, ...page } = await fetchTrackerCatalogue(request);
  return { ...page, rows: entries };
}
