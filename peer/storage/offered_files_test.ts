import assert from "node:assert/strict";
import { join } from "node:path";
import { parseInfoHash } from "../../shared/ids.ts";
import type { MediaKind } from "../../shared/media_kind.ts";
import { fileStamp } from "./file_stamp.ts";
import { OfferedFiles } from "./offered_files.ts";
import { RestingFile } from "./shared_file.ts";

/** Offered files, and what was told of them: `added name`, `removed name reason`, `subtitles name`. */
function offering() {
  const told: string[] = [];
  const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const offered = new OfferedFiles({
    onEvent: (event) => {
      if (event.type === "added") told.push(`added ${nameOf(event.file.path)}`);
      if (event.type === "removed") told.push(`removed ${nameOf(event.file.path)} ${event.reason}`);
    },
    onSubtitles: (path) => told.push(`subtitles ${nameOf(path)}`),
  });
  return { offered, take: () => told.splice(0) };
}

function file(path: string, kind: MediaKind, stamp = { length: 1, modifiedAtMs: 0, inode: 0 }): RestingFile {
  const summary = { name: path, infoHashes: [parseInfoHash("1".repeat(40))] as const, pieceCount: 1 };
  return new RestingFile({ path, stamp, kind, contentType: "video/mp4" }, { summary, load: () => undefined });
}

Deno.test("subtitles may be offered once their film is, and go with it", () => {
  const { offered, take } = offering();
  offered.noteSubtitles("/films/Film.en.srt");
  assert.equal(offered.areBesideFilm("/films/Film.en.srt"), false);
  offered.add(file("/films/Film.mp4", "video"));
  assert.deepEqual(take(), ["added Film.mp4", "subtitles Film.en.srt"]);
  assert.equal(offered.areBesideFilm("/films/Film.en.srt"), true);
  offered.add(file("/films/Film.en.srt", "subtitles"));
  offered.withdraw("/films/Film.mp4", "changed");
  assert.deepEqual(take(), ["added Film.en.srt", "removed Film.mp4 changed", "removed Film.en.srt gone"]);
  assert.equal(offered.files.size, 0);
  offered.withdraw("/films/Film.mp4", "gone");
  assert.deepEqual(take(), []);
});

Deno.test("what does not look on the disk as it did is withdrawn", async () => {
  const folder = await Deno.makeTempDir({ prefix: "playswarm-offered-" });
  await using scope = new AsyncDisposableStack();
  scope.defer(() => Deno.remove(folder, { recursive: true }));
  const path = join(folder, "Film.mp4");
  await Deno.writeTextFile(path, "a film");
  const { offered, take } = offering();
  offered.add(file(path, "video", fileStamp(await Deno.stat(path))));
  offered.withdrawIfChanged(path);
  assert.deepEqual(take(), ["added Film.mp4"]);
  await Deno.writeTextFile(path, "another film");
  offered.withdrawIfChanged(path);
  assert.deepEqual(take(), ["removed Film.mp4 changed"]);
  offered.add(file(path, "video", fileStamp(await Deno.stat(path))));
  await Deno.remove(path);
  offered.withdrawIfChanged(path);
  assert.deepEqual(take(), ["added Film.mp4", "removed Film.mp4 gone"]);
});
