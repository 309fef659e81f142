import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { PeerSettings } from "../../peer/api/peer_session.ts";
import { PATIENCE_MS, type Stage } from "../faults/stage.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { executableTest } from "./executables.ts";

/** The film that a peer of version 0.1.0 had begun to fetch (a third of it was there), and the one that it shared. */
const FILM = {
  name: "film.mp4",
  infoHash: "80c46e19c99054b60089041a6226de165e3ebc2b",
  bytes: seededBytes(11, 1_500_000),
};
const SONG = {
  name: "song.mp4",
  infoHash: "e3a227756faeca391b4baeca8746c30664b0ff10",
  bytes: seededBytes(12, 300_000),
};

executableTest("a peer goes on with what version 0.1.0 left: settings, shares, a download", async (stage) => {
  const { path } = stage.folder;
  await stage.write("own", SONG.name, SONG.bytes);
  await restore(stage, "peer.sql", await stage.folder.folder("peer/data") + "/playswarm.db");
  // Its end was never written, and one byte of what was is wrong.
  await stage.write("downloads", FILM.name, FILM.bytes.with(700_000, 0).subarray(0, 1_400_000));
  const peer = await stage.peer("peer", "--downloads", `${path}/downloads`);

  assert.deepEqual(await peer.get<PeerSettings>("/api/settings"), { mode: "video", uploadRate: 123_000 });
  const shared = await peer.until(async () => {
    const names = await peer.shared();
    return names.length > 0 ? names : undefined;
  }, { timeoutMs: PATIENCE_MS, what: "the share" });
  assert.deepEqual(shared, [SONG.name]);
  assert.equal((await peer.torrent(SONG.infoHash)).state, "seeding");
  // Pieces are of 512 KiB: the first one is true, whoever wrote it.
  const { verifiedBytes } = await peer.untilTorrent(FILM.infoHash, (view) => view.verifiedBytes > 0, {
    timeoutMs: PATIENCE_MS,
    what: "what is true of the film",
  });
  assert.equal(verifiedBytes, 524_288);
});

executableTest("a tracker remembers what version 0.1.0 knew", async (stage) => {
  await restore(stage, "tracker.sql", await stage.folder.folder("tracker-0") + "/catalogue.sqlite");
  const tracker = await stage.tracker();
  const response = await fetch(`http://${tracker.address}/torrents/${FILM.infoHash}.torrent`);
  assert.equal(response.status, 200);
  assert.match(new TextDecoder("latin1").decode(await response.bytes()), /4:name8:film\.mp4/);
});

/** Writes a database as it was, with this stage's folder in its paths. */
async function restore(stage: Stage, dump: string, path: string): Promise<void> {
  const text = await Deno.readTextFile(new URL(`data_0_1_0/${dump}`, import.meta.url));
  using database = new DatabaseSync(path);
  database.exec(text.replaceAll("@FOLDER@", stage.folder.path));
}
