/**
 * Others download what our peer shares, by the magnet link that it prints.
 *
 * @module
 */
import { CLIENTS } from "./clients.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import { interopTest, type RunningTracker, type Scene } from "./scene.ts";

const FILM: FilePlan = ["film.mp4", 3 * MIB + 12_345];
const LONG_FILM: FilePlan = ["long film.mp4", 64 * MIB + 1];

for (const kind of CLIENTS) {
  // What our peer shares is hybrid.
  if (!kind.versions.includes("hybrid")) continue;
  await interopTest(`${kind.name} downloads what our peer shares`, [kind], async (scene) => {
    const magnet = await sharedMagnet(scene, FILM);
    const client = await scene.client(kind);
    const folder = await scene.folder.folder("fetched");
    await client.join({ source: magnet, folder });
    await client[Symbol.asyncDispose]();
    await assertContent(folder, [FILM]);
  });
}

await interopTest("libtorrent downloads 64 MiB from our peer", [libtorrent], async (scene) => {
  const magnet = await sharedMagnet(scene, LONG_FILM);
  const client = await scene.libtorrent();
  const folder = await scene.folder.folder("fetched");
  const transfer = await client.add({ source: magnet, folder });
  const { seconds } = await transfer.finished();
  await assertContent(folder, [LONG_FILM]);
  console.log(`libtorrent from us: ${Math.round(LONG_FILM[1] / 1e6 / seconds)} MB/s, announce and connecting included`);
});

/** The magnet link of a file that our peer shares, known to a tracker. */
async function sharedMagnet(scene: Scene, file: FilePlan): Promise<string> {
  const folder = await scene.folder.folder("shared");
  await writeContent(folder, [file]);
  const tracker: RunningTracker = await scene.tracker();
  const share = await scene.share(folder, { tracker });
  return await share.magnet(file[0]);
}
