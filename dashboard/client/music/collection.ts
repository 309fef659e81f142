/**
 * The albums and artists that songs belong to, by their tags. Pure.
 *
 * @module
 */
import type { SongView } from "../../../shared/media_description.ts";

/** The songs of one album, in its order. */
export interface Album {
  /** The same for the same album after a reload. */
  readonly key: string;
  readonly title: string;
  readonly artist: string;
  readonly year: number | undefined;
  readonly picture: string | undefined;
  readonly durationSeconds: number;
  readonly songs: readonly SongView[];
}

/** What songs without an album stand under. */
export const NO_ALBUM = "Single songs";
/** What songs by nobody stand under. */
export const NO_ARTIST = "Unknown artist";
/** Whose albums with songs by many are. */
export const MANY_ARTISTS = "Various artists";

/**
 * The albums, by artist, year and title. Songs of one album title are together where an album artist says so; else those
 * in one torrent, or by one artist.
 *
 * @param songs in any order
 */
export function albumsOf(songs: readonly SongView[]): readonly Album[] {
  const groups = new Map<string, SongView[]>();
  for (const song of songs) {
    const owner = song.albumArtist ?? song.artist ?? "";
    const key = song.album === undefined ? `\n${song.artist ?? ""}` : `${song.album}\n${owner}`;
    const group = groups.get(key.toLowerCase());
    if (group === undefined) groups.set(key.toLowerCase(), [song]);
    else group.push(song);
  }
  return [...groups].map(([key, group]) => albumOf(key, group)).sort(compareAlbums);
}

/** The artists, each with the number of its songs, by name. */
export function artistsOf(albums: readonly Album[]): readonly { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { artist, songs } of albums) counts.set(artist, (counts.get(artist) ?? 0) + songs.length);
  return [...counts].map(([name, count]) => ({ name, count })).sort((one, two) => one.name.localeCompare(two.name));
}

function albumOf(key: string, group: readonly SongView[]): Album {
  const songs = group.toSorted(compareSongs);
  const [first] = songs;
  const artists = new Set(songs.map((song) => song.artist));
  const artist = first?.albumArtist ?? (artists.size > 1 ? MANY_ARTISTS : first?.artist);
  return {
    key,
    title: first?.album ?? NO_ALBUM,
    artist: artist ?? NO_ARTIST,
    year: songs.find((song) => song.year !== undefined)?.year,
    picture: songs.find((song) => song.picture !== undefined)?.picture,
    durationSeconds: songs.reduce((sum, song) => sum + (song.durationSeconds ?? 0), 0),
    songs,
  };
}

function compareSongs(one: SongView, two: SongView): number {
  return (one.discNumber ?? 1) - (two.discNumber ?? 1) ||
    (one.trackNumber ?? Infinity) - (two.trackNumber ?? Infinity) || nameOf(one).localeCompare(nameOf(two));
}

function compareAlbums(one: Album, two: Album): number {
  return one.artist.localeCompare(two.artist) || (one.year ?? Infinity) - (two.year ?? Infinity) ||
    one.title.localeCompare(two.title);
}

/** What a song is called. */
export function nameOf(song: Pick<SongView, "title" | "name">): string {
  return song.title ?? song.name.replace(/\.[^.]*$/, "");
}
