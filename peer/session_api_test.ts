import assert from "node:assert/strict";
import { Scene, share, until, untilListed } from "../tests/session_scene.ts";
import { encodeMetainfo } from "../shared/metainfo.ts";
import { RequestError } from "./api/request_error.ts";
import { SessionApi } from "./session_api.ts";

const LENGTH = 700_000;
const never = () => new AbortController().signal;
const refused = (status: number) => (error: unknown) => error instanceof RequestError && error.status === status;

/** A seeder with one shared film, and its API. */
async function shareFilm(scene: Scene) {
  const folder = await scene.folder("films");
  const bytes = await scene.file("films/Film.mp4", { length: LENGTH });
  const session = await scene.session("seeder");
  const api = new SessionApi(session);
  const [file] = await share(session, folder, ["Film.mp4"]);
  assert.ok(file !== undefined);
  await untilListed(scene, file.metainfo.info.infoHash);
  return { session, api, file, bytes, infoHash: file.metainfo.info.infoHash };
}

Deno.test("a shared file at rest is one view, the same object until something changes", async () => {
  await using scene = await Scene.create();
  const { session, api, infoHash } = await shareFilm(scene);
  await using _session = session;
  await using _api = api;
  const [view] = api.torrents();
  assert.ok(view !== undefined);
  assert.equal(view.state, "seeding");
  assert.equal(view.isShare, true);
  assert.equal(view.verifiedBytes, LENGTH);
  assert.equal(api.torrents()[0], view);
  assert.equal(api.shares()[0], api.shares()[0]);

  const details = api.torrent(infoHash);
  assert.equal(details?.pieceMap, "##");
  // Playing wakes it; what is shown stays the same.
  const media = api.mediaFile(infoHash, 0);
  assert.equal(media?.contentType, "video/mp4");
  assert.equal(api.torrents()[0]?.state, "checking");
  await session.torrent(infoHash)?.whenOpen();
  const awake = api.torrents()[0];
  assert.equal(awake?.state, "seeding");
  assert.equal(api.torrents()[0], awake);
  assert.equal(api.mediaFile(infoHash, 1), undefined);
});

Deno.test("a download from the catalogue to its removal", async () => {
  await using scene = await Scene.create();
  const seeder = await shareFilm(scene);
  await using _seeder = seeder.session;
  await using session = await scene.session("leecher");
  await using api = new SessionApi(session, { mode: "video" });
  const query = { text: "film", sort: "name", limit: 10, filter: {} } as const;
  const before = await api.catalogue(query, { signal: never() });
  assert.equal(before.isTrackerReachable, true);
  assert.equal(before.rows[0]?.verifiedBytes, 0);

  const { infoHash } = await api.add("Film", { signal: never() });
  assert.equal(infoHash, seeder.infoHash);
  await until(api, () => api.torrents()[0]?.state === "seeding", "the download complete");
  const after = await api.catalogue(query, { signal: never() });
  assert.equal(after.rows[0]?.verifiedBytes, LENGTH);
  assert.equal(after.rows[0]?.isShare, false);
  const here = await api.catalogue({ ...query, filter: { isHere: true } }, { signal: never() });
  assert.deepEqual(here.rows.map((row) => row.infoHash), [infoHash]);
  assert.deepEqual(here.rows.map(({ name, verifiedBytes, fileCount }) => ({ name, verifiedBytes, fileCount })), [
    { name: after.rows[0]?.name, verifiedBytes: LENGTH, fileCount: 1 },
  ]);
  const away = await api.catalogue({ ...query, offset: 1, filter: { isHere: true } }, { signal: never() });
  assert.deepEqual([away.rows.length, away.totalCount], [0, 1]);
  const again = await api.add({ metainfo: encodeMetainfo(seeder.file.metainfo) }, { signal: never() });
  assert.equal(again.infoHash, infoHash);
  assert.equal(api.torrents().length, 1);
  assert.equal(api.status().downloadedBytes, LENGTH);
  assert.match(await api.metrics(), /playswarm_peer_torrents\{state="seeding"\} 1/);

  assert.equal((await api.setPaused(infoHash, true)).state, "paused");
  const paused = api.torrents()[0];
  assert.equal(api.torrents()[0], paused);
  assert.equal((await api.setPaused(infoHash, false)).state, "seeding");
  await api.remove(infoHash, { deleteFiles: true });
  assert.deepEqual(api.torrents(), []);
  await assert.rejects(api.remove(infoHash, { deleteFiles: true }), refused(404));
});

Deno.test("what a person cannot do is refused in a sentence", async () => {
  await using scene = await Scene.create();
  const { session, api, infoHash } = await shareFilm(scene);
  await using _session = session;
  await using _api = api;
  await assert.rejects(api.setPaused(infoHash, true), refused(409));
  await assert.rejects(api.remove(infoHash, { deleteFiles: false }), refused(409));
  await assert.rejects(api.addShare(session.sharedFolders.rows[0]?.path ?? ""), refused(409));
  await assert.rejects(api.removeShare(99), refused(404));
  await assert.rejects(api.add("nothing of this name", { signal: never() }), refused(404));
  await using fixed = new SessionApi(session, { mode: "audio" });
  await assert.rejects(fixed.changeSettings({ mode: "video" }), refused(409));
});

Deno.test("settings are in force at once, and told", async () => {
  await using scene = await Scene.create();
  await using session = await scene.session("peer");
  await using api = new SessionApi(session);
  let count = 0;
  using _listening = api.subscribe(() => count++);
  const settings = await api.changeSettings({ mode: "audio", downloadRate: 5000 });
  assert.deepEqual(settings, { mode: "audio", downloadRate: 5000 });
  assert.equal(session.engine.downloadLimiter.rateBytesPerSecond, 5000);
  assert.deepEqual(api.status().limits, { downloadRate: 5000 });
  assert.equal(api.mode, "audio");
  assert.ok(count > 0);
  assert.deepEqual(await api.changeSettings({ downloadRate: null }), { mode: "audio" });
  assert.equal(session.engine.downloadLimiter.rateBytesPerSecond, undefined);
});

Deno.test("an upload lands in the first share and is shared", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("music");
  await using session = await scene.session("peer");
  await using api = new SessionApi(session);
  const bytes = await Deno.readFile(new URL("../tests/fixtures/chime.mp3", import.meta.url));
  const body = () => ReadableStream.from([bytes]);
  await assert.rejects(api.upload("chime.mp3", body(), { signal: never() }), refused(409));
  const { id } = await api.addShare(folder);
  const taken = await api.upload("chime.mp3", body(), { length: bytes.length, signal: never() });
  assert.deepEqual(taken, { name: "chime.mp3", sizeBytes: bytes.length, shareId: id });
  await until(api, () => api.shares()[0]?.fileCount === 1, "the upload shared");
  assert.equal(api.torrents()[0]?.kind, "audio");
  await api.removeShare(id);
  assert.deepEqual(api.torrents(), []);
});

Deno.test("without a tracker, or with one that is away, the catalogue says so", async () => {
  await using scene = await Scene.create();
  const query = { text: "", sort: "new", limit: 10, filter: {} } as const;
  const away = await scene.session("away", { tracker: { host: "127.0.0.1", port: 1 } });
  await using _away = away;
  await using api = new SessionApi(away);
  const answer = await api.catalogue(query, { signal: never() });
  assert.equal(answer.isTrackerReachable, false);
  assert.match(answer.message ?? "", /Cannot reach the tracker/);
  await assert.rejects(api.add("some name", { signal: never() }), refused(502));
});
