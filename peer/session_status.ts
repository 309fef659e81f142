/**
 * A session as a whole, as the dashboard shows it: sums over its torrents, its limits, and how it stands with its
 * tracker.
 *
 * @module
 */
import type { PeerStatus, TorrentView } from "../shared/dashboard_views.ts";
import { formatEndpoint } from "../shared/endpoint.ts";
import { VERSION } from "../shared/version.ts";
import type { PeerSettings } from "./api/peer_session.ts";
import type { Session } from "./session.ts";

/** The status of a session with these torrents, its mode and what is around it left out. */
export function sessionStatus(
  session: Session,
  { torrents, settings }: { readonly torrents: readonly TorrentView[]; readonly settings: PeerSettings },
): PeerStatus {
  const { engine, community, downloadsFolder, isDownloadsFolderFixed, startedAtMs } = session;
  const sum = (pick: (view: TorrentView) => number) => torrents.reduce((total, view) => total + pick(view), 0);
  const { downloadRate, uploadRate, name } = settings;
  const problem = community?.problem;
  return {
    version: VERSION,
    peerId: engine.peerId,
    port: engine.listenPort,
    downloadsFolder,
    isDownloadsFolderFixed,
    downloadRate: sum((view) => view.downloadRate),
    uploadRate: sum((view) => view.uploadRate),
    downloadedBytes: sum((view) => view.downloadedBytes),
    uploadedBytes: sum((view) => view.uploadedBytes),
    peerCount: sum((view) => view.peerCount),
    limits: {
      ...(downloadRate === undefined ? {} : { downloadRate }),
      ...(uploadRate === undefined ? {} : { uploadRate }),
    },
    startedAtMs,
    ...(name === undefined ? {} : { name }),
    ...(community === undefined ? {} : {
      tracker: {
        address: formatEndpoint(community.tracker),
        isReachable: problem === undefined,
        ...(problem === undefined ? {} : { message: problem }),
      },
    }),
  };
}
