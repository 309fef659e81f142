import assert from "node:assert/strict";
import type { SongView } from "../../../shared/media_description.ts";
import { albumsOf, artistsOf, MANY_ARTISTS, nameOf, NO_ALBUM, NO_ARTIST } from "./collection.ts";

let count = 0;
const song = (tags: Partial<SongView>): SongView => ({ infoHash: String(++count), index: 0, name: "a.mp3", ...tags });

Deno.test("songs are in the order of their album, albums by artist and year", () => {
  const albums = albumsOf([
    song({ album: "Late", artist: "Bee", year: 2001, trackNumber: 2, title: "Two" }),
    song({ album: "Late", artist: "Bee", year: 2001, trackNumber: 1, discNumber: 2, title: "Three" }),
    song({ album: "late", artist: "Bee", year: 2001, trackNumber: 1, title: "One", durationSeconds: 5, picture: "/p" }),
    song({ album: "Early", artist: "Bee", year: 1999, title: "Zero" }),
    song({ album: "Late", artist: "Ant", title: "Other" }),
  ]);
  assert.deepEqual(albums.map(({ artist, title }) => `${artist}: ${title}`), ["Ant: Late", "Bee: Early", "Bee: late"]);
  assert.deepEqual(albums[2]?.songs.map(nameOf), ["One", "Two", "Three"]);
  assert.equal(albums[2]?.durationSeconds, 5);
  assert.equal(albums[2]?.picture, "/p");
  assert.deepEqual(artistsOf(albums), [{ name: "Ant", count: 1 }, { name: "Bee", count: 4 }]);
});

Deno.test("an album by many is one; songs without tags are somewhere too", () => {
  const [mixed, none] = albumsOf([
    song({ album: "Mix", artist: "One", albumArtist: MANY_ARTISTS }),
    song({ album: "Mix", artist: "Two", albumArtist: MANY_ARTISTS }),
    song({ name: "plain.song.ogg" }),
  ]).toSorted((one, two) => two.songs.length - one.songs.length);
  assert.equal(mixed?.artist, MANY_ARTISTS);
  assert.equal(mixed?.songs.length, 2);
  assert.deepEqual([none?.title, none?.artist], [NO_ALBUM, NO_ARTIST]);
  assert.equal(none?.songs.map(nameOf)[0], "plain.song");
});
