import assert from "node:assert/strict";
import type { TorrentDetails } from "../../shared/dashboard_views.ts";
import type { PeerProgram } from "../end_to_end/community.ts";
import { seededRandom } from "../simulation/seeded_random.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, MIB, PATIENCE_MS, type Stage, stageTest, type StageTracker } from "./stage.ts";

/** What the seeder gives in a second. */
const RATE_BYTES = 2_000_000;

/** What is remembered every two seconds, with as much again for a loaded machine. */
const LOST_BYTES = 3 * RATE_BYTES;

/** Killed after five seconds, when more than half is there. */
const LENGTH = 18 * MIB;
const KILLED_AT = 10 * MIB;

/** How often it is killed where that is tried at moments of chance. */
const KILLS = 3;

stageTest("a peer killed in mid-download goes on where it was", async (stage) => {
  const { seeder, tracker, infoHash, content } = await scene(stage);
  const args = ["--tracker", tracker.address];
  const first = await stage.peer("leecher", ...args);
  await first.send("POST", "/api/torrents", { source: infoHash });
  const { verifiedBytes } = await first.untilTorrent(infoHash, (view) => view.verifiedBytes >= KILLED_AT, {
    timeoutMs: PATIENCE_MS,
    what: "half of the film",
  });
  first.program.kill("SIGKILL");
  await first.program.exitCode();
  const before = await uploaded(seeder, infoHash);
  await seeder.send("PATCH", "/api/settings", { uploadRate: null });

  const second = await stage.peer("leecher", ...args);
  await second.untilTorrent(infoHash, ({ state }) => state === "seeding", {
    timeoutMs: PATIENCE_MS,
    what: "the rest of the film",
  });
  await assertFile(`${second.downloads}/film.mp4`, content);
  assertFetchedOnce(await uploaded(seeder, infoHash) - before, verifiedBytes);
});

stageTest("a peer killed again and again, at moments of chance, loses the last few seconds at most", async (stage) => {
  const seed = Date.now() >>> 0;
  console.log(`moments by seed ${seed}`);
  const random = seededRandom(seed);
  const { tracker, seeder, infoHash, content } = await scene(stage);
  const args = ["--tracker", tracker.address];
  let peer = await stage.peer("leecher", ...args);
  await peer.send("POST", "/api/torrents", { source: infoHash });
  let kept = 0;
  for (let round = 0; round < KILLS; round++) {
    const moment = kept + MIB + random() * (LENGTH - kept) / 2;
    const { verifiedBytes } = await peer.untilTorrent(infoHash, (view) => view.verifiedBytes >= moment, {
      timeoutMs: PATIENCE_MS,
      what: `${Math.round(moment)} verified bytes`,
    });
    peer.program.kill("SIGKILL");
    await peer.program.exitCode();
    peer = await stage.peer("leecher", ...args);
    const again = await peer.untilTorrent(infoHash, ({ state }) => state === "downloading" || state === "seeding", {
      timeoutMs: PATIENCE_MS,
      what: "what was kept",
    });
    kept = again.verifiedBytes;
    const least = verifiedBytes - LOST_BYTES;
    assert.ok(kept >= least, `seed ${seed}: ${kept} of ${verifiedBytes} bytes are left, expected ${least} at least`);
  }
  await seeder.send("PATCH", "/api/settings", { uploadRate: null });
  await peer.untilTorrent(infoHash, ({ state }) => state === "seeding", { timeoutMs: PATIENCE_MS, what: "the rest" });
  await assertFile(`${peer.downloads}/film.mp4`, content);
});

stageTest("peer download killed in mid-download goes on where it was", async (stage) => {
  const { seeder, tracker, infoHash, content } = await scene(stage);
  const args = ["film.mp4", "--tracker", tracker.address];
  const first = stage.download("to", args);
  await seeder.untilTorrent(infoHash, (view) => view.uploadedBytes >= KILLED_AT, {
    timeoutMs: PATIENCE_MS,
    what: "half of the film given",
  });
  first.kill("SIGKILL");
  await first.exitCode();
  const before = await uploaded(seeder, infoHash);
  await seeder.send("PATCH", "/api/settings", { uploadRate: null });

  const second = stage.download("to", args);
  assert.equal(await second.exitCode(), 0, second.output);
  await assertFile(`${stage.folder.path}/to/film.mp4`, content);
  // What was sent but not verified yet when it was killed: the pieces of some connections.
  assertFetchedOnce(await uploaded(seeder, infoHash) - before, before - 4 * MIB);
  const left = [...Deno.readDirSync(`${stage.folder.path}/to`)].map(({ name }) => name);
  assert.deepEqual(left, ["film.mp4"], "nothing is left beside the film");
});

stageTest("what was spoiled on the disk between two runs is not believed", async (stage) => {
  const { tracker, seeder, infoHash, content } = await scene(stage);
  const args = ["--tracker", tracker.address];
  const first = await stage.peer("leecher", ...args);
  await first.send("POST", "/api/torrents", { source: infoHash });
  const isBegun = (view: { verifiedBytes: number }) => view.verifiedBytes >= 4 * MIB;
  await first.untilTorrent(infoHash, isBegun, { timeoutMs: PATIENCE_MS, what: "some pieces" });
  first.program.kill("SIGKILL");
  await first.program.exitCode();

  const path = `${first.downloads}/film.mp4`;
  const { pieceLength } = await seeder.get<TorrentDetails>(`/api/torrents/${infoHash}`);
  await spoilEachPiece(path, pieceLength);
  await seeder.send("PATCH", "/api/settings", { uploadRate: null });

  const second = await stage.peer("leecher", ...args);
  await second.untilTorrent(infoHash, ({ state }) => state === "seeding", {
    timeoutMs: PATIENCE_MS,
    what: "a right film",
  });
  await assertFile(path, content);
});

async function scene(stage: Stage) {
  const content = seededBytes(7, LENGTH);
  const share = await stage.write("films", "film.mp4", content);
  const tracker: StageTracker = await stage.tracker();
  const rate = `${RATE_BYTES / 1000}`;
  const seeder = await stage.peer("seeder", "--tracker", tracker.address, "--share", share, "--upload-rate", rate);
  const { infoHash } = await seeder.rowWithSeeders("film.mp4", 1);
  return { content, tracker, seeder, infoHash };
}

async function uploaded(seeder: PeerProgram, infoHash: string): Promise<number> {
  return (await seeder.torrent(infoHash)).uploadedBytes;
}

/** Fails when the second run fetched more than was missing and what the last few seconds may have lost. */
function assertFetchedOnce(fetchedBytes: number, verifiedBytes: number): void {
  const most = LENGTH - verifiedBytes + LOST_BYTES;
  assert.ok(most < LENGTH, "the test would not notice a film fetched twice");
  assert.ok(fetchedBytes <= most, `${fetchedBytes} bytes were fetched after the crash, expected ${most} at most`);
}

/** Changes a byte in each piece, of whatever is there. */
async function spoilEachPiece(path: string, pieceLength: number): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  const { size } = await file.stat();
  for (let offset = 100; offset < size; offset += pieceLength) {
    const byte = new Uint8Array(1);
    await file.seek(offset, Deno.SeekMode.Start);
    await file.read(byte);
    await file.seek(offset, Deno.SeekMode.Start);
    await file.write(byte.map((value) => value ^ 0x55));
  }
}
