/**
 * The peers that a torrent is connected to.
 *
 * @module
 */
import type { JSX } from "preact";
import type { PeerView } from "../../../shared/dashboard_views.ts";
import { formatBytes, formatRate } from "../../../shared/format.ts";
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
      {peers.length === 0 ? <p class="facts">Connected to nobody at the moment.</p> : (
        <ShowMore
          items={fastestFirst}
          step={STEP}
          noun="peers"
          render={(shown) => (
            <div class="table-scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Peer</th>
                    <th scope="col">Client</th>
                    <th scope="col" class="number">Has</th>
                    <th scope="col" class="number">Down</th>
                    <th scope="col" class="number">Up</th>
                    <th scope="col">State</th>
                  </tr>
                </thead>
                <tbody>{shown.map((peer) => <PeerRow key={peer.endpoint} peer={peer} />)}</tbody>
              </table>
            </div>
          )}
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

function PeerRow({ peer }: { readonly peer: PeerView }): JSX.Element {
  return (
    <tr>
      <th scope="row" class="path">{peer.endpoint}</th>
      <td>{peer.client}</td>
      <td class="number">{Math.floor(peer.verifiedShare * 100)} %</td>
      <td class="number" title={`${formatBytes(peer.downloadedBytes)} in all`}>{formatRate(peer.downloadRate)}</td>
      <td class="number" title={`${formatBytes(peer.uploadedBytes)} in all`}>{formatRate(peer.uploadRate)}</td>
      <td>{peerSentence(peer)}</td>
    </tr>
  );
}

function peerSentence(peer: PeerView): string {
  const parts = [];
  if (peer.requestsInFlight > 0) parts.push(`${peer.requestsInFlight} blocks on their way`);
  else if (peer.isChokingUs) parts.push("gives us nothing now");
  if (peer.isInterestedInUs) parts.push(peer.isChokedByUs ? "waits for us" : "takes from us");
  return parts.length === 0 ? "idle" : parts.join(", ");
}
