/**
 * Every client, every kind of torrent it knows, both ways: our peer seeds and the other downloads, then the other, started
 * anew, seeds and our peer downloads. They know of one another by our tracker alone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { libtorrent } from "./clients/libtorrent.ts";
import { CLIENTS } from "./clients.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import type { TorrentVersion } from "./client.ts";
import { interopTest, type RunningTracker, type Scene } from "./scene.ts";

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

/** What is transferred, how each side is told of it, and how it announces. */
interface Scenario {
  readonly version: TorrentVersion;
  readonly by: "torrent" | "magnet";
  readonly over: "udp" | "http";
  readonly files: readonly FilePlan[];
}

const SCENARIOS: readonly Scenario[] = [
  { version: "v1", by: "torrent", over: "udp", files: ALBUM },
  { version: "v1", by: "magnet", over: "http", files: FILM },
  { version: "v2", by: "torrent", over: "http", files: ALBUM },
  { version: "v2", by: "magnet", over: "udp", files: ALBUM },
  { version: "hybrid", by: "torrent", over: "http", files: ALBUM },
  { version: "hybrid", by: "magnet", over: "udp", files: FILM },
];

for (const kind of CLIENTS) {
  for (const scenario of SCENARIOS) {
    const { version, by, over, files } = scenario;
    if (!(by === "magnet" ? kind.magnets : kind.versions).includes(version)) continue;
    const content = files.length === 1 ? "a file" : "a folder";
    const name = `${kind.name}, both ways: ${content}, ${version} by ${by}, announced over ${over}`;
    await interopTest(name, [libtorrent, kind], async (scene, test) => {
      const seeded = await scene.folder.folder("seeded");
      await writeContent(seeded, files);
      const { path, source } = await makeTorrent(scene, {
        ...scenario,
        folder: seeded,
        tracker: await scene.tracker(),
      });
      const folder = await scene.folder.folder("theirs");
      const toThem = await test.step(`our peer to ${kind.name}`, async () => {
        await using _ours = await scene.seed(path, seeded);
        await using theirs = await scene.client(kind);
        await theirs.join({ source, folder });
      });
      assert.ok(toThem, `${kind.name} has nothing to seed`);
      await assertContent(folder, files, { lacksEmpty: !kind.makesEmptyFiles });
      await test.step(`${kind.name} to our peer`, async () => {
        await using theirs = await scene.client(kind);
        await theirs.join({ source: path, folder });
        await assertContent(await scene.download(source, []), files);
      });
    });
  }
}

/** A torrent of the files in `folder`, made by libtorrent: the path of its .torrent, and the source to join it by. */
async function makeTorrent(
  scene: Scene,
  options: Scenario & { readonly folder: string; readonly tracker: RunningTracker },
): Promise<{ readonly path: string; readonly source: string }> {
  const { version, files, folder, tracker, over, by } = options;
  const path = `${scene.folder.path}/made.torrent`;
  await using maker = await scene.libtorrent();
  const [top] = files[0]?.[0].split("/") ?? [];
  const trackers = [over === "udp" ? tracker.udpUrl : tracker.httpUrl];
  const { magnet } = await maker.create({
    path: `${folder}/${top}`,
    output: path,
    version,
    pieceLength: PIECE_LENGTH,
    trackers,
  });
  return { path, source: by === "magnet" ? magnet : path };
}
