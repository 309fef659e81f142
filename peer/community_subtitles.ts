/**
 * The subtitles of a film that others share: each is a torrent of one small file, found in the tracker's catalogue by the
 * film's name, and fetched when it is chosen. What was fetched is a download like any other, beside its film.
 *
 * @module
 */
import { type InfoHash, parseInfoHash } from "../shared/ids.ts";
import { MAX_SUBTITLE_LENGTH } from "../shared/subtitles.ts";
import { CommunityError } from "./community_answer.ts";
import type { FileAddress } from "./media/file_address.ts";
import type { MediaFile } from "./media/media_file.ts";
import { readWhole, type Subtitle } from "./media/subtitle_file.ts";
import { subtitleOfFilm } from "./media/subtitle_names.ts";
import { resolveSource } from "./resolve.ts";
import type { Session } from "./session.ts";

/** A film does not wait longer for the names of its subtitles: a tracker nearby answers within milliseconds. */
const LOOKUP_MS = 1_500;
/** The most characters of a film's name that the tracker searches for. */
const MAX_QUERY_LENGTH = 200;
/** A page of the catalogue has no more. */
const MAX_ROWS = 200;

/** Where to look. */
export interface CommunitySubtitleOptions {
  readonly session: Session;
  readonly find: (file: FileAddress) => MediaFile | undefined;
  readonly signal: AbortSignal;
}

/** What is known of a torrent before it is fetched. */
interface Candidate {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly sizeBytes: number;
}

/** The subtitles of a film: those that were fetched before, then those that others share, the most shared first. */
export async function subtitlesInCommunity(
  filmName: string,
  options: CommunitySubtitleOptions,
): Promise<readonly Subtitle[]> {
  const candidates = [...fetchedBefore(options.session), ...await sharedByOthers(filmName, options)];
  return candidates.flatMap(({ infoHash, name, sizeBytes }) => {
    const words = sizeBytes <= MAX_SUBTITLE_LENGTH ? subtitleOfFilm(name, filmName) : undefined;
    if (words === undefined) return [];
    return [{ ...words, name, read: ({ signal }) => fetchSubtitle(infoHash, { ...options, signal }) }];
  });
}

/** A tracker that is away, or slow, knows of none. */
async function sharedByOthers(
  filmName: string,
  { session: { community }, signal }: CommunitySubtitleOptions,
): Promise<readonly Candidate[]> {
  if (community === undefined || community.problem !== undefined) return [];
  const q = filmName.replace(/\.[^.]*$/, "").slice(0, MAX_QUERY_LENGTH);
  try {
    const { entries } = await community.catalogue(
      { mode: "subtitles", q, sort: "seeders", limit: MAX_ROWS },
      { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOKUP_MS)]) },
    );
    return entries.filter(({ fileCount }) => fileCount === 1)
      .map(({ infoHash, name, sizeBytes }) => ({ infoHash: parseInfoHash(infoHash), name, sizeBytes }));
  } catch (error) {
    if (error instanceof CommunityError) return [];
    throw error;
  }
}

/** They are there without a tracker too. */
function fetchedBefore({ downloads }: Session): readonly Candidate[] {
  return [...downloads.all()].flatMap(({ info, infoHash, isComplete }) => {
    if (info === undefined || !isComplete || info.files.length !== 1) return [];
    return [{ infoHash, name: info.name, sizeBytes: info.geometry.contentLength }];
  });
}

/** The bytes of subtitles, which are downloaded unless they are here. */
async function fetchSubtitle(infoHash: InfoHash, options: CommunitySubtitleOptions): Promise<Uint8Array | undefined> {
  const { session, find, signal } = options;
  if (session.torrent(infoHash) === undefined) {
    const download = await resolveSource({ type: "info-hash", infoHash }, { community: session.community, signal });
    // How long it is is believed only as far as the info-hash proves it.
    const length = download.metainfo?.info.geometry.contentLength ?? Infinity;
    if (length > MAX_SUBTITLE_LENGTH) return undefined;
    await session.downloads.add(download);
  }
  return await readWhole(find({ infoHash, index: 0 }), { signal });
}
