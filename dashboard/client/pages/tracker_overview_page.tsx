/**
 * The start page of the tracker: how many are here, how much they have, and who they are.
 *
 * @module
 */
import type { JSX } from "preact";
import type { TrackerStatus, TrackerUpdate } from "../../../shared/dashboard_views.ts";
import { ClientList } from "../components/client_list.tsx";
import { Link } from "../components/link.tsx";
import { ThemeChoiceGroup } from "../components/theme_choice.tsx";
import { formatBytes, formatCount, formatDuration } from "../../../shared/format.ts";

/** What the tracker said last. */
export interface TrackerPageProps {
  readonly update: TrackerUpdate;
}

/** Clients on the start page; the others are on a page of their own. */
const CLIENTS_STEP = 20;

/**
 * The overview.
 *
 * @param props see {@link TrackerPageProps}
 */
export function TrackerOverviewPage({ update }: TrackerPageProps): JSX.Element {
  const { status } = update;
  return (
    <>
      <header class="page-head">
        <h1>Overview</h1>
        <p class="facts">
          <span>port {status.port}, UDP and HTTP</span>
          <span>running for {formatDuration((Date.now() - status.startedAtMs) / 1000)}</span>
        </p>
      </header>
      <Totals status={status} />
      <section class="panel">
        <h2>Who is here</h2>
        <ClientList clients={update.clients} libraryPeerId={update.libraryPeerId} step={CLIENTS_STEP} />
      </section>
      <section class="panel" data-testid="library">
        <h2>Library</h2>
        <p class="facts">{librarySentence(update)}</p>
        <Link to="/library" class="button button-plain">To the library</Link>
      </section>
      <section class="panel">
        <ThemeChoiceGroup />
      </section>
    </>
  );
}

function Totals({ status }: { readonly status: TrackerStatus }): JSX.Element {
  const { announceCount } = status;
  const announces = announceCount.udp + announceCount.http;
  return (
    <dl class="tiles" data-testid="totals">
      <Tile name="Clients" value={status.clientCount} note={`asked every ${status.intervalSeconds} s`} />
      <Tile name="Files" value={status.fileCount} note={formatBytes(status.fileBytes)} />
      <Tile name="Swarms" value={status.swarmCount} note={`${formatBytes(status.downloadedBytes)} moved`} />
      <Tile
        name="Announces"
        value={announces}
        note={`${announceCount.udp.toLocaleString("en")} UDP, ${announceCount.http.toLocaleString("en")} HTTP` +
          (status.refusedCount === 0 ? "" : `, ${status.refusedCount.toLocaleString("en")} refused`)}
      />
    </dl>
  );
}

function Tile(
  { name, value, note }: { readonly name: string; readonly value: number; readonly note: string },
): JSX.Element {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <strong>{value.toLocaleString("en")}</strong>
        <small>{note}</small>
      </dd>
    </div>
  );
}

function librarySentence({ library }: TrackerUpdate): string {
  if (library.length === 0) return "The tracker offers no files of its own yet.";
  const fileCount = library.reduce((sum, share) => sum + share.fileCount, 0);
  const sizeBytes = library.reduce((sum, share) => sum + share.sizeBytes, 0);
  const folders = formatCount(library.length, "folder");
  return `${formatCount(fileCount, "file")}, ${formatBytes(sizeBytes)}, in ${folders}: always there for everybody.`;
}
