import assert from "node:assert/strict";
import { Scene, until, untilComplete } from "../tests/session_scene.ts";
import { formatMagnet } from "../shared/magnet.ts";
import type { Metainfo } from "../shared/metainfo.ts";
import { resolveSource } from "./resolve.ts";
import type { Session } from "./session.ts";
import { SessionApi } from "./session_api.ts";
import { readSource } from "./source.ts";
import { type TestTorrent, testTorrent } from "./storage/test_torrent.ts";
import type { Torrent } from "./torrent.ts";
import { progressOf } from "./torrent_progress.ts";

/** Pieces of 64 KiB: in a v1 torrent the first two files share one. */
const LENGTHS = [100_000, 150_000, 200_000];

/** A session that has the whole torrent, and says where it is found. */
async function seed(scene: Scene, content: TestTorrent): Promise<Session> {
  await scene.folder("seeder/downloads/torrent");
  const folder = await scene.folder("seeder/downloads");
  for (const [index, file] of content.info.files.entries()) {
    if (!file.isPad) await Deno.writeFile(`${folder}/${file.path.join("/")}`, content.files[index] ?? new Uint8Array());
  }
  const session = await scene.session("seeder");
  const torrent = await session.downloads.add({ ...named(content.info), metainfo: metainfoOf(content) });
  await untilComplete(session, torrent);
  return session;
}

function named({ infoHash, name }: { readonly infoHash: TestTorrent["info"]["infoHash"]; readonly name: string }) {
  return { infoHash, name, source: infoHash };
}

function metainfoOf({ info, pieceLayers }: TestTorrent): Metainfo {
  return { info, pieceLayers, trackers: [] };
}

/** The indices that are no pads. */
function realFiles({ info }: TestTorrent): readonly number[] {
  return [...info.files.entries()].filter(([, file]) => !file.isPad).map(([index]) => index);
}

function wholeFiles(torrent: Torrent, content: TestTorrent): readonly number[] {
  const { storage } = torrent;
  return realFiles(content).filter((index) => storage?.fileVerifiedBytes(index) === content.info.files[index]?.length);
}

for (const version of ["v1", "v2", "hybrid"] as const) {
  Deno.test(`files of a ${version} torrent are chosen and unchosen at any time`, async () => {
    await using scene = await Scene.create();
    const content = testTorrent({ version, lengths: LENGTHS });
    await using seeder = await seed(scene, content);
    await using leecher = await scene.session("leecher");
    await using api = new SessionApi(leecher, { isReadingMedia: false });
    const { infoHash } = content.info;
    const [first = 0, second = 0, third = 0] = realFiles(content);
    const torrent = await leecher.downloads.add({
      ...named(content.info),
      metainfo: metainfoOf(content),
      wantedFiles: [second],
      candidates: [{ host: "127.0.0.1", port: seeder.engine.listenPort }],
    });
    await untilComplete(leecher, torrent);
    assert.ok(wholeFiles(torrent, content).includes(second));
    assert.ok(!wholeFiles(torrent, content).includes(third), "what was not chosen is not fetched");
    assert.deepEqual(progressOf(torrent), { wantedBytes: LENGTHS[1], verifiedBytes: LENGTHS[1] });
    assert.equal(api.setWanted(infoHash, [second]).state, "seeding");

    const view = api.setWanted(infoHash, [first, third]);
    assert.deepEqual(view.files.map(({ isWanted }) => isWanted), [true, false, true]);
    await until(leecher, () => wholeFiles(torrent, content).length === 3, "the other files");
    await untilComplete(leecher, torrent);
    const path = `${leecher.downloadsFolder}/${content.info.files[third]?.path.join("/")}`;
    assert.deepEqual(await Deno.readFile(path), content.files[third]);
    assert.throws(() => api.setWanted(infoHash, [99]), { status: 404 });
  });
}

Deno.test("a magnet link's choice holds once the metadata are here, and outlives a restart; null is all", async () => {
  await using scene = await Scene.create();
  const content = testTorrent({ version: "hybrid", lengths: LENGTHS });
  const { infoHash, infoHashV2 } = content.info;
  assert.ok(infoHashV2 !== undefined);
  await using seeder = await seed(scene, content);
  const peers = [{ host: "127.0.0.1", port: seeder.engine.listenPort }];
  const [first = 0, , third = 0] = realFiles(content);
  const magnet = formatMagnet({ infoHash, infoHashV2, trackers: [], peers, fileIndices: [third] });
  {
    await using leecher = await scene.session("leecher");
    const signal = new AbortController().signal;
    const torrent = await leecher.downloads.add(
      await resolveSource(readSource(magnet), { community: undefined, signal }),
    );
    await untilComplete(leecher, torrent);
    assert.deepEqual(wholeFiles(torrent, content), [third]);
  }
  await using leecher = await scene.session("leecher");
  const torrent = leecher.downloads.get(infoHash);
  assert.ok(torrent !== undefined);
  await torrent.whenOpen();
  assert.equal(torrent.isComplete, true);
  assert.deepEqual([torrent.isWanted(first), torrent.isWanted(third)], [false, true]);
  const more = formatMagnet({ infoHash, trackers: [], peers, fileIndices: [first] });
  const signal = new AbortController().signal;
  const again = await leecher.downloads.add(await resolveSource(readSource(more), { community: undefined, signal }));
  assert.equal(again, torrent);
  assert.deepEqual(torrent.wantedFiles, [first, third], "what a second link names is wanted too (BEP 53)");
  await until(leecher, () => wholeFiles(torrent, content).length >= 2, "the file of the second link");
  leecher.downloads.setWanted(infoHash, undefined);
  torrent.addCandidates(peers);
  await until(leecher, () => wholeFiles(torrent, content).length === 3, "all files");
});

Deno.test("a torrent's own limits hold for connections there are, and are remembered", async () => {
  await using scene = await Scene.create();
  const content = testTorrent({ version: "v1", lengths: LENGTHS });
  const { infoHash } = content.info;
  await using seeder = await seed(scene, content);
  {
    await using api = new SessionApi(seeder, { isReadingMedia: false });
    api.setTorrentRates(infoHash, { uploadRate: 100_000, downloadRate: 5_000 });
    api.setTorrentRates(infoHash, { downloadRate: null });
  }
  assert.deepEqual(seeder.downloads.get(infoHash)?.limits.rates, { uploadRate: 100_000 });
  await using leecher = await scene.session("leecher");
  const torrent = await leecher.downloads.add({
    ...named(content.info),
    metainfo: metainfoOf(content),
    candidates: [{ host: "127.0.0.1", port: seeder.engine.listenPort }],
  });
  const startedAtMs = performance.now();
  await untilComplete(leecher, torrent);
  // 450 kB at 100 kB/s; the first block and what the bucket holds come at once.
  assert.ok(performance.now() - startedAtMs > 3_000, "no limit was kept");
  await seeder[Symbol.asyncDispose]();
  await using again = await scene.session("seeder");
  assert.deepEqual(again.downloads.get(infoHash)?.limits.rates, { uploadRate: 100_000 });
});
