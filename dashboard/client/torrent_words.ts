/**
 * What a torrent does, said in words: the one place that turns states into sentences, so that a card, a table and the
 * player say the same. Pure.
 *
 * @module
 */
import { isPlayableKind, type PeerMode } from "../../shared/media_kind.ts";
import type { TorrentFileView, TorrentState, TorrentView } from "../../shared/dashboard_views.ts";
import { assertNever } from "../../shared/assert_never.ts";
import { formatBytes, formatCount, formatDuration, formatRate, percentDone } from "../../shared/format.ts";

/** The parts of a torrent that its sentence needs. */
export type TorrentProgress = Pick<
  TorrentView,
  | "state"
  | "message"
  | "sizeBytes"
  | "verifiedBytes"
  | "downloadRate"
  | "uploadRate"
  | "peerCount"
  | "seederCount"
  | "secondsLeft"
>;

/**
 * One line about a torrent.
 *
 * @param torrent the torrent
 * @returns for instance `"1.5 MB/s from 3 peers, 2 min left"` or `"Finding peers…"`
 */
export function stateSentence(torrent: TorrentProgress): string {
  switch (torrent.state) {
    case "fetching-metadata":
      return torrent.message ??
        (torrent.peerCount === 0 ? "Looking for someone who has it…" : "Asking what is in it…");
    case "checking":
      return "Checking what is already here…";
    case "downloading":
      return downloadSentence(torrent);
    case "seeding":
      return torrent.uploadRate > 0 ? `Complete, giving ${formatRate(torrent.uploadRate)}` : "Complete";
    case "paused":
      return isComplete(torrent) ? "Paused: not shared" : "Paused";
    case "disk-full":
      return torrent.message ?? "The disk is full. It goes on as soon as there is room.";
    case "failed":
      return torrent.message ?? "This failed for an unknown reason.";
    default:
      return assertNever(torrent.state);
  }
}

/**
 * What a player says while it waits for data.
 *
 * @param torrent the torrent, absent while it is being added
 * @param file the file that is played, absent until it is known
 * @returns an honest line such as `"Finding peers… (12 % here)"`
 */
export function waitingSentence(torrent: TorrentProgress | undefined, file: TorrentFileView | undefined): string {
  if (torrent === undefined) return "Opening…";
  if (torrent.state === "paused") return "Paused. Resume the download to go on.";
  if (torrent.state !== "downloading") return stateSentence(torrent);
  const here = file === undefined || file.verifiedBytes === 0 ? "" : ` (${hereWords(torrent, file)})`;
  const source = torrent.peerCount === 0
    ? "Finding peers…"
    : torrent.downloadRate > 0
    ? `${formatRate(torrent.downloadRate)} from ${formatCount(torrent.peerCount, "peer")}`
    : `Waiting for ${formatCount(torrent.peerCount, "peer")}`;
  return source + here;
}

/**
 * How much is here, in words. Whole pieces are counted; a film already plays by single verified blocks before its first
 * piece is whole, so nothing counted is no reason to say that nothing happens.
 *
 * @param torrent what it does now
 * @param part the part looked at: the torrent itself, or one of its files
 * @returns for instance `"12 % here"`, `"starting…"` or `"all of it here"`
 */
export function hereWords(
  torrent: Pick<TorrentView, "state" | "peerCount">,
  part: Pick<TorrentView, "sizeBytes" | "verifiedBytes">,
): string {
  if (part.verifiedBytes >= part.sizeBytes) return "all of it here";
  if (part.verifiedBytes === 0) {
    if (torrent.state === "checking") return "being checked";
    return torrent.state === "downloading" && torrent.peerCount > 0 ? "starting…" : "nothing here yet";
  }
  const percent = percentDone(part.verifiedBytes, part.sizeBytes);
  return percent === 0 ? "less than 1 % here" : `${percent} % here`;
}

/**
 * How far a torrent is, for a bar or a ring: of one whose size is not known yet nothing is here.
 *
 * @param torrent what is here of what
 */
export function progressOf(
  torrent: Pick<TorrentView, "state" | "sizeBytes" | "verifiedBytes">,
): { readonly done: number; readonly total: number } {
  return torrent.state === "fetching-metadata"
    ? { done: 0, total: 1 }
    : { done: torrent.verifiedBytes, total: torrent.sizeBytes };
}

/**
 * Whether every byte is here and true.
 *
 * @param torrent what is here of what
 */
export function isComplete(torrent: Pick<TorrentView, "state" | "sizeBytes" | "verifiedBytes">): boolean {
  return torrent.state !== "fetching-metadata" && torrent.verifiedBytes >= torrent.sizeBytes;
}

/**
 * Whether the state asks for the user's attention.
 *
 * @param state a torrent's state
 */
export function isTroubled(state: TorrentState): boolean {
  return state === "failed" || state === "disk-full";
}

/**
 * The file to play when none was named: the largest of the mode's kind, else the largest that can be played at all.
 *
 * @param files the torrent's files
 * @param mode the dashboard's mode, absent for both kinds
 * @returns the file, or `undefined` when nothing here is audio or video
 */
export function fileToPlay(
  files: readonly TorrentFileView[],
  mode: PeerMode | undefined,
): TorrentFileView | undefined {
  const playable = files.filter(isPlayable);
  const wanted = playable.filter((file) => file.kind === mode);
  const candidates = wanted.length > 0 ? wanted : playable;
  // An album or a series is played from its beginning: the first one, not the largest by a few bytes.
  const largest = Math.max(...candidates.map((file) => file.sizeBytes));
  return candidates.find((file) => file.sizeBytes >= largest / 4);
}

/**
 * Whether a file is audio or video.
 *
 * @param file the file
 */
export function isPlayable(file: Pick<TorrentFileView, "kind">): boolean {
  return isPlayableKind(file.kind);
}

/**
 * How much of how much is here.
 *
 * @param torrent the torrent
 * @returns for instance `"12.6 MB of 61.8 MB (20 %)"`
 */
export function sizeSentence(
  torrent: Pick<TorrentView, "state" | "peerCount" | "sizeBytes" | "verifiedBytes">,
): string {
  if (torrent.state === "fetching-metadata") return "size not known yet";
  if (isComplete(torrent)) return formatBytes(torrent.sizeBytes);
  const here = hereWords(torrent, torrent);
  if (torrent.verifiedBytes === 0) return `${formatBytes(torrent.sizeBytes)}, ${here}`;
  return `${formatBytes(torrent.verifiedBytes)} of ${formatBytes(torrent.sizeBytes)} (${here.replace(" here", "")})`;
}

function downloadSentence(torrent: TorrentProgress): string {
  if (torrent.peerCount === 0) return torrent.message ?? "Finding peers…";
  const peers = formatCount(torrent.peerCount, "peer");
  if (torrent.downloadRate <= 0) return torrent.message ?? `Waiting for ${peers}`;
  const sentence = `${formatRate(torrent.downloadRate)} from ${peers}`;
  return torrent.secondsLeft === undefined ? sentence : `${sentence}, ${formatDuration(torrent.secondsLeft)} left`;
}
