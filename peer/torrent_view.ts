/**
 * A torrent as the dashboard shows it.
 *
 * @module
 */
import type {
  MediaWords,
  PeerView,
  TorrentDetails,
  TorrentFileView,
  TorrentState,
  TorrentView,
} from "../shared/dashboard_views.ts";
import type { MediaGuess } from "../shared/media_kind.ts";
import { mediaKindByName } from "../shared/media_kind.ts";
import type { Info } from "../shared/metainfo.ts";
import type { TorrentFile } from "../shared/metainfo_files.ts";
import { magnetLink } from "./magnet_link.ts";
import type { SharedFile } from "./storage/shared_file.ts";
import type { SwarmView } from "./swarm/view.ts";
import type { Torrent } from "./torrent.ts";
import type { TransferTotals } from "./torrent_options.ts";
import { progressOf } from "./torrent_progress.ts";

/** Finds out what a file holds: by its content where that is here, else by its name. */
export type GuessMedia = (file: TorrentFile, index: number) => MediaGuess;

/** What a view is made of besides the torrent. */
export interface TorrentViewOptions {
  readonly guess: GuessMedia;
  /** What a file says of itself. */
  readonly words: (index: number) => MediaWords;
  /** The community's announce addresses, for the magnet link. */
  readonly trackers: readonly string[];
}

/** A torrent in the list. */
export function viewTorrent(torrent: Torrent, options: TorrentViewOptions): TorrentView {
  return listed(torrent, { ...options, swarm: torrent.swarm.machine.view() });
}

/** A torrent on its own page. */
export function viewDetails(
  torrent: Torrent,
  options: TorrentViewOptions & { readonly announces: TorrentDetails["trackers"] },
): TorrentDetails {
  const swarm = torrent.swarm.machine.view();
  const geometry = torrent.info?.geometry;
  return {
    ...listed(torrent, { ...options, swarm }),
    pieceCount: geometry?.pieceCount ?? 0,
    pieceLength: geometry?.pieceLength ?? 0,
    pieceMap: pieceMap(torrent, swarm),
    peers: swarm.peers.map(({ peer: _, ...view }): PeerView => view),
    trackers: options.announces,
    bannedPeers: torrent.swarm.bannedPeers,
    limits: torrent.limits.rates,
  };
}

/** A shared file whose torrent rests. */
export function viewResting(
  file: SharedFile,
  options: Pick<TorrentViewOptions, "words" | "trackers"> & {
    readonly totals: TransferTotals;
    readonly addedAtMs: number;
  },
): TorrentView {
  const { infoHash, name, stamp: { length } } = file;
  return {
    infoHash,
    name,
    state: "seeding",
    kind: file.kind,
    sizeBytes: length,
    verifiedBytes: length,
    downloadRate: 0,
    uploadRate: 0,
    ...options.totals,
    peerCount: 0,
    seederCount: 0,
    addedAtMs: options.addedAtMs,
    isShare: true,
    magnet: magnetLink(file, { trackers: options.trackers }),
    // What we make of a shared file is a torrent of this file alone.
    files: viewFiles([{ path: [name], length, offset: 0, isPad: false }], {
      guess: () => file,
      words: options.words,
      verifiedBytes: () => length,
      isWanted: () => true,
    }),
  };
}

/** A resting share on its own page: nobody is connected, everything is here. */
export function viewRestingDetails(
  view: TorrentView,
  info: Info,
  announces: TorrentDetails["trackers"],
): TorrentDetails {
  return {
    ...view,
    pieceCount: info.geometry.pieceCount,
    pieceLength: info.geometry.pieceLength,
    pieceMap: "#".repeat(info.geometry.pieceCount),
    peers: [],
    trackers: announces,
    bannedPeers: [],
    limits: {},
  };
}

function listed(torrent: Torrent, options: TorrentViewOptions & { readonly swarm: SwarmView }): TorrentView {
  const { info, storage } = torrent;
  const { swarm } = options;
  const files = info === undefined ? [] : viewFiles(info.files, {
    guess: options.guess,
    words: options.words,
    verifiedBytes: (index) => storage?.fileVerifiedBytes(index) ?? 0,
    isWanted: (index) => torrent.isWanted(index),
  });
  const verifiedBytes = files.reduce((sum, file) => sum + file.verifiedBytes, 0);
  const sizeBytes = info?.geometry.contentLength ?? 0;
  const longest = files.reduce<TorrentFileView | undefined>(
    (best, file) => best === undefined || file.sizeBytes > best.sizeBytes ? file : best,
    undefined,
  );
  const message = messageOf(torrent);
  const isFetching = !torrent.isComplete && swarm.downloadRate > 0;
  const progress = progressOf(torrent);
  return {
    infoHash: torrent.infoHash,
    name: torrent.name,
    state: stateOf(torrent),
    kind: longest?.kind ?? mediaKindByName(torrent.name).kind,
    sizeBytes,
    verifiedBytes,
    downloadRate: torrent.isComplete ? 0 : swarm.downloadRate,
    uploadRate: swarm.uploadRate,
    ...torrent.totals,
    peerCount: swarm.peers.length,
    seederCount: swarm.seederCount,
    addedAtMs: torrent.addedAtMs,
    isShare: torrent.place.type === "share",
    magnet: magnetLink(torrent, { trackers: options.trackers }),
    files,
    ...(message === undefined ? {} : { message }),
    ...(isFetching
      ? { secondsLeft: Math.ceil((progress.wantedBytes - progress.verifiedBytes) / swarm.downloadRate) }
      : {}),
  };
}

function stateOf(torrent: Torrent): TorrentState {
  const { phase } = torrent;
  if (phase !== "active") return phase;
  if (torrent.isDiskFull) return "disk-full";
  return torrent.isComplete ? "seeding" : "downloading";
}

function messageOf(torrent: Torrent): string | undefined {
  if (torrent.failure !== undefined) return torrent.failure.message;
  if (torrent.isDiskFull) return "The disk is full: the download goes on by itself when there is room again";
  if (torrent.storage?.isContradicted === true) {
    return "Its two kinds of hashes contradict each other: it goes on among clients that know BitTorrent version 2";
  }
  if (torrent.phase === "fetching-metadata" && torrent.swarm.peers.size === 0) {
    return "Looking for somebody who has it…";
  }
  return undefined;
}

function viewFiles(
  files: Info["files"],
  options: Pick<TorrentViewOptions, "guess" | "words"> & {
    readonly verifiedBytes: (index: number) => number;
    readonly isWanted: (index: number) => boolean;
  },
): readonly TorrentFileView[] {
  return files.flatMap((file, index) => {
    if (file.isPad) return [];
    const { kind, contentType } = options.guess(file, index);
    return [{
      index,
      path: file.path.join("/"),
      sizeBytes: file.length,
      verifiedBytes: options.verifiedBytes(index),
      isWanted: options.isWanted(index),
      offsetBytes: file.offset,
      kind,
      contentType,
      ...options.words(index),
    }];
  });
}

/** One character a piece: `.` missing, `~` being fetched, `#` verified. */
function pieceMap(torrent: Torrent, swarm: SwarmView): string {
  const { storage, info } = torrent;
  if (storage === undefined || info === undefined) return "";
  const map: string[] = Array.from(
    { length: info.geometry.pieceCount },
    (_, piece) => storage.verified.has(piece) ? "#" : ".",
  );
  for (const piece of swarm.fetchingPieces) {
    if (map[piece] === ".") map[piece] = "~";
  }
  return map.join("");
}
