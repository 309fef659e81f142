/**
 * Where songs come from: taking up the torrent of one that is not here yet, what is known of one now, and what to play
 * after one.
 *
 * @module
 */
import { effect } from "@preact/signals";
import type { CatalogueRow, TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import type { SongView } from "../../../shared/media_description.ts";
import { addTorrent, fetchMedia, fetchPeerCatalogue, fetchSongs } from "../api.ts";
import type { PeerStore } from "../store.ts";
import { BLOCK_LENGTH } from "../windowed_rows.ts";
import { albumsOf } from "./collection.ts";
import { isSameSong } from "./play_queue.ts";

/**
 * Makes sure that a song can be streamed.
 *
 * @param store what is here
 * @param song which
 * @param options ends the waiting
 * @throws {ApiProblem} why it cannot
 */
export async function prepareSong(
  store: PeerStore,
  song: SongView,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  // A page that was just loaded knows nothing yet.
  await until(() => store.status.value !== undefined, signal);
  if (!store.torrents.value.has(song.infoHash)) store.learn(await addTorrent(song.infoHash));
  await until(() => fileOf(store, song) !== undefined, signal);
  // Its tags lie where it begins, which the player needs first anyway.
  if (fileOf(store, song)?.durationSeconds === undefined) learnTags(song, signal);
}

/** The file of a song among what is here. */
function fileOf(store: PeerStore, song: SongView): TorrentFileView | undefined {
  return store.torrents.value.get(song.infoHash)?.files.find((file) => file.index === song.index);
}

/** A file of a torrent as a song. */
export function songOfFile(torrent: TorrentView, file: TorrentFileView): SongView {
  const { title, artist, album, durationSeconds, picture } = file;
  return {
    infoHash: torrent.infoHash,
    index: file.index,
    name: file.path.slice(file.path.lastIndexOf("/") + 1),
    ...(title === undefined ? {} : { title }),
    ...(artist === undefined ? {} : { artist }),
    ...(album === undefined ? {} : { album }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(picture === undefined ? {} : { picture }),
  };
}

/**
 * What is known of a song now: more than when it was put into the queue, if it was read meanwhile.
 *
 * @param store what is here; its signals are read
 * @param song the song
 */
export function knownSong(store: PeerStore, song: SongView): SongView {
  const torrent = store.torrents.value.get(song.infoHash);
  const file = fileOf(store, song);
  return torrent === undefined || file === undefined ? song : { ...song, ...songOfFile(torrent, file) };
}

/**
 * What is played with a song: the other songs of its torrent, else of its album, else what the community shares.
 *
 * @param torrent where the song is
 * @param song the song
 * @param options ends the asking
 * @throws {ApiProblem} when nobody answers
 */
export async function songsWith(
  torrent: TorrentView,
  song: SongView,
  options: { readonly signal: AbortSignal },
): Promise<readonly SongView[]> {
  const inTorrent = torrent.files.filter((file) => file.kind === "audio").map((file) => songOfFile(torrent, file));
  if (inTorrent.length > 1) return inTorrent;
  if (song.album !== undefined) {
    const albums = albumsOf(await fetchSongs(options));
    const album = albums.find(({ songs }) => songs.some((other) => isSameSong(other, song)));
    if (album !== undefined && album.songs.length > 1) return album.songs;
  }
  const { rows } = await fetchPeerCatalogue({
    question: { query: "", sort: "new", filters: [] },
    offset: 0,
    limit: BLOCK_LENGTH,
    ...options,
  });
  const songs = rows.filter((row) => row.kind === "audio").map(songOfRow);
  return songs.some((other) => isSameSong(other, song)) ? songs : [song, ...songs];
}

function songOfRow(row: CatalogueRow): SongView {
  const { infoHash, playIndex: index, name, title, artist, album, durationSeconds, picture } = row;
  return {
    infoHash,
    index,
    name,
    ...(title === undefined ? {} : { title }),
    ...(artist === undefined ? {} : { artist }),
    ...(album === undefined ? {} : { album }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(picture === undefined ? {} : { picture }),
  };
}

/** The peer reads the tags when it is asked, and tells of them by the live updates. */
async function learnTags(song: SongView, signal: AbortSignal): Promise<void> {
  try {
    await fetchMedia(song, { signal });
  } catch (error) {
    // A song without its tags plays as well; it is asked again with the next one.
    if (!(error instanceof Error)) throw error;
  }
}

/** Waits until signals say so. */
async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort);
  const end = effect(() => holds() ? resolve() : undefined);
  try {
    await promise;
  } finally {
    end();
    signal.removeEventListener("abort", onAbort);
  }
}
