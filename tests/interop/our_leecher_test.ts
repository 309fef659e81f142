/**
 * Our peer downloads much, and shares a swarm with another leecher.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import { interopTest } from "./scene.ts";

/** One file, whose last piece and last block are short. */
const FILM: readonly FilePlan[] = [["film.mkv", 3 * MIB + 12_345]];

/** Enough to fill the pipeline many times. */
const LONG_FILM: readonly [FilePlan] = [["long film.mp4", 64 * MIB + 1]];

await interopTest("our peer downloads 64 MiB from libtorrent", [libtorrent], async (scene) => {
  const tracker = await scene.tracker();
  const folder = await scene.folder.folder("seeded");
  await writeContent(folder, LONG_FILM);
  const path = `${scene.folder.path}/theirs.torrent`;
  const seeder = await scene.libtorrent();
  await seeder.create({
    path: `${folder}/${LONG_FILM[0][0]}`,
    output: path,
    version: "hybrid",
    trackers: [tracker.httpUrl],
  });
  await seeder.seed({ source: path, folder });
  await assertContent(await scene.download(path, []), LONG_FILM);
});

await interopTest(
  "our peer and a libtorrent leecher help one another while a seeder is slow",
  [libtorrent],
  async (scene) => {
    const shared = await scene.folder.folder("shared");
    await writeContent(shared, FILM);
    const tracker = await scene.tracker();
    const share = await scene.share(shared, { tracker, flags: ["--upload-rate", "500"] });
    const magnet = await share.magnet("film.mkv");
    const ours = scene.download(magnet, ["--tracker", tracker.address]);
    const client = await scene.libtorrent();
    const folder = await scene.folder.folder("fetched");
    const transfer = await client.add({ source: magnet, folder });
    await transfer.finished();
    const { givenBytes, uploadedBytes } = await transfer.stats();
    await assertContent(folder, FILM);
    await assertContent(await ours, FILM);
    const others = Object.entries(givenBytes).filter(([peer]) => peer !== formatEndpoint(share.endpoint));
    assert.ok(others.some(([, bytes]) => bytes > 0), "libtorrent has nothing from our leecher");
    assert.ok(uploadedBytes > 0, "libtorrent gave nothing to our leecher");
  },
);
