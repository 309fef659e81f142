/**
 * What a player says while it waits, honestly: who was found, who gives, how fast, and how fast it would have to be.
 *
 * @module
 */
import type { PeerView, TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { formatCount, formatRate } from "../../../shared/format.ts";
import { waitingSentence } from "../torrent_words.ts";

/** What is known while it waits. */
export interface WaitingFacts {
  readonly torrent: TorrentView;
  readonly file: TorrentFileView;
  /** The peers; absent until they were asked for. */
  readonly peers: readonly PeerView[] | undefined;
  /** The film's length; absent until it is known. */
  readonly durationSeconds: number | undefined;
}

/**
 * The sentence.
 *
 * @param facts what is known now
 * @returns for instance `"2 of 3 peers answered, 340 KB/s, needs 500 KB/s"` or `"Finding peers…"`
 */
export function waitingWords({ torrent, file, peers, durationSeconds }: WaitingFacts): string {
  const isComing = torrent.state === "downloading" && file.verifiedBytes < file.sizeBytes;
  if (torrent.state === "seeding" || file.verifiedBytes >= file.sizeBytes) return "Opening…";
  if (!isComing || torrent.peerCount === 0 || peers === undefined || peers.length === 0) {
    return waitingSentence(torrent, file);
  }
  const givingCount = peers.filter((peer) => !peer.isChokingUs || peer.downloadRate > 0).length;
  const answered = givingCount === peers.length
    ? `${formatCount(peers.length, "peer")} answered`
    : `${givingCount} of ${formatCount(peers.length, "peer")} answered`;
  const parts = [answered];
  if (torrent.downloadRate > 0) parts.push(formatRate(torrent.downloadRate));
  if (durationSeconds !== undefined && durationSeconds > 0) {
    parts.push(`needs ${formatRate(file.sizeBytes / durationSeconds)}`);
  }
  return parts.join(", ");
}
