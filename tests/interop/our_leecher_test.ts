/**
 * Our peer downloads much, and shares a swarm with another leecher.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { askUntil } from "./asking.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import { interopTest } from "./scene.ts";

/** Sixteen pieces of 512 KiB and a short one. */
const FILM: readonly [FilePlan] = [["film.mkv", 8 * MIB + 12_345]];

/** What our peer makes of a file of this size. */
const PIECE_LENGTH = 524_288;

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
    const torrent = await scene.create(`${shared}/${FILM[0][0]}`, { announceUrl: tracker.httpUrl });
    // The two know one another before there is anything to fetch, so each piece that the seeder gives to one of them is
    // there for the other long before the seeder could give it once more.
    const ours = await scene.downloader([torrent], []);
    const client = await scene.libtorrent();
    const folder = await scene.folder.folder("fetched");
    const transfer = await client.add({ source: torrent, folder });
    await askUntil(async () => (await transfer.stats()).peers.find(({ client }) => client !== ""));
    const share = await scene.share(shared, { tracker, flags: ["--upload-rate", "1000"] });
    await transfer.finished();
    const { givenBytes } = await transfer.stats();
    assert.equal(await ours.program.exitCode(), 0, "peer download failed");
    await assertContent(folder, FILM);
    await assertContent(ours.folder, FILM);
    const others = Object.entries(givenBytes).filter(([peer]) => peer !== formatEndpoint(share.endpoint));
    assert.ok(others.some(([, bytes]) => bytes > PIECE_LENGTH), "libtorrent has no piece from our leecher");
    assert.ok((await transfer.stats()).uploadedBytes > 0, "libtorrent gave nothing to our leecher");
  },
);
