import assert from "node:assert/strict";
import { Sidecars } from "./sidecars.ts";

Deno.test("subtitles belong to the film in their folder whose stem their name begins with", () => {
  const sidecars = new Sidecars();
  const own = ["/s/A.Film.srt", "/s/a.film.en.vtt", "/s/A.Film.de.forced.SRT"];
  for (const path of [...own, "/s/A.Filmography.srt", "/s/deep/A.Film.srt", "/s/Film.srt"]) sidecars.addSubtitles(path);
  assert.ok(!sidecars.areBesideFilm("/s/A.Film.srt"), "no film yet");
  assert.deepEqual(sidecars.addFilm("/s/A.Film.mp4"), own);
  assert.ok(own.every((path) => sidecars.areBesideFilm(path)));
  for (const path of ["/s/A.Filmography.srt", "/s/deep/A.Film.srt", "/s/Film.srt", "/s/A.Film.fr.srt"]) {
    assert.ok(!sidecars.areBesideFilm(path), path);
  }
  sidecars.addSubtitles("/s/A.Film.fr.srt");
  assert.ok(sidecars.areBesideFilm("/s/A.Film.fr.srt"), "it came after its film");
});

Deno.test("subtitles stay as long as one film of their name does", () => {
  const sidecars = new Sidecars();
  for (const path of ["/s/one.srt", "/s/one.en.srt"]) sidecars.addSubtitles(path);
  for (const film of ["/s/one.mp4", "/s/one.mkv", "/s/one.en.mp4"]) sidecars.addFilm(film);
  assert.deepEqual(sidecars.removeFilm("/s/one.mp4"), []);
  assert.deepEqual(sidecars.removeFilm("/s/one.mkv"), ["/s/one.srt"]);
  sidecars.removeSubtitles("/s/one.en.srt");
  assert.ok(!sidecars.areBesideFilm("/s/one.en.srt"));
  assert.deepEqual(sidecars.removeFilm("/s/one.en.mp4"), []);
});
