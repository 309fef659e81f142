import assert from "node:assert/strict";
import type { PeerView, TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import { waitingWords } from "./waiting_words.ts";

const file: TorrentFileView = {
  index: 0,
  path: "film.mp4",
  offsetBytes: 0,
  sizeBytes: 50_000_000,
  verifiedBytes: 0,
  isWanted: true,
  kind: "video",
  contentType: "video/mp4",
};
const torrent: TorrentView = {
  infoHash: "0".repeat(40),
  name: "film.mp4",
  state: "downloading",
  kind: "video",
  sizeBytes: file.sizeBytes,
  verifiedBytes: 0,
  downloadRate: 340_000,
  uploadRate: 0,
  uploadedBytes: 0,
  downloadedBytes: 0,
  peerCount: 3,
  seederCount: 3,
  addedAtMs: 0,
  isShare: false,
  magnet: "",
  files: [file],
};
const peer: PeerView = {
  endpoint: "127.0.0.1:1",
  client: "Playswarm",
  downloadRate: 100_000,
  uploadRate: 0,
  downloadedBytes: 0,
  uploadedBytes: 0,
  verifiedShare: 1,
  isChokingUs: false,
  isInterestedInUs: false,
  isChokedByUs: true,
  isOutgoing: true,
  requestsInFlight: 1,
};

Deno.test("who answered, how fast it comes and how fast it must", () => {
  const silent = { ...peer, isChokingUs: true, downloadRate: 0 };
  const facts = { torrent, file, peers: [peer, peer, silent], durationSeconds: 100 };
  assert.equal(waitingWords(facts), "2 of 3 peers answered, 340 kB/s, needs 500 kB/s");
  assert.equal(waitingWords({ ...facts, peers: [peer], durationSeconds: undefined }), "1 peer answered, 340 kB/s");
});

Deno.test("nobody is found yet, it is paused, or all of it is here", () => {
  const facts = { torrent, file, peers: undefined, durationSeconds: undefined };
  assert.equal(waitingWords({ ...facts, torrent: { ...torrent, peerCount: 0, downloadRate: 0 } }), "Finding peers…");
  assert.match(waitingWords({ ...facts, torrent: { ...torrent, state: "paused" } }), /^Paused/);
  assert.equal(waitingWords({ ...facts, torrent: { ...torrent, state: "seeding" } }), "Opening…");
});
