/**
 * The dashboard's HTTP calls (the README lists the routes). Every failure is an `ApiProblem` (`api_call.ts`).
 *
 * @module
 */
import { call, callForFile, tell } from "./api_call.ts";
import type { PeerMode } from "../../shared/media_kind.ts";
import type {
  CatalogueEntry,
  CataloguePage,
  CatalogueRow,
  FolderListing,
  PeerCatalogue,
  TorrentDetails,
  TorrentView,
} from "../../shared/dashboard_views.ts";
import { unplayableExtensions } from "./browser_media.ts";
import type { CatalogueFilter, CatalogueSort } from "./router.ts";
import type { BlockRequest, RowsBlock } from "./windowed_rows.ts";
import type { MediaDescription, SongView } from "../../shared/media_description.ts";

/** What is asked of a catalogue. */
export interface CatalogueQuestion {
  readonly query: string;
  readonly sort: CatalogueSort;
  readonly filters: readonly CatalogueFilter[];
}

/** Which part of the catalogue is asked for. */
export type CatalogueRequest = BlockRequest<CatalogueQuestion>;

/** What the settings route changes; `null` takes a limit away. Rates in bytes per second. */
export interface SettingsChange {
  readonly mode?: PeerMode;
  readonly downloadRate?: number | null;
  readonly uploadRate?: number | null;
  /** Where new downloads go; `null`: where the platform keeps them. */
  readonly downloadsFolder?: string | null;
  /** The tracker to belong to; `null` leaves it. */
  readonly tracker?: { readonly address: string; readonly name?: string; readonly key?: string } | null;
  /** What this computer is called; `null` or empty: nothing. */
  readonly name?: string | null;
  /** The first steps were taken. */
  readonly isWelcomed?: boolean;
}

/** What is changed of a torrent; what is absent stays. */
export interface TorrentChange {
  readonly files?: readonly number[] | null;
  readonly downloadRate?: number | null;
  readonly uploadRate?: number | null;
}

/**
 * The community's files of this peer's mode.
 *
 * @param request the part wanted
 * @throws {ApiProblem} see the module
 */
export async function fetchPeerCatalogue(request: CatalogueRequest): Promise<RowsBlock<CatalogueRow>> {
  const page = await call<PeerCatalogue>(cataloguePath(request), { signal: request.signal });
  if (page.isTrackerReachable) return page;
  const message = page.message ?? "The tracker cannot be reached";
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  return {
    ...page,
    message: `${sentence} You see what is on this computer; the rest comes back by itself as soon as the tracker does.`,
  };
}

/**
 * The tracker's catalogue, all kinds.
 *
 * @param request the part wanted
 * @throws {ApiProblem} see the module
 */
export async function fetchTrackerCatalogue(request: CatalogueRequest): Promise<RowsBlock<CatalogueEntry>> {
  const page = await call<CataloguePage>(cataloguePath(request), { signal: request.signal });
  return { rows: page.entries, totalCount: page.totalCount, version: String(page.version) };
}

/**
 * One torrent with its peers and pieces.
 *
 * @param infoHash which
 * @param options the signal that ends the call
 * @throws {ApiProblem} status 404 when it is not here
 */
export function fetchTorrent(infoHash: string, options: { readonly signal: AbortSignal }): Promise<TorrentDetails> {
  return call(`/api/torrents/${infoHash}`, options);
}

/**
 * Begins a download.
 *
 * @param source a magnet link, an info-hash, or the bytes of a .torrent file
 * @returns the torrent, also when it was here already
 * @throws {ApiProblem} see the module
 */
export function addTorrent(source: string | Blob): Promise<TorrentView> {
  return typeof source === "string"
    ? call("/api/torrents", { method: "POST", json: { source } })
    : call("/api/torrents", { method: "POST", body: source, contentType: "application/x-bittorrent" });
}

/**
 * Pauses or resumes a torrent.
 *
 * @param infoHash which
 * @param isPaused what it shall be
 * @throws {ApiProblem} see the module
 */
export function setTorrentPaused(infoHash: string, isPaused: boolean): Promise<void> {
  return tell(`/api/torrents/${infoHash}`, { method: "PATCH", json: { paused: isPaused } });
}

/**
 * Chooses what is fetched of a torrent, or limits its speed.
 *
 * @param infoHash which
 * @param change `files`: those to fetch, by index in the torrent, `null` for all; rates in bytes per second, `null` for no limit
 * @throws {ApiProblem} see the module
 */
export function changeTorrent(infoHash: string, change: TorrentChange): Promise<void> {
  return tell(`/api/torrents/${infoHash}`, { method: "PATCH", json: change });
}

/**
 * Takes a torrent off the list.
 *
 * @param infoHash which
 * @param options whether its files are deleted from the disk too
 * @throws {ApiProblem} see the module
 */
export function removeTorrent(infoHash: string, options: { readonly withFiles: boolean }): Promise<void> {
  return tell(`/api/torrents/${infoHash}${options.withFiles ? "?files=true" : ""}`, { method: "DELETE" });
}

/**
 * Shows a torrent's files in the file manager of the computer where the program runs.
 *
 * @param infoHash which
 * @throws {ApiProblem} status 501 where there is no desktop
 */
export function revealTorrent(infoHash: string): Promise<void> {
  return tell(`/api/torrents/${infoHash}/reveal`, { method: "POST", json: {} });
}

/**
 * Shares a folder (on the tracker: adds it to the library).
 *
 * @param path an absolute path on the computer where the program runs
 * @throws {ApiProblem} when it does not exist or cannot be read
 */
export function addShare(path: string): Promise<void> {
  return tell("/api/shares", { method: "POST", json: { path } });
}

/**
 * No longer shares a folder; its files stay where they are.
 *
 * @param id the share
 * @throws {ApiProblem} see the module
 */
export function removeShare(id: number): Promise<void> {
  return tell(`/api/shares/${id}`, { method: "DELETE" });
}

/**
 * The folders inside a folder.
 *
 * @param path an absolute path; `undefined` for where to begin
 * @param options the signal that ends the call
 * @throws {ApiProblem} when it cannot be read
 */
export function fetchFolders(
  path: string | undefined,
  options: { readonly signal: AbortSignal },
): Promise<FolderListing> {
  return call(path === undefined ? "/api/folders" : `/api/folders?path=${encodeURIComponent(path)}`, options);
}

/**
 * Changes settings of the peer. The new state comes with the next live update.
 *
 * @param change what to change
 * @throws {ApiProblem} see the module
 */
export function changeSettings(change: SettingsChange): Promise<void> {
  return tell("/api/settings", { method: "PATCH", json: change });
}

/**
 * What a file holds, for a player; waits for what is on its way here.
 *
 * @param file which
 * @param options the signal that ends the call
 * @throws {ApiProblem} status 404 when it is not here
 */
export function fetchMedia(
  file: { readonly infoHash: string; readonly index: number },
  options: { readonly signal: AbortSignal },
): Promise<MediaDescription> {
  return call(`/api/media/${file.infoHash}/${file.index}`, options);
}

/**
 * The music that is here.
 *
 * @param options the signal that ends the call
 * @throws {ApiProblem} see the module
 */
export function fetchSongs(options: { readonly signal: AbortSignal }): Promise<readonly SongView[]> {
  return call("/api/songs", options);
}

/**
 * Keeps a picture of a file.
 *
 * @param file which
 * @param picture the picture, a JPEG for instance
 * @throws {ApiProblem} when it cannot be kept
 */
export function putPicture(
  file: { readonly infoHash: string; readonly index: number },
  picture: Blob,
): Promise<void> {
  return tell(`/api/pictures/${file.infoHash}/${file.index}`, {
    method: "PUT",
    body: picture,
    contentType: picture.type,
  });
}

/**
 * The picture of a film at a moment, as a film of one frame. It makes nothing come that is not here.
 *
 * @param file which
 * @param options the moment, and the signal that ends the call
 * @returns undefined where there is none now
 * @throws {ApiProblem} see the module
 */
export function fetchFrame(
  file: { readonly infoHash: string; readonly index: number },
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<Blob | undefined> {
  const { seconds, signal } = options;
  return callForFile(`/frames/${file.infoHash}/${file.index}?at=${seconds.toFixed(3)}`, { signal });
}

/**
 * Where a player finds a file in another container, from a moment on.
 *
 * @param file which
 * @param options the moment, the track of sound, and the container
 */
export function remuxPath(
  file: { readonly infoHash: string; readonly index: number },
  options: { readonly fromSeconds: number; readonly audioTrack: number | undefined; readonly isWebm: boolean },
): string {
  const parameters = new URLSearchParams({ from: options.fromSeconds.toFixed(3) });
  parameters.set("audio", String(options.audioTrack ?? 0));
  if (options.isWebm) parameters.set("type", "webm");
  return `/remux/${file.infoHash}/${file.index}?${parameters}`;
}

/**
 * Where a player finds a file.
 *
 * @param infoHash the torrent
 * @param index the file's index in it
 */
export function streamPath(infoHash: string, index: number): string {
  return `/stream/${infoHash}/${index}`;
}

/**
 * The playlist that opens a file in VLC, mpv or another player.
 *
 * @param infoHash the torrent
 * @param index the file's index in it
 */
export function playlistPath(infoHash: string, index: number): string {
  return `/playlist/${infoHash}/${index}.m3u`;
}

function cataloguePath({ question, offset, limit }: CatalogueRequest): string {
  const { query, sort, filters } = question;
  const parameters = new URLSearchParams({ q: query, sort, limit: String(limit) });
  if (offset > 0) parameters.set("offset", String(offset));
  if (filters.includes("here")) parameters.set("here", "true");
  if (filters.includes("near")) parameters.set("near", "true");
  if (filters.includes("plays")) parameters.set("without", unplayableExtensions().join(","));
  return `/api/catalogue?${parameters}`;
}
