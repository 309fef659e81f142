/**
 * The views of a session's torrents, made when they are asked for and kept while nothing in them can have changed: ten
 * thousand shared files that rest are ten thousand objects made once.
 *
 * @module
 */
import type { CatalogueRow, MediaWords, TorrentDetails, TorrentView } from "../shared/dashboard_views.ts";
import type { InfoHash } from "../shared/ids.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import { MediaGuesses } from "./media_guesses.ts";
import type { Session } from "./session.ts";
import type { Torrent } from "./torrent.ts";
import { type GuessMedia, viewDetails, viewResting, viewRestingDetails, viewTorrent } from "./torrent_view.ts";

interface KeptView {
  readonly view: TorrentView;
  /** Pieces that were verified when the view was made: some may be verified after the last peer has left. */
  readonly verifiedCount: number;
}

/** What of a catalogue row is here already, and what is known of it. */
export type Presence = Pick<CatalogueRow, "verifiedBytes" | "state" | "isShare" | "playIndex"> & MediaWords;

/** What is known of the inside of files. */
export interface KnownMedia {
  /** What lists show of a file. */
  words(file: { readonly infoHash: InfoHash; readonly index: number }): MediaWords;
}

/** Views of torrents. Each is immutable, and the same object for as long as nothing has changed. */
export class TorrentViews {
  readonly #session: Session;
  readonly #media: KnownMedia;
  readonly #guesses = new MediaGuesses();
  readonly #kept = new Map<InfoHash, KeptView>();

  /** Looks at this session and these media, neither of which it owns. */
  constructor(session: Session, media: KnownMedia) {
    this.#session = session;
    this.#media = media;
  }

  /** All torrents, shared ones too. */
  all(): readonly TorrentView[] {
    const { downloads, sharedTorrents } = this.#session;
    const views = [...downloads.all()].map((torrent) => this.of(torrent));
    for (const infoHash of sharedTorrents.infoHashes()) {
      const view = this.#ofShare(infoHash);
      if (view !== undefined) views.push(view);
    }
    return views;
  }

  /** The view of a torrent; one in which things move is made anew, any other once. */
  of(torrent: Torrent): TorrentView {
    const { infoHash } = torrent;
    const verifiedCount = torrent.storage?.verified.count ?? 0;
    const kept = this.#kept.get(infoHash);
    if (kept?.verifiedCount === verifiedCount && !isBusy(torrent)) return kept.view;
    const view = viewTorrent(torrent, this.#options(torrent));
    // The rates go on falling for a while after the last peer has left.
    const isStill = !isBusy(torrent) && view.downloadRate === 0 && view.uploadRate === 0;
    if (isStill) this.#kept.set(infoHash, { view, verifiedCount });
    else this.#kept.delete(infoHash);
    return view;
  }

  /** One torrent with its peers and pieces. */
  details(infoHash: InfoHash): TorrentDetails | undefined {
    const { downloads, sharedTorrents, engine } = this.#session;
    const announces = engine.announcer.status(infoHash);
    const torrent = downloads.get(infoHash) ?? sharedTorrents.awake(infoHash);
    if (torrent !== undefined) return viewDetails(torrent, { ...this.#options(torrent), announces });
    const file = sharedTorrents.file(infoHash);
    const view = this.#ofShare(infoHash);
    return file && view && viewRestingDetails(view, file.metainfo.info, announces);
  }

  /** What of a catalogue row is here already; the file to play is the first of the mode's kind. */
  presence(infoHash: InfoHash, options: { readonly mode: PeerMode | undefined }): Presence {
    const torrent = this.#session.downloads.get(infoHash);
    const view = torrent === undefined ? this.#ofShare(infoHash) : this.of(torrent);
    // What was seen once is known for good, also when the file is not here any more.
    const words = (index: number) => this.#media.words({ infoHash, index });
    if (view === undefined) return { verifiedBytes: 0, isShare: false, playIndex: 0, ...words(0) };
    const playable = view.files.find((file) => file.kind === options.mode) ?? view.files[0];
    const { verifiedBytes, state, isShare } = view;
    const playIndex = playable?.index ?? 0;
    return { verifiedBytes, state, isShare, playIndex, ...words(playIndex) };
  }

  /** Finds out what the files of a torrent hold: a shared one was looked into when it was found. */
  guesser(torrent: Torrent): GuessMedia {
    const shared = this.#session.sharedTorrents.file(torrent.infoHash);
    if (torrent.place.type === "share" && shared !== undefined) return () => shared;
    return (file, index) => this.#guesses.guess(torrent, { file, index });
  }

  /** Something in a torrent has changed. */
  invalidate(infoHash: InfoHash): void {
    this.#kept.delete(infoHash);
  }

  /** A torrent was removed. */
  forget(infoHash: InfoHash): void {
    this.#kept.delete(infoHash);
    this.#guesses.forget(infoHash);
  }

  #options(torrent: Torrent) {
    return {
      guess: this.guesser(torrent),
      words: (index: number) => this.#media.words({ infoHash: torrent.infoHash, index }),
      trackers: this.#session.community?.announceUrls ?? [],
    };
  }

  #ofShare(infoHash: InfoHash): TorrentView | undefined {
    const { sharedTorrents, community } = this.#session;
    const awake = sharedTorrents.awake(infoHash);
    if (awake !== undefined) return this.of(awake);
    const file = sharedTorrents.file(infoHash);
    if (file === undefined) return undefined;
    const kept = this.#kept.get(infoHash);
    if (kept !== undefined) return kept.view;
    const view = viewResting(file, {
      totals: sharedTorrents.totals(infoHash),
      addedAtMs: sharedTorrents.addedAtMs(infoHash),
      trackers: community?.announceUrls ?? [],
      words: (index) => this.#media.words({ infoHash, index }),
    });
    this.#kept.set(infoHash, { view, verifiedCount: file.pieceCount });
    return view;
  }
}

function isBusy(torrent: Torrent): boolean {
  return torrent.swarm.peers.size > 0 || torrent.phase === "checking";
}
