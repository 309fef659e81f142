/**
 * A torrent as the peer's dashboard is told of it, for the tests of what is made of it.
 *
 * @module
 */
import type { TorrentView } from "../../shared/dashboard_views.ts";

/** A download that has not begun, with what a test says of it. */
export function testTorrentView(said: Partial<TorrentView> & Pick<TorrentView, "infoHash">): TorrentView {
  return {
    name: said.infoHash,
    state: "downloading",
    kind: "video",
    sizeBytes: 100,
    verifiedBytes: 0,
    downloadRate: 0,
    uploadRate: 0,
    uploadedBytes: 0,
    downloadedBytes: 0,
    peerCount: 0,
    seederCount: 0,
    addedAtMs: 0,
    isShare: false,
    magnet: "",
    files: [],
    ...said,
  };
}
