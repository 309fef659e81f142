/**
 * Others download what our peer shares: found by announces of either kind, by .torrent and by magnet link.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import { interopTest, type RunningShare, type RunningTracker, type Scene } from "./scene.ts";

const FILM: FilePlan = ["film.mp4", 3 * MIB + 12_345];
const LONG_FILM: FilePlan = ["long film.mp4", 64 * MIB + 1];

interopTest("libtorrent downloads from our peer, by UDP announces", ["libtorrent"], async (scene) => {
  const { tracker, folder } = await sharing(scene, FILM);
  const torrent = await scene.create(`${folder}/${FILM[0]}`, { announceUrl: tracker.udpUrl });
  await downloadByLibtorrent(scene, { source: torrent, files: [FILM] });
});

interopTest("libtorrent downloads from our peer, by HTTP announces", ["libtorrent"], async (scene) => {
  const { tracker, folder } = await sharing(scene, FILM);
  const torrent = await scene.create(`${folder}/${FILM[0]}`, { announceUrl: tracker.httpUrl });
  await downloadByLibtorrent(scene, { source: torrent, files: [FILM] });
});

interopTest("libtorrent downloads 64 MiB by the magnet link that our peer prints", ["libtorrent"], async (scene) => {
  const { share } = await sharing(scene, LONG_FILM);
  const { seconds } = await downloadByLibtorrent(scene, {
    source: await share.magnet(LONG_FILM[0]),
    files: [LONG_FILM],
  });
  console.log(`libtorrent from us: ${Math.round(LONG_FILM[1] / 1e6 / seconds)} MB/s, announce and connecting included`);
});

interopTest(
  "aria2 downloads from our peer: by UDP and HTTP announces, by its magnet link",
  ["aria2"],
  async (scene) => {
    const { tracker, share, folder } = await sharing(scene, FILM);
    const file = `${folder}/${FILM[0]}`;
    const sources = [
      await scene.create(file, { announceUrl: tracker.udpUrl }),
      await scene.create(file, { announceUrl: tracker.httpUrl }),
      await share.magnet(FILM[0]),
    ];
    const downloads = sources.map(async (source, index) => {
      const fetched = await scene.folder.folder(`fetched-${index}`);
      await scene.aria2Download({ source, folder: fetched });
      await assertContent(fetched, [FILM]);
    });
    await Promise.all(downloads);
  },
);

/** A tracker and our peer that shares one file there, announced. */
async function sharing(
  scene: Scene,
  file: FilePlan,
): Promise<{ readonly tracker: RunningTracker; readonly share: RunningShare; readonly folder: string }> {
  const folder = await scene.folder.folder("shared");
  await writeContent(folder, [file]);
  const tracker = await scene.tracker();
  const share = await scene.share(folder, { tracker });
  await share.magnet(file[0]);
  return { tracker, share, folder };
}

async function downloadByLibtorrent(
  scene: Scene,
  options: { readonly source: string; readonly files: readonly FilePlan[] },
): Promise<{ readonly seconds: number }> {
  const client = await scene.libtorrent();
  const folder = await scene.folder.folder("fetched");
  const transfer = await client.add({ source: options.source, folder });
  const finished = await transfer.finished();
  await assertContent(folder, options.files);
  assert.equal(transfer.noteCount("hash_failed_alert"), 0);
  assert.equal(transfer.noteCount("peer_error_alert"), 0);
  return finished;
}
