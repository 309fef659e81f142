import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { TorrentFileView } from "../../shared/dashboard_views.ts";
import {
  fileToPlay,
  hereWords,
  isComplete,
  isTroubled,
  progressOf,
  stateSentence,
  type TorrentProgress,
  waitingSentence,
} from "./torrent_words.ts";

const torrent: TorrentProgress = {
  state: "downloading",
  sizeBytes: 1000,
  verifiedBytes: 120,
  downloadRate: 0,
  uploadRate: 0,
  peerCount: 0,
  seederCount: 0,
};

function file(index: number, options: Partial<TorrentFileView> = {}): TorrentFileView {
  return {
    index,
    path: `file-${index}.mp4`,
    offsetBytes: 0,
    sizeBytes: 1000,
    verifiedBytes: 120,
    isWanted: true,
    kind: "video",
    contentType: "video/mp4",
    ...options,
  };
}

Deno.test("a download says whom it waits for, how fast it is, and how long it takes", () => {
  strictEqual(stateSentence(torrent), "Finding peers…");
  strictEqual(stateSentence({ ...torrent, peerCount: 2 }), "Waiting for 2 peers");
  strictEqual(stateSentence({ ...torrent, peerCount: 1, downloadRate: 1e6 }), "1 MB/s from 1 peer");
  strictEqual(
    stateSentence({ ...torrent, peerCount: 3, downloadRate: 1.5e6, secondsLeft: 125 }),
    "1.5 MB/s from 3 peers, 2 min 5 s left",
  );
});

Deno.test("every other state has its sentence, and the peer's own message wins", () => {
  strictEqual(stateSentence({ ...torrent, state: "fetching-metadata" }), "Looking for someone who has it…");
  strictEqual(stateSentence({ ...torrent, state: "fetching-metadata", peerCount: 1 }), "Asking what is in it…");
  strictEqual(stateSentence({ ...torrent, state: "checking" }), "Checking what is already here…");
  strictEqual(stateSentence({ ...torrent, state: "seeding", uploadRate: 2000 }), "Complete, giving 2 kB/s");
  strictEqual(stateSentence({ ...torrent, state: "paused" }), "Paused");
  strictEqual(stateSentence({ ...torrent, state: "paused", verifiedBytes: 1000 }), "Paused: not shared");
  strictEqual(stateSentence({ ...torrent, state: "failed", message: "The folder is gone." }), "The folder is gone.");
  strictEqual(isTroubled("disk-full"), true);
  strictEqual(isTroubled("paused"), false);
});

Deno.test("a waiting player is honest", () => {
  strictEqual(waitingSentence(undefined, undefined), "Opening…");
  strictEqual(waitingSentence(torrent, file(0)), "Finding peers… (12 % here)");
  strictEqual(waitingSentence({ ...torrent, peerCount: 2 }, file(0)), "Waiting for 2 peers (12 % here)");
  strictEqual(
    waitingSentence({ ...torrent, peerCount: 2, downloadRate: 1000 }, undefined),
    "1 kB/s from 2 peers",
  );
  strictEqual(waitingSentence({ ...torrent, state: "paused" }, file(0)), "Paused. Resume the download to go on.");
});

Deno.test("what plays before its first piece is whole is starting, not at 0 %", () => {
  const nothing = { sizeBytes: 1000, verifiedBytes: 0 };
  const playing: TorrentProgress = { ...torrent, ...nothing, peerCount: 2, downloadRate: 1000 };
  strictEqual(hereWords(playing, nothing), "starting…");
  strictEqual(waitingSentence(playing, file(0, nothing)), "1 kB/s from 2 peers");
  strictEqual(hereWords(torrent, nothing), "nothing here yet");
  strictEqual(hereWords({ ...playing, state: "paused" }, nothing), "nothing here yet");
  strictEqual(hereWords(playing, { sizeBytes: 1000, verifiedBytes: 1 }), "less than 1 % here");
  strictEqual(hereWords(playing, { sizeBytes: 1000, verifiedBytes: 999 }), "99 % here");
  strictEqual(hereWords(playing, { sizeBytes: 1000, verifiedBytes: 1000 }), "all of it here");
});

Deno.test("the file to play is the mode's, and the first of an album", () => {
  const trailer = file(0, { sizeBytes: 10 });
  const film = file(1);
  const subtitles = file(2, { kind: "other", sizeBytes: 1e9 });
  const song = file(3, { kind: "audio", sizeBytes: 100 });
  const secondSong = file(4, { kind: "audio", sizeBytes: 120 });
  strictEqual(fileToPlay([trailer, film, subtitles, song], "video"), film);
  strictEqual(fileToPlay([film, song, secondSong], "audio"), song);
  strictEqual(fileToPlay([film], "audio"), film);
  strictEqual(fileToPlay([subtitles], "video"), undefined);
  strictEqual(fileToPlay([], undefined), undefined);
});

Deno.test("an empty file is complete, one without metadata is not", () => {
  strictEqual(isComplete({ state: "seeding", sizeBytes: 0, verifiedBytes: 0 }), true);
  strictEqual(isComplete({ state: "fetching-metadata", sizeBytes: 0, verifiedBytes: 0 }), false);
  deepStrictEqual(progressOf({ state: "fetching-metadata", sizeBytes: 0, verifiedBytes: 0 }), { done: 0, total: 1 });
  deepStrictEqual(progressOf({ state: "paused", sizeBytes: 9, verifiedBytes: 4 }), { done: 4, total: 9 });
});
