import assert from "node:assert/strict";
import { nameSubtitle, subtitleOfFilm } from "./subtitle_names.ts";

Deno.test("a film's subtitles are known by their names", () => {
  for (
    const [name, expected] of [
      ["aurora.srt", { label: "Subtitles" }],
      ["Aurora.de.srt", { label: "German", language: "de" }],
      ["aurora.eng.forced.VTT", { label: "English (forced)", language: "en" }],
      ["aurora.en.sdh.srt", { label: "English (for the hard of hearing)", language: "en" }],
      ["aurora.commentary.srt", { label: "commentary" }],
      ["aurora-2.srt", undefined],
      ["aurora.mkv", undefined],
      ["other.srt", undefined],
    ] as const
  ) {
    assert.deepEqual(subtitleOfFilm(name, "aurora.mp4"), expected, name);
  }
  assert.deepEqual(nameSubtitle("2_French.srt").label, "2_French");
  assert.deepEqual(nameSubtitle("fr.vtt"), { label: "French", language: "fr" });
});
