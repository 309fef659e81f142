import assert from "node:assert/strict";
import type { ShareView, TorrentDetails } from "../../shared/dashboard_views.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, MIB, PATIENCE_MS, stageTest } from "./stage.ts";

stageTest("a folder that cannot be shared is refused in a sentence", async (stage) => {
  const peer = await stage.peer("peer");
  const { path } = stage.folder;
  await Deno.writeTextFile(`${path}/file`, "a file");
  const attempts: readonly (readonly [string, number, RegExp])[] = [
    [`${path}/missing`, 404, /There is no folder .*missing/],
    [`${path}/file`, 422, /is a file: choose the folder that it is in/],
    ["relative", 422, /Give the whole path of the folder/],
    [`${path}/file/below`, 404, /There is no folder/],
    [`${path}/nul\u0000`, 422, /./],
    [`/${"x".repeat(300)}`, 404, /./],
  ];
  for (const [folder, status, pattern] of attempts) {
    const response = await fetch(`${peer.url}/api/shares`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path: folder }),
    });
    const text = await response.text();
    assert.ok(response.status >= 400 && response.status < 500, `${folder}: ${response.status} ${text}`);
    if (folder.startsWith(path) && !folder.includes("\u0000")) assert.equal(response.status, status, text);
    assert.match(JSON.parse(text).detail, pattern);
  }
  assert.deepEqual(await peer.get("/api/shares"), []);
});

stageTest("a remembered share that vanished says so, and is shared again when it is back", async (stage) => {
  const content = seededBytes(1, 100_000);
  const share = await stage.write("films", "film.mp4", content);
  const first = await stage.peer("peer", "--share", share);
  const until = async (peer: typeof first, isRight: (share: ShareView) => boolean, what: string) =>
    await peer.until(async () => (await peer.get<readonly ShareView[]>("/api/shares")).find(isRight), {
      timeoutMs: PATIENCE_MS,
      what,
    });
  await until(first, ({ fileCount, hashing }) => fileCount === 1 && hashing === undefined, "the shared film");
  await first.program[Symbol.asyncDispose]();

  await Deno.rename(share, `${share}-away`);
  const second = await stage.peer("peer");
  const gone = await until(second, ({ message }) => message !== undefined, "that the folder is gone");
  assert.match(gone.message ?? "", /films/);
  assert.equal(gone.fileCount, 0);
  await Deno.rename(`${share}-away`, share);
  await until(second, ({ fileCount, message }) => fileCount === 1 && message === undefined, "the film again");
  await Deno.remove(share, { recursive: true });
  await until(second, ({ fileCount, message }) => fileCount === 0 && message !== undefined, "that it went");
});

stageTest("an empty file is shared and fetched", async (stage) => {
  const tracker = await stage.tracker();
  const share = await stage.write("films", "nothing.mp3", new Uint8Array());
  const [seeder, leecher] = await Promise.all([
    stage.peer("seeder", "--tracker", tracker.address, "--share", share),
    stage.peer("leecher", "--tracker", tracker.address),
  ]);
  const { infoHash, sizeBytes } = await seeder.row("nothing.mp3");
  assert.equal(sizeBytes, 0);
  await leecher.send("POST", "/api/torrents", { source: infoHash });
  await leecher.untilTorrent(infoHash, ({ state }) => state === "seeding", {
    timeoutMs: PATIENCE_MS,
    what: "nothing at all",
  });
  await assertFile(`${leecher.downloads}/nothing.mp3`, new Uint8Array());
  const download = stage.download("to", [infoHash, "--peer", `127.0.0.1:${(await seeder.status()).port}`]);
  assert.equal(await download.exitCode(), 0, download.output);
  await assertFile(`${stage.folder.path}/to/nothing.mp3`, new Uint8Array());
  const streamed = await fetch(`${leecher.url}/stream/${infoHash}/0`);
  assert.equal((await streamed.arrayBuffer()).byteLength, 0);
  assert.equal(streamed.status, 200);
});

for (const way of ["overwritten in place", "replaced by another"] as const) {
  stageTest(`a file ${way} while it is shared is withdrawn and never served wrong`, async (stage) => {
    const [old, changed] = [seededBytes(21, 8 * MIB), seededBytes(22, 8 * MIB)];
    const tracker = await stage.tracker();
    const share = await stage.write("films", "film.mp4", old);
    const args = ["--tracker", tracker.address];
    const [seeder, leecher] = await Promise.all([
      stage.peer("seeder", ...args, "--share", share, "--upload-rate", "2000"),
      stage.peer("leecher", ...args),
    ]);
    const { infoHash } = await seeder.rowWithSeeders("film.mp4", 1);
    await leecher.send("POST", "/api/torrents", { source: infoHash });
    await leecher.untilTorrent(infoHash, ({ verifiedBytes }) => verifiedBytes > MIB, {
      timeoutMs: PATIENCE_MS,
      what: "a part of the old film",
    });
    if (way === "overwritten in place") {
      await Deno.writeFile(`${share}/film.mp4`, changed);
    } else {
      await Deno.writeFile(`${share}/.new`, changed);
      await Deno.rename(`${share}/.new`, `${share}/film.mp4`);
    }
    const renewed = await seeder.until(
      async () => (await seeder.rows()).find((row) => row.name === "film.mp4" && row.infoHash !== infoHash),
      { timeoutMs: PATIENCE_MS, what: "the changed film in the catalogue" },
    );
    assert.equal((await fetch(`${seeder.url}/api/torrents/${infoHash}`).then((answer) => answer.json())).status, 404);
    await seeder.send("PATCH", "/api/settings", { uploadRate: null });

    const part = await leecher.get<TorrentDetails>(`/api/torrents/${infoHash}`);
    assert.equal(part.state, "downloading", "nobody has the rest of the old film");
    await assertVerified(`${leecher.downloads}/film.mp4`, { details: part, content: old });
    await leecher.send("POST", "/api/torrents", { source: renewed.infoHash });
    await leecher.untilTorrent(renewed.infoHash, ({ state }) => state === "seeding", {
      timeoutMs: PATIENCE_MS,
      what: "the whole changed film",
    });
    await assertFile(`${leecher.downloads}/film (2).mp4`, changed);
    const { bannedPeers } = await leecher.get<TorrentDetails>(`/api/torrents/${infoHash}`);
    assert.deepEqual(bannedPeers, [], "who withdraws a file is no liar");
  });
}

/** Fails unless every piece that counts as verified is on the disk as it was. */
async function assertVerified(
  path: string,
  options: { readonly details: TorrentDetails; readonly content: Uint8Array },
): Promise<void> {
  const { details: { pieceMap, pieceLength }, content } = options;
  const bytes = await Deno.readFile(path);
  assert.match(pieceMap, /#/);
  for (const [piece, mark] of [...pieceMap].entries()) {
    if (mark !== "#") continue;
    const [start, end] = [piece * pieceLength, (piece + 1) * pieceLength];
    const isRight = bytes.subarray(start, end).every((byte, index) => byte === content[start + index]);
    assert.ok(isRight, `piece ${piece} is not what it was`);
  }
}
