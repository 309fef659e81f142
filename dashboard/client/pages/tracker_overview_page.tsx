/**
 * The start page of the tracker: how many are here, how much they have, what goes on, and how to invite somebody.
 *
 * @module
 */
import type { JSX } from "preact";
import type { TrackerStatus } from "../../../shared/tracker_dashboard_views.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "../../../shared/format.ts";
import { ClientList } from "../components/client_list.tsx";
import { Invitation } from "../components/invitation.tsx";
import { Link } from "../components/link.tsx";
import { RateChart } from "../components/rate_chart.tsx";
import { ThemeChoiceGroup } from "../components/theme_choice.tsx";
import { Tiles } from "../components/tiles.tsx";
import type { TrackerState } from "../tracker_store.ts";

/** What the tracker said. */
export interface TrackerPageProps {
  readonly state: TrackerState;
}

/** Clients on the start page; the others are on a page of their own. */
const CLIENTS_STEP = 8;

/**
 * The overview.
 *
 * @param props see {@link TrackerPageProps}
 */
export function TrackerOverviewPage({ state }: TrackerPageProps): JSX.Element {
  const { status } = state;
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
      <div class="columns">
        <section class="panel">
          <h2>Who is here</h2>
          <ClientList clients={[...state.clients.values()]} libraryPeerId={state.libraryPeerId} step={CLIENTS_STEP} />
        </section>
        <div>
          <Invitation status={status} />
          <Traffic state={state} />
          <section class="panel" data-testid="library">
            <h2>Library</h2>
            <p class="facts">{librarySentence(state)}</p>
            <Link to="/library" class="button button-plain">To the library</Link>
          </section>
          <section class="panel">
            <ThemeChoiceGroup />
          </section>
        </div>
      </div>
    </>
  );
}

function Totals({ status }: { readonly status: TrackerStatus }): JSX.Element {
  const { announceCount, refusedCount } = status;
  const number = (count: number) => count.toLocaleString("en");
  return (
    <Tiles
      testId="totals"
      tiles={[
        { name: "Clients", value: number(status.clientCount), note: `heard of every ${status.intervalSeconds} s` },
        { name: "Files", value: number(status.fileCount), note: formatBytes(status.fileBytes) },
        { name: "Swarms", value: number(status.swarmCount), note: `${formatBytes(status.downloadedBytes)} moved` },
        {
          name: "Announces",
          value: number(announceCount.udp + announceCount.http),
          note: `${number(announceCount.udp)} UDP, ${number(announceCount.http)} HTTP` +
            (refusedCount === 0 ? "" : `, ${number(refusedCount)} refused`),
        },
      ]}
    />
  );
}

function Traffic({ state }: TrackerPageProps): JSX.Element {
  const { samples } = state;
  const momentsMs = samples.map(({ atMs }) => atMs);
  return (
    <section class="panel" data-testid="traffic">
      <h2>The last hour</h2>
      {samples.length < 2 ? <p class="facts">The first lines appear within half a minute.</p> : (
        <>
          <RateChart
            title="Bytes that people gave each other"
            momentsMs={momentsMs}
            lines={[{ label: "Given", colour: "down", values: samples.map(({ uploadRate }) => uploadRate) }]}
            leastTop={1000}
            format={formatRate}
            testId="traffic-chart"
          />
          <RateChart
            title="Announces"
            momentsMs={momentsMs}
            lines={[{ label: "Announces", colour: "up", values: samples.map(({ announceRate }) => announceRate) }]}
            leastTop={1}
            format={(rate) => `${rate.toLocaleString("en", { maximumFractionDigits: rate < 10 ? 1 : 0 })}/s`}
          />
        </>
      )}
    </section>
  );
}

function librarySentence(state: TrackerState): string {
  const { library } = state;
  if (library.length === 0) return "The tracker offers no files of its own yet.";
  const fileCount = library.reduce((sum, share) => sum + share.fileCount, 0);
  const sizeBytes = library.reduce((sum, share) => sum + share.sizeBytes, 0);
  const what = `${formatCount(fileCount, "file")}, ${formatBytes(sizeBytes)}, in ${
    formatCount(library.length, "folder")
  }`;
  const { givenBytes, savedBytes } = state.origin ?? { givenBytes: 0, savedBytes: 0 };
  return givenBytes + savedBytes === 0
    ? `${what}: always there for everybody.`
    : `${what}. It gave ${formatBytes(givenBytes)}; the peers spared it ${formatBytes(savedBytes)}.`;
}
