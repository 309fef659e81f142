import assert from "node:assert/strict";
import { Scene, share, until } from "../tests/session_scene.ts";

Deno.test("the same file in two folders is one torrent that lives as long as one of them does", async () => {
  await using scene = await Scene.create();
  const [first, second] = await Promise.all([scene.folder("first"), scene.folder("second")]);
  await scene.file("first/a.mp4", { length: 50_000 });
  await scene.file("second/a.mp4", { length: 50_000 });
  await using session = await scene.session("peer");
  const [file] = await share(session, first, ["a.mp4"]);
  assert.ok(file !== undefined);
  const { infoHash } = file.metainfo.info;
  session.sharedFolders.add(second);
  await until(session, () => session.sharedFolders.views().every((view) => view.fileCount === 1), "both known");
  const torrent = session.torrent(infoHash);
  await torrent?.whenOpen();
  assert.equal([...session.sharedFolders.files()].length, 1);

  // The copy that is not served goes unnoticed by those who are served.
  await Deno.remove(`${second}/a.mp4`);
  const secondView = () => session.sharedFolders.views().find((view) => view.path === second);
  await until(session, () => secondView()?.fileCount === 0, "the copy gone");
  assert.equal(session.torrent(infoHash), torrent);

  await scene.file("second/a.mp4", { length: 50_000 });
  await until(session, () => secondView()?.fileCount === 1, "the copy back");
  await Deno.remove(`${first}/a.mp4`);
  await until(session, () => session.sharedFolders.file(infoHash)?.path === `${second}/a.mp4`, "served from the copy");
  assert.equal(session.sharedTorrents.file(infoHash)?.path, `${second}/a.mp4`);
});

Deno.test("a folder that was removed while the mode changes stays removed", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await scene.file("films/a.mp4", { length: 50_000 });
  await using session = await scene.session("peer");
  await share(session, folder, ["a.mp4"]);
  const [row] = session.sharedFolders.rows;
  assert.ok(row !== undefined);
  const changing = session.sharedFolders.setMode("audio");
  assert.equal(session.sharedFolders.add(folder), row, "it is shared all the while");
  assert.equal(await session.sharedFolders.remove(row.id), true);
  await changing;
  assert.deepEqual(session.sharedFolders.rows, []);
  assert.deepEqual([...session.sharedFolders.files()], []);
  assert.equal(await session.sharedFolders.remove(row.id), false);
});

Deno.test("a file that is found changed while it is served is looked at again", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await scene.file("films/a.mp4", { length: 50_000 });
  await using session = await scene.session("peer");
  const [file] = await share(session, folder, ["a.mp4"]);
  const infoHash = file?.metainfo.info.infoHash;
  assert.ok(infoHash !== undefined);
  await scene.file("films/a.mp4", { length: 50_000, seed: 2 });
  session.sharedFolders.invalidate(`${folder}/a.mp4`);
  const now = () => [...session.sharedFolders.files()].map((shared) => shared.metainfo.info.infoHash);
  await until(session, () => now().length === 1 && now()[0] !== infoHash, "the new content");
  assert.equal(session.sharedTorrents.has(infoHash), false);
});
