import assert from "node:assert/strict";
import { Scene, share } from "../tests/session_scene.ts";
import { SharedTorrents } from "./shared_torrents.ts";

const REST_AFTER_MS = 30_000;

/** Shared torrents beside a session, whose parts they use, with a clock of their own. */
async function open(scene: Scene) {
  const folder = await scene.folder("films");
  await scene.file("films/a.mp4", { length: 100_000 });
  const session = await scene.session("peer");
  const [file] = await share(session, folder, ["a.mp4"]);
  assert.ok(file !== undefined);
  const { infoHash } = file.metainfo.info;
  // From here on it is announced by the ones that are tested.
  session.sharedTorrents.remove(infoHash);
  const clock = { now: 0 };
  const changes: string[] = [];
  const torrents = new SharedTorrents({
    engine: { ...session.engine, now: () => clock.now },
    trackers: [],
    onBroken: (path) => session.sharedFolders.invalidate(path),
    onChange: (changed) => changes.push(changed),
  });
  return { session, torrents, file, infoHash, clock, changes };
}

Deno.test("a shared torrent rests until it is wanted, and again when nobody is left", async () => {
  await using scene = await Scene.create();
  const { session, torrents, file, infoHash, clock, changes } = await open(scene);
  await using _session = session;
  await using _torrents = torrents;
  torrents.add(file);
  assert.equal(torrents.awake(infoHash), undefined);
  assert.deepEqual(changes, [infoHash]);

  const torrent = torrents.wake(infoHash);
  assert.ok(torrent !== undefined);
  assert.equal(torrents.wake(infoHash), torrent);
  await torrent.whenOpen();
  assert.equal(torrent.isComplete, true);
  assert.equal(torrent.checkedBytes, 0);

  const demand = torrent.demand({ start: 0, end: 1000 });
  clock.now += REST_AFTER_MS + 1;
  torrents.tick();
  clock.now += REST_AFTER_MS;
  torrents.tick();
  assert.equal(torrents.awake(infoHash), torrent, "one that is read does not rest");
  demand[Symbol.dispose]();
  torrents.tick();
  assert.equal(torrents.awake(infoHash), torrent);
  clock.now += REST_AFTER_MS + 1;
  torrents.tick();
  assert.equal(torrents.awake(infoHash), undefined);
  assert.notEqual(torrents.wake(infoHash), torrent);
});

Deno.test("what was uploaded is counted across rests, and told once", async () => {
  await using scene = await Scene.create();
  const { session, torrents, file, infoHash, clock, changes } = await open(scene);
  await using _session = session;
  await using _torrents = torrents;
  torrents.add(file);
  const torrent = torrents.wake(infoHash);
  await torrent?.whenOpen();
  torrent?.onUploaded(16_384);
  clock.now += REST_AFTER_MS + 1;
  torrents.tick();
  torrents.wake(infoHash)?.onUploaded(100);
  assert.deepEqual(torrents.totals(infoHash), { uploadedBytes: 16_484, downloadedBytes: 0 });
  changes.length = 0;
  torrents.tellUploads();
  torrents.tellUploads();
  assert.deepEqual(changes, [infoHash]);
  await torrents.wake(infoHash)?.whenOpen();
});

Deno.test("one that is removed is served no more", async () => {
  await using scene = await Scene.create();
  const { session, torrents, file, infoHash } = await open(scene);
  await using _session = session;
  await using _torrents = torrents;
  torrents.add(file);
  torrents.wake(infoHash);
  torrents.remove(infoHash);
  assert.equal(torrents.has(infoHash), false);
  assert.equal(torrents.wake(infoHash), undefined);
  torrents.add(file);
  assert.equal(torrents.has(infoHash), true);
});
