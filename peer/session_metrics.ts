/**
 * The peer's metrics in Prometheus text format.
 *
 * @module
 */
import { Gauge, Registry } from "prom-client";
import type { PeerStatus, TorrentView } from "../shared/dashboard_views.ts";

/** Makes the text from what the dashboard shows. */
export async function sessionMetrics(status: PeerStatus, torrents: readonly TorrentView[]): Promise<string> {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number) => {
    new Gauge({ name: `playswarm_peer_${name}`, help, registers: [registry] }).set(value);
  };
  gauge("downloaded_bytes", "Bytes received, as blocks that were kept", status.downloadedBytes);
  gauge("uploaded_bytes", "Bytes of blocks sent", status.uploadedBytes);
  gauge("download_rate_bytes_per_second", "Bytes received a second, now", status.downloadRate);
  gauge("upload_rate_bytes_per_second", "Bytes sent a second, now", status.uploadRate);
  gauge("peers", "Connected peers", status.peerCount);
  gauge("tracker_reachable", "1 while the tracker answers", status.tracker?.isReachable === true ? 1 : 0);
  const byState = new Gauge({
    name: "playswarm_peer_torrents",
    help: "Torrents by state",
    labelNames: ["state"],
    registers: [registry],
  });
  for (const torrent of torrents) byState.inc({ state: torrent.state });
  return await registry.metrics();
}
