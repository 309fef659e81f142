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
import { Icon } from "../components/icons.tsx";
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
            <p>Files appear here as soon as a client shares them and their description is verified.</p>
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
    <div class="panel table-scroll">
      <table data-testid="catalogue">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">Size</th>
            <th scope="col" class="number">Have it</th>
            <th scope="col" class="number">Fetch it</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.infoHash} data-testid={`row-${entry.infoHash}`}>
              <th scope="row" title={entry.infoHash}>
                <span class="file-link">
                  <Icon name={entry.kind === "audio" ? "music" : entry.kind === "video" ? "film" : "file"} />
                  <span>{entry.name}</span>
                </span>
              </th>
              <td class="number">{formatBytes(entry.sizeBytes)}</td>
              <td class="number">{entry.seederCount.toLocaleString("en")}</td>
              <td class="number">{entry.leecherCount.toLocaleString("en")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function fetchEntries(request: CatalogueRequest): Promise<RowsPage<CatalogueEntry>> {
  const { entries, ...page } = await fetchTrackerCatalogue(request);
  return { ...page, rows: entries };
}
