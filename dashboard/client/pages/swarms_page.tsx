/**
 * The swarms of the tracker, the largest first.
 *
 * @module
 */
import type { JSX } from "preact";
import type { SwarmView } from "../../../shared/tracker_dashboard_views.ts";
import { swarmHealth } from "../client_words.ts";
import { DataTable } from "../components/data_table.tsx";
import { FileName } from "../components/file_name.tsx";
import { Link } from "../components/link.tsx";
import { ShowMore } from "../components/show_more.tsx";
import { StatePanel } from "../components/state_panel.tsx";
import { formatBytes, formatCount } from "../../../shared/format.ts";
import type { TrackerPageProps } from "./tracker_overview_page.tsx";

/** Swarms shown at once. */
const STEP = 200;

/**
 * The swarms.
 *
 * @param props what the tracker said
 */
export function SwarmsPage({ state }: TrackerPageProps): JSX.Element {
  const swarms = [...state.swarms.values()].sort((left, right) =>
    memberCount(right) - memberCount(left) || left.infoHash.localeCompare(right.infoHash)
  );
  return (
    <>
      <header class="page-head">
        <h1>Swarms</h1>
        <p class="facts">
          <span>{formatCount(state.status.swarmCount, "swarm")}</span>
          <span>everybody who has or fetches a file is in its swarm: seeders have all of it, leechers a part</span>
        </p>
      </header>
      {swarms.length === 0
        ? (
          <StatePanel icon="hive" title="No swarms yet" testId="swarms-empty">
            <p>
              A swarm begins when the first client announces a file: start a peer with <code>--tracker</code>{" "}
              and this computer's address, or add a folder to the library.
            </p>
            <Link to="/library" class="button button-plain">To the library</Link>
          </StatePanel>
        )
        : null}
      <ShowMore
        items={swarms}
        step={STEP}
        noun="swarms"
        render={(shown) => shown.length === 0 ? null : <SwarmTable swarms={shown} />}
      />
    </>
  );
}

function SwarmTable({ swarms }: { readonly swarms: readonly SwarmView[] }): JSX.Element {
  return (
    <div class="panel">
      <DataTable
        testId="swarms"
        rows={swarms}
        keyOf={({ infoHash }) => infoHash}
        rowTestId={({ infoHash }) => `swarm-${infoHash}`}
        head={{ label: "File", title: ({ infoHash }) => infoHash, cell: (swarm) => <SwarmName swarm={swarm} /> }}
        columns={[
          {
            label: "Size",
            isNumber: true,
            cell: ({ sizeBytes }) => sizeBytes === undefined ? "–" : formatBytes(sizeBytes),
          },
          { label: "Health", cell: (swarm) => <Health swarm={swarm} /> },
          { label: "Seeders", isNumber: true, cell: ({ seederCount }) => seederCount.toLocaleString("en") },
          { label: "Leechers", isNumber: true, cell: ({ leecherCount }) => leecherCount.toLocaleString("en") },
          {
            label: "To fetch",
            isNumber: true,
            cell: ({ leftBytes }) => leftBytes === undefined ? "–" : formatBytes(leftBytes),
          },
          { label: "Completed", isNumber: true, cell: ({ completedCount }) => completedCount.toLocaleString("en") },
        ]}
      />
    </div>
  );
}

function Health({ swarm }: { readonly swarm: SwarmView }): JSX.Element {
  const { tone, words } = swarmHealth(swarm);
  return <span class={`health health-${tone}`}>{words}</span>;
}

/** A swarm that nobody has described yet is called by its info-hash. */
function SwarmName({ swarm }: { readonly swarm: SwarmView }): JSX.Element {
  return swarm.name === undefined
    ? <span class="path">{swarm.infoHash}</span>
    : <FileName name={swarm.name} kind={swarm.kind ?? "other"} />;
}

function memberCount(swarm: SwarmView): number {
  return swarm.seederCount + swarm.leecherCount;
}
