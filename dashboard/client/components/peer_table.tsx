/**
 * The peers that a torrent is connected to.
 *
 * @module
 */
import type { JSX } from "preact";
import type { PeerView } from "../../../shared/dashboard_views.ts";
import { formatBytes, formatRate } from "../../../shared/format.ts";
import { DataTable } from "./data_table.tsx";
import { ShowMore } from "./show_more.tsx";

/** Which peers. */
export interface PeerTableProps {
  readonly peers: readonly PeerView[];
  /** Those that sent false data. */
  readonly bannedPeers: readonly string[];
}

/** Peers shown at once. */
const STEP = 50;

/**
 * The peers, the fastest first.
 *
 * @param props see {@link PeerTableProps}
 */
export function PeerTable({ peers, bannedPeers }: PeerTableProps): JSX.Element {
  const fastestFirst = [...peers].sort((left, right) =>
    right.downloadRate + right.uploadRate - left.downloadRate - left.uploadRate ||
    left.endpoint.localeCompare(right.endpoint)
  );
  return (
    <section class="panel" data-testid="peers">
      <h2>Peers</h2>
      {peers.length === 0
        ? <p class="facts">Connected to nobody at the moment. Peers that have it are connected to by themselves.</p>
        : (
          <ShowMore
            items={fastestFirst}
            step={STEP}
            noun="peers"
            render={(shown) => <PeerRows peers={shown} />}
          />
        )}
      {bannedPeers.length === 0 ? null : (
        <p class="wrong" data-testid="banned">
          Sent false data and shut out: {bannedPeers.join(", ")}
        </p>
      )}
    </section>
  );
}

function PeerRows({ peers }: { readonly peers: readonly PeerView[] }): JSX.Element {
  return (
    <DataTable
      rows={peers}
      keyOf={({ endpoint }) => endpoint}
      head={{ label: "Peer", cell: ({ endpoint }) => <span class="path">{endpoint}</span> }}
      columns={[
        { label: "Client", cell: ({ client }) => client },
        { label: "Has", isNumber: true, cell: ({ verifiedShare }) => `${Math.floor(verifiedShare * 100)} %` },
        {
          label: "Down",
          isNumber: true,
          cell: ({ downloadRate }) => formatRate(downloadRate),
          title: ({ downloadedBytes }) => `${formatBytes(downloadedBytes)} in all`,
        },
        {
          label: "Up",
          isNumber: true,
          cell: ({ uploadRate }) => formatRate(uploadRate),
          title: ({ uploadedBytes }) => `${formatBytes(uploadedBytes)} in all`,
        },
        { label: "State", cell: peerSentence },
      ]}
    />
  );
}

function peerSentence(peer: PeerView): string {
  const parts = [];
  if (peer.requestsInFlight > 0) parts.push(`${peer.requestsInFlight} blocks on their way`);
  else if (peer.isChokingUs) parts.push("gives us nothing now");
  if (peer.isInterestedInUs) parts.push(peer.isChokedByUs ? "waits for us" : "takes from us");
  return parts.length === 0 ? "idle" : parts.join(", ");
}
