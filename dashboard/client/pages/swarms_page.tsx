/**
 * The swarms of the tracker, the largest first.
 *
 * @module
 */
import type { JSX } from "preact";
import type { SwarmView } from "../../../shared/dashboard_views.ts";
import { ShowMore } from "../components/show_more.tsx";
import { StatePanel } from "../components/state_panel.tsx";
import { formatBytes, formatCount } from "../../../shared/format.ts";
import type { TrackerPageProps } from "./tracker_overview_page.tsx";

/** Swarms shown at once. */
const STEP = 200;

/**
 * The swarms.
 *
 * @param props what the tracker said last
 */
export function SwarmsPage({ update }: TrackerPageProps): JSX.Element {
  const swarms = [...update.swarms].sort((left, right) =>
    memberCount(right) - memberCount(left) || left.infoHash.localeCompare(right.infoHash)
  );
  return (
    <>
      <header class="page-head">
        <h1>Swarms</h1>
        <p class="facts">{formatCount(swarms.length, "swarm")}</p>
      </header>
      {swarms.length === 0
        ? (
          <StatePanel icon="hive" title="No swarms yet">
            <p>A swarm begins when the first client announces a file.</p>
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
    <div class="panel table-scroll">
      <table data-testid="swarms">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">Size</th>
            <th scope="col" class="number">Seeders</th>
            <th scope="col" class="number">Leechers</th>
            <th scope="col" class="number">Completed</th>
          </tr>
        </thead>
        <tbody>
          {swarms.map((swarm) => (
            <tr key={swarm.infoHash} data-testid={`swarm-${swarm.infoHash}`}>
              <th scope="row" title={swarm.infoHash}>
                {swarm.name ?? <span class="path facts">{swarm.infoHash}</span>}
              </th>
              <td class="number">{swarm.sizeBytes === undefined ? "–" : formatBytes(swarm.sizeBytes)}</td>
              <td class="number">{swarm.seederCount.toLocaleString("en")}</td>
              <td class="number">{swarm.leecherCount.toLocaleString("en")}</td>
              <td class="number">{swarm.completedCount.toLocaleString("en")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function memberCount(swarm: SwarmView): number {
  return swarm.seederCount + swarm.leecherCount;
}
