/**
 * The subtitles of a film: in its torrent, beside it in the folder that it is shared from, or shared by others.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { isSubtitleName, MAX_SUBTITLE_LENGTH } from "../shared/subtitles.ts";
import { subtitlesInCommunity } from "./community_subtitles.ts";
import type { FileAddress } from "./media/file_address.ts";
import type { MediaFile } from "./media/media_file.ts";
import { readWhole, type Subtitle } from "./media/subtitle_file.ts";
import { nameSubtitle, subtitleOfFilm } from "./media/subtitle_names.ts";
import type { Session } from "./session.ts";

/** More beside one film are not listed: the largest collections have one in each of some forty languages. */
const MAX_SUBTITLES = 100;

/** Where to look. */
export interface SubtitleOptions {
  readonly session: Session;
  readonly find: (file: FileAddress) => MediaFile | undefined;
  readonly signal: AbortSignal;
}

/** All subtitles of a film, by name; of several with one name the nearest. */
export async function subtitlesOf(film: FileAddress, options: SubtitleOptions): Promise<readonly Subtitle[]> {
  const filmName = options.find(film)?.name;
  const [beside, others] = await Promise.all([
    subtitlesBeside(film, options),
    filmName === undefined ? [] : subtitlesInCommunity(filmName, options),
  ]);
  const byName = new Map<string, Subtitle>();
  for (const subtitle of [...beside, ...subtitlesInTorrent(film, options), ...others]) {
    if (byName.size < MAX_SUBTITLES && !byName.has(subtitle.name)) byName.set(subtitle.name, subtitle);
  }
  return [...byName.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** Those that name the film; all, when it is the only film there. */
function subtitlesInTorrent(film: FileAddress, { session, find }: SubtitleOptions): readonly Subtitle[] {
  const files = session.torrent(film.infoHash)?.info?.files ?? [];
  const filmName = files[film.index]?.path.at(-1) ?? "";
  const isOnlyFilm = files.filter((_, index) => find({ ...film, index })?.kind === "video").length === 1;
  return files.flatMap((file, index) => {
    const name = file.path.at(-1) ?? "";
    if (file.isPad || !isSubtitleName(name) || file.length > MAX_SUBTITLE_LENGTH) return [];
    const words = subtitleOfFilm(name, filmName) ?? (isOnlyFilm ? nameSubtitle(name) : undefined);
    if (words === undefined) return [];
    return [{ ...words, name, read: (options) => readWhole(find({ ...film, index }), options) }];
  });
}

/** Those in the folder of a shared film. Links are not followed: they could lead anywhere. */
async function subtitlesBeside({ infoHash }: FileAddress, { session }: SubtitleOptions): Promise<readonly Subtitle[]> {
  const path = session.sharedTorrents.file(infoHash)?.path;
  if (path === undefined) return [];
  const found: Subtitle[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(dirname(path))) {
      const words = isFile ? subtitleOfFilm(name, basename(path)) : undefined;
      if (words !== undefined) found.push({ ...words, name, read: () => readShort(join(dirname(path), name)) });
    }
  } catch (error) {
    // The folder was removed or closed to us a moment ago: it has no subtitles then.
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
  return found;
}

async function readShort(path: string): Promise<Uint8Array | undefined> {
  try {
    const { size, isFile } = await Deno.lstat(path);
    return isFile && size <= MAX_SUBTITLE_LENGTH ? await Deno.readFile(path) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
