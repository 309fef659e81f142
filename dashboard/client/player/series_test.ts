import assert from "node:assert/strict";
import { neighboursInSeries, seriesWords } from "./series.ts";

/** The names around one of them. */
function around(name: string, names: readonly string[]): readonly (string | undefined)[] {
  const { previous, next } = neighboursInSeries(name, names.map((other) => ({ name: other })));
  return [previous?.name, next?.name];
}

Deno.test("episodes follow each other by number, whatever their titles are", () => {
  const names = ["Orbit, Episode 10 – Home.mkv", "Orbit, Episode 2 – Far.mkv", "Orbit, Episode 1 – Departure.mkv"];
  assert.deepEqual(around("Orbit, Episode 2 – Far.mkv", names), [names[2], names[0]]);
  assert.deepEqual(around("Orbit, Episode 10 – Home.mkv", names), [names[1], undefined]);
});

Deno.test("seasons come before episodes, and two editions of one episode do not follow each other", () => {
  const names = [
    "show.s01e09.1080p.mkv",
    "Show S01E09 720p.mkv",
    "Show S02E01.mkv",
    "Show S02E02.mkv",
    "Other S02E01.mkv",
  ];
  assert.deepEqual(around("Show S01E09 1080p.mkv", names), [undefined, "Show S02E01.mkv"]);
  assert.deepEqual(around("Show S02E01.mkv", names)[1], "Show S02E02.mkv");
});

Deno.test("names without words before a number, or without a number, are no series", () => {
  for (const name of ["01 Intro.mp4", "Winter Walk.mp4", "S1.mp4", "2024-05-01.mp4"]) {
    assert.equal(seriesWords(name), undefined, name);
    assert.deepEqual(around(name, ["02 Outro.mp4", "S2.mp4", "2024-05-02.mp4"]), [undefined, undefined]);
  }
  assert.equal(seriesWords("Orbit_Episode.07.mkv"), "orbit episode");
});
