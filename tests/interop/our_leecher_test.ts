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
    interopTest(`our peer downloads ${shape}, ${version}, from libtorrent`, ["libtorrent"], async (scene) => {
      const { seeder, path, torrent } = await seeding(scene, { version, files });
      const flags = ["--peer", formatEndpoint(seeder.endpoint)];
      const folders = await Promise.all([scene.download(path, flags), scene.download(torrent.magnet, flags)]);
      for (const folder of folders) await assertContent(folder, files);
    });

    interopTest(`our peer passes on ${shape}, ${version}, to libtorrent`, ["libtorrent"], async (scene) => {
      const { seeder, path, torrent } = await seeding(scene, { version, files });
      const { program } = await scene.downloader([path], ["--peer", formatEndpoint(seeder.endpoint), "--seed"]);
      const port = Number((await program.line(/^Seeding on port (\d+)/))[1]);
      await using _gone = seeder;
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

async function seeding(
  scene: Scene,
  options: { readonly version: "v1" | "v2" | "hybrid"; readonly files: readonly FilePlan[] },
): Promise<{ readonly seeder: Libtorrent; readonly path: string; readonly torrent: LibtorrentTorrent }> {
  const { version, files } = options;
  const folder = await scene.folder.folder("seeded");
  await writeContent(folder, files);
  const [top] = files[0]?.[0].split("/") ?? [];
  const path = `${scene.folder.path}/theirs.torrent`;
  const seeder = await scene.libtorrent();
  const torrent = await seeder.create({ path: `${folder}/${top}`, output: path, version, pieceLength: PIECE_LENGTH });
  await seeder.seed({ source: path, folder });
  return { seeder, path, torrent };
}
