import assert from "node:assert/strict";
import type { ClientView } from "../../shared/tracker_dashboard_views.ts";
import type { Program } from "../program.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { MIB, PATIENCE_MS, type Stage, stageTest } from "./stage.ts";

/** In how long a program leaves that is asked to. */
const LEAVING_MS = 2_000;

stageTest("SIGTERM in the middle of a transfer: peers leave at once, and the tracker knows at once", async (stage) => {
  const { tracker, seeder, leecher, infoHash } = await transfer(stage);
  // A page that watches and a player that waits hold nobody back.
  const page = await fetch(`${leecher.url}/api/events`);
  const player = await fetch(`${leecher.url}/stream/${infoHash}/0`, { headers: { Range: "bytes=-1000" } });
  stage.use({ [Symbol.asyncDispose]: async () => void (await Promise.allSettled([page.text(), player.text()])) });

  const clients = () => tracker.dashboard.clients();
  const { peerId } = await leecher.status();
  assert.ok((await clients()).some((client) => client.peerId === peerId));
  await leaves(leecher.program, "SIGTERM", 0);
  await gone(clients, leecher.program, peerId);

  const { peerId: seederId } = await seeder.status();
  await leaves(seeder.program, "SIGINT", 0);
  await gone(clients, seeder.program, seederId);
  assert.deepEqual(await clients(), []);
});

stageTest("SIGTERM to the tracker in the middle of a transfer, and to peers whose tracker is gone", async (stage) => {
  const { tracker, seeder, leecher, infoHash } = await transfer(stage);
  await leaves(tracker.program, "SIGTERM", 0);
  // The transfer goes on without it.
  const { verifiedBytes } = await leecher.torrent(infoHash);
  await leecher.untilTorrent(infoHash, (view) => view.verifiedBytes > verifiedBytes, {
    timeoutMs: PATIENCE_MS,
    what: "progress without a tracker",
  });
  await Promise.all([leaves(leecher.program, "SIGTERM", 0), leaves(seeder.program, "SIGTERM", 0)]);
});

stageTest("peer share and peer download leave in the middle of a transfer", async (stage) => {
  const tracker = await stage.tracker();
  const share = await stage.write("films", "film.mp4", seededBytes(11, 16 * MIB));
  const seeder = stage.start("peer", [
    ...["share", share, "--tracker", tracker.address, "--host", "127.0.0.1", "--port", "0", "--no-lan"],
    ...["--data-dir", `${stage.folder.path}/home`, "--upload-rate", "1000"],
  ]);
  const magnet = (await seeder.line(/^film\.mp4 +(magnet:\S+)$/))[1] ?? "";
  const peer = `127.0.0.1:${await seeder.port()}`;
  const leecher = stage.download("to", [magnet, "--tracker", tracker.address, "--peer", peer]);
  const leechers = (clients: readonly ClientView[]) =>
    clients.filter(({ files }) => files.some(({ isSeeder }) => !isSeeder));
  await tracker.dashboard.until(
    async () => leechers(await tracker.dashboard.clients()).length === 1 ? true : undefined,
    { timeoutMs: PATIENCE_MS, what: "one leecher" },
  );
  await leaves(leecher, "SIGINT", 1);
  assert.match(leecher.output, /^Stopped\. Run the same again to go on\.$/m);
  assert.deepEqual(leechers(await tracker.dashboard.clients()), []);
  await leaves(seeder, "SIGINT", 0);
  assert.deepEqual(await tracker.dashboard.clients(), []);
});

/** A transfer that takes longer than the test. */
async function transfer(stage: Stage) {
  const tracker = await stage.tracker();
  const share = await stage.write("films", "film.mp4", seededBytes(11, 16 * MIB));
  const args = ["--tracker", tracker.address];
  const [seeder, leecher] = await Promise.all([
    stage.peer("seeder", ...args, "--share", share, "--upload-rate", "1000"),
    stage.peer("leecher", ...args),
  ]);
  const { infoHash } = await seeder.rowWithSeeders("film.mp4", 1);
  await leecher.send("POST", "/api/torrents", { source: infoHash });
  await leecher.untilTorrent(infoHash, ({ verifiedBytes }) => verifiedBytes > 0, {
    timeoutMs: PATIENCE_MS,
    what: "a first piece",
  });
  return { tracker, seeder, leecher, infoHash };
}

async function leaves(program: Program, signal: Deno.Signal, code: number): Promise<void> {
  const askedAtMs = performance.now();
  program.kill(signal);
  assert.equal(await program.exitCode(), code, program.output);
  const tookMs = performance.now() - askedAtMs;
  assert.ok(tookMs < LEAVING_MS, `it left after ${Math.round(tookMs)} ms`);
  assert.doesNotMatch(program.output, /error|Error|at async/, "it left with a complaint");
}

/** A program that has said goodbye before it ended is gone already. */
async function gone(clients: () => Promise<readonly ClientView[]>, program: Program, peerId: string): Promise<void> {
  const left = (await clients()).map((client) => client.peerId);
  assert.ok(!left.includes(peerId), `${peerId} is a client still; it printed:\n${program.output}`);
}
