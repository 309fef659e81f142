/**
 * What the user of the programs may not read or write. Root may do anything, so root's programs run here without the two
 * capabilities that make it so.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ShareView } from "../../shared/dashboard_views.ts";
import type { PeerProgram } from "../end_to_end/community.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { PATIENCE_MS, type Stage, stageTest } from "./stage.ts";

/** A command that runs another whose permissions are looked at; a sentence where there is none. */
function bound(): readonly string[] | string {
  if (Deno.build.os === "windows") return "permissions are another matter on Windows";
  if (Deno.uid() !== 0) return [];
  const under = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  const [command = "", ...args] = [...under, "true"];
  try {
    const { success, stderr } = new Deno.Command(command, { args }).outputSync();
    return success ? under : `setpriv says: ${new TextDecoder().decode(stderr).trim()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no setpriv (apt install util-linux)";
    throw error;
  }
}

const under = bound();

function permissionTest(name: string, run: (stage: Stage) => Promise<void>): void {
  if (typeof under === "string") console.warn(`SKIPPED, ${under}: ${name}`);
  stageTest(name, run, typeof under === "string" ? { ignore: true } : { under });
}

/** Takes permissions away until the end of the test, when the folder is to be removed. */
async function forbid(stage: Stage, path: string, options: { readonly mode: number; readonly after: number }) {
  await Deno.chmod(path, options.mode);
  stage.use({ [Symbol.asyncDispose]: () => Deno.chmod(path, options.after) });
}

const content = seededBytes(41, 300_000);

permissionTest("a folder that may not be read is not shared, and the reason is one sentence", async (stage) => {
  const films = await stage.write("films", "film.mp4", content);
  await forbid(stage, films, { mode: 0o000, after: 0o755 });
  const sentence = `The folder ${films} cannot be read: permission denied`;
  const lines = [["share", films, ...place(stage)], ["--share", films, "--dashboard", "127.0.0.1:0", ...place(stage)]];
  for (const line of lines) {
    assert.deepEqual(await stage.run("peer", line), { code: 1, output: `peer: ${sentence}` }, line.join(" "));
  }
  const peer = await stage.peer("peer");
  const response = await fetch(`${peer.url}/api/shares`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ path: films }),
  });
  assert.equal((await response.json()).detail, sentence);
  assert.equal(response.status, 403);
  assert.deepEqual(await peer.get("/api/shares"), []);
});

permissionTest("a share that may not be read any more says so, and comes back", async (stage) => {
  const films = await stage.write("films", "film.mp4", content);
  const peer = await stage.peer("peer", "--share", films);
  await untilShare(peer, ({ fileCount }) => fileCount === 1);
  await peer.program[Symbol.asyncDispose]();
  await forbid(stage, films, { mode: 0o000, after: 0o755 });
  const again = await stage.peer("peer");
  const gone = await untilShare(again, ({ message }) => message !== undefined);
  assert.equal(gone.message, `The folder ${films} cannot be read: permission denied`);
  assert.equal(gone.fileCount, 0);
  await Deno.chmod(films, 0o755);
  await untilShare(again, ({ fileCount, message }) => fileCount === 1 && message === undefined);
});

permissionTest("a file and a folder that may not be read are named, and all else is shared", async (stage) => {
  const films = await stage.write("films", "film.mp4", content);
  const secret = `${films}/secret.mp4`;
  await Deno.writeFile(secret, content);
  await Deno.chmod(secret, 0o000);
  const isRight = ({ message, fileCount }: ShareView) => fileCount === 1 && message !== undefined;
  const peer = await stage.peer("peer", "--share", films);
  const share = await untilShare(peer, isRight);
  assert.equal(share.message, `Cannot read ${secret}: this is not allowed`);
  assert.deepEqual(share.files.map(({ name }) => name), ["film.mp4"]);
  const below = await stage.folder.folder("films/below");
  await forbid(stage, below, { mode: 0o000, after: 0o755 });
  const both = await untilShare(peer, ({ message }) => message?.endsWith("(and 1 more)") ?? false);
  assert.equal(both.message, `Cannot read ${secret}: this is not allowed (and 1 more)`);

  const sharing = stage.start("peer", ["share", films, ...place(stage)]);
  await sharing.line(/^film\.mp4 +magnet:/);
  await sharing.line(new RegExp(`^Cannot read ${secret}: this is not allowed$`));
  await sharing.line(new RegExp(`^Cannot read ${below}: this is not allowed$`));

  await Deno.chmod(below, 0o755);
  await Deno.chmod(secret, 0o644);
  await untilShare(peer, ({ fileCount, message }) => fileCount === 2 && message === undefined);
});

permissionTest("a folder that may not be written to is refused in one sentence", async (stage) => {
  const folder = await stage.folder.folder("to");
  await forbid(stage, folder, { mode: 0o555, after: 0o755 });
  const dashboard = ["--dashboard", "127.0.0.1:0"];
  const lines: readonly (readonly ["peer" | "tracker", string, readonly string[]])[] = [
    ["peer", folder, ["download", "0".repeat(40), "--to", folder, "--host", "127.0.0.1", "--no-lan"]],
    ["peer", `${folder}/below`, ["download", "0".repeat(40), "--to", `${folder}/below`, "--no-lan"]],
    ["peer", folder, ["--downloads", folder, ...dashboard, ...place(stage)]],
    ["peer", folder, ["--data-dir", folder, ...dashboard, "--host", "127.0.0.1", "--port", "0", "--no-lan"]],
    ["tracker", folder, ["--data-dir", folder, ...dashboard, "--host", "127.0.0.1", "--port", "0", "--peer-port", "0"]],
  ];
  for (const [program, path, line] of lines) {
    const output = `${program}: Cannot write to ${path}: permission denied`;
    assert.deepEqual(await stage.run(program, line), { code: 1, output }, line.join(" "));
  }
  const peer = stage.start("peer", [...dashboard, ...place(stage)]);
  const response = await fetch(`${await peer.dashboard()}/api/settings`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ downloadsFolder: folder }),
  });
  assert.equal((await response.json()).detail, `Nothing can be written into ${folder}: choose another folder`);
  assert.equal(response.status, 403);
});

permissionTest("a download into a folder that may not be written to any more fails, and says why", async (stage) => {
  const tracker = await stage.tracker();
  const films = await stage.write("films", "film.mp4", content);
  const seeder = await stage.peer("seeder", "--tracker", tracker.address, "--share", films);
  const { infoHash } = await seeder.rowWithSeeders("film.mp4", 1);
  const leecher = await stage.peer("leecher", "--tracker", tracker.address);
  await forbid(stage, leecher.downloads, { mode: 0o555, after: 0o755 });
  await leecher.send("POST", "/api/torrents", { source: infoHash });
  const { message } = await leecher.untilTorrent(infoHash, ({ state }) => state === "failed", {
    timeoutMs: PATIENCE_MS,
    what: "that nothing can be written",
  });
  assert.equal(message, `Cannot write ${leecher.downloads}/film.mp4: this is not allowed`);
});

function place(stage: Stage): readonly string[] {
  return ["--host", "127.0.0.1", "--port", "0", "--no-lan", "--data-dir", `${stage.folder.path}/data`];
}

function untilShare(peer: PeerProgram, isRight: (share: ShareView) => boolean): Promise<ShareView> {
  return peer.until(async () => (await peer.get<readonly ShareView[]>("/api/shares")).find(isRight), {
    timeoutMs: PATIENCE_MS,
    what: "the share as it shall be",
  });
}
