/**
 * Our peer downloads what others share: every version of torrent, of one file and of a folder, by .torrent and by magnet
 * link; and passes on what it fetched.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import type { Libtorrent, LibtorrentTorrent } from "./libtorrent.ts";
import { interopTest, type Scene } from "./scene.ts";

const PIECE_LENGTH = 65_536;

/** One file, whose last piece and last block are short. */
const FILM: readonly FilePlan[] = [["film.mkv", 3 * MIB + 12_345]];

/** Enough to fill the pipeline many times. */
const LONG_FILM: readonly FilePlan[] = [["long film.mp4", 64 * MIB + 1]];

/** Of its 7 pieces: so many are enough to have been given some, and given some. */
const PIECES_SEEN = 5;

/** Lengths around every edge: of blocks, of pieces, none at all; names that sort one way in bytes and another in trees. */
const ALBUM: readonly FilePlan[] = [
  ["album/a song.flac", 2 * MIB],
  ["album/a/first.flac", MIB + 1],
  ["album/a/second.flac", PIECE_LENGTH],
  ["album/a/third.flac", PIECE_LENGTH - 1],
  ["album/cover.jpg", 16_384],
  ["album/empty.txt", 0],
  ["album/größe.txt", 1],
  ["album/z.flac", 3 * PIECE_LENGTH + 16_385],
];

for (const version of ["v1", "v2", "hybrid"] as const) {
  for (const [shape, files] of [["one file", FILM], ["a folder", ALBUM]] as const) {
    const name = `our peer downloads ${shape}, ${version}, from libtorrent and passes it on`;
    interopTest(name, ["libtorrent"], async (scene) => {
      const { seeder, path, torrent } = await seeding(scene, { version, files });
      const flags = ["--peer", formatEndpoint(seeder.endpoint)];
      const byMagnet = scene.download(torrent.magnet, flags);
      const byFile = await scene.downloader([path], [...flags, "--seed"]);
      const port = Number((await byFile.program.line(/^Seeding on port (\d+)/))[1]);
      await assertContent(byFile.folder, files);
      await assertContent(await byMagnet, files);

      await seeder[Symbol.asyncDispose]();
      const folder = await scene.folder.folder("passed-on");
      const leecher = await scene.libtorrent();
      const peers = [{ host: "127.0.0.1", port }];
      const transfer = await leecher.add({ source: torrent.magnet, folder, peers });
      await transfer.finished();
      await assertContent(folder, files);
      assert.equal(transfer.noteCount("hash_failed_alert"), 0);
    });
  }
}

interopTest(
  "our peer downloads 64 MiB from libtorrent, which it hears of from the tracker",
  ["libtorrent"],
  async (scene) => {
    const tracker = await scene.tracker();
    const { path } = await seeding(scene, { version: "hybrid", files: LONG_FILM, trackers: [tracker.httpUrl] });
    await assertContent(await scene.download(path, []), LONG_FILM);
  },
);

interopTest(
  "our peer downloads from aria2, which it hears of from the tracker",
  ["aria2", "libtorrent"],
  async (scene) => {
    const tracker = await scene.tracker();
    const folder = await scene.folder.folder("seeded");
    await writeContent(folder, FILM);
    const path = `${scene.folder.path}/theirs.torrent`;
    const maker = await scene.libtorrent();
    const trackers = [tracker.udpUrl];
    await maker.create({ path: `${folder}/film.mkv`, output: path, version: "v1", trackers });
    scene.aria2({ source: path, folder, seeds: true });
    await assertContent(await scene.download(path, ["--tracker", tracker.address]), FILM);
  },
);

interopTest(
  "our peer and a libtorrent leecher help one another while a seeder is slow",
  ["libtorrent"],
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
    await transfer.havePieces(PIECES_SEEN);
    const { peers, uploadedBytes } = await transfer.stats();
    await transfer.finished();
    await assertContent(folder, FILM);
    await assertContent(await ours, FILM);
    const fromUs = peers.filter(({ port, downloadedBytes }) => port !== share.endpoint.port && downloadedBytes > 0);
    assert.equal(fromUs.length, 1, `libtorrent has nothing from our leecher: ${JSON.stringify(peers)}`);
    assert.ok(uploadedBytes > 0, `libtorrent gave nothing to our leecher: ${JSON.stringify(peers)}`);
  },
);

async function seeding(
  scene: Scene,
  options: {
    readonly version: "v1" | "v2" | "hybrid";
    readonly files: readonly FilePlan[];
    readonly trackers?: readonly string[];
  },
): Promise<{ readonly seeder: Libtorrent; readonly path: string; readonly torrent: LibtorrentTorrent }> {
  const { version, files, trackers = [] } = options;
  const folder = await scene.folder.folder("seeded");
  await writeContent(folder, files);
  const [top] = files[0]?.[0].split("/") ?? [];
  const path = `${scene.folder.path}/theirs.torrent`;
  const seeder = await scene.libtorrent();
  const torrent = await seeder.create({
    path: `${folder}/${top}`,
    output: path,
    version,
    trackers,
    pieceLength: PIECE_LENGTH,
  });
  await seeder.seed({ source: path, folder });
  return { seeder, path, torrent };
}
