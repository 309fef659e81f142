/**
 * What others share through our tracker, with nothing but announces, is in the catalogue; and what we make of a file is
 * what libtorrent makes of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { CataloguePage } from "../../shared/dashboard_views.ts";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import { choosePieceLength } from "../../shared/metainfo_create.ts";
import { Dashboard } from "../end_to_end/community.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { assertContent, MIB, writeContent } from "./content.ts";
import type { Libtorrent, LibtorrentTorrent } from "./libtorrent.ts";
import { interopTest, type RunningTracker, type Scene } from "./scene.ts";

/** Times of grace, one metadata fetch, and a loaded machine. */
const PATIENCE_MS = 30_000;

/** What libtorrent shares: one of each version, announced either way, of every kind. */
const SHARED = [
  { version: "hybrid", transport: "udpUrl", file: ["song.flac", 2 * MIB + 1], kind: "audio" },
  { version: "v1", transport: "httpUrl", file: ["film.mkv", MIB], kind: "video" },
  { version: "v2", transport: "udpUrl", file: ["notes.txt", 20_000], kind: "other" },
] as const;

await interopTest(
  "what libtorrent announces is in the catalogue, and fetched by its name",
  [libtorrent],
  async (scene) => {
    const tracker = await scene.tracker();
    const seeder = await scene.libtorrent();
    const folder = await scene.folder.folder("seeded");
    const torrents = new Map<string, LibtorrentTorrent>();
    for (const { version, transport, file } of SHARED) {
      await writeContent(folder, [file]);
      const output = `${scene.folder.path}/${version}.torrent`;
      const path = `${folder}/${file[0]}`;
      torrents.set(version, await seeder.create({ path, output, version, trackers: [tracker[transport]] }));
      await seeder.seed({ source: output, folder });
    }
    for (const { version, file, kind } of SHARED) {
      const entry = await listed(tracker, file[0]);
      const torrent = torrents.get(version);
      assert.equal(entry.kind, kind);
      assert.equal(entry.sizeBytes, file[1]);
      assert.equal(entry.seederCount, 1);
      assert.equal(entry.infoHash, torrent?.infoHash ?? torrent?.infoHashV2?.slice(0, 40));
      assert.equal(entry.infoHashV2, torrent?.infoHashV2);
      const [word = ""] = file[0].split(".");
      await assertContent(await scene.download(word, ["--tracker", tracker.address]), [file]);
    }
  },
);

await interopTest("our hybrid of a file has the hashes of libtorrent's hybrid", [libtorrent], async (scene) => {
  const client = await scene.libtorrent();
  for (const length of [1, 16_384, 524_288, 524_289, 3 * MIB + 12_345]) {
    await assertSameHashes(scene, { length, client });
  }
});

async function assertSameHashes(
  scene: Scene,
  options: { readonly length: number; readonly client: Libtorrent },
): Promise<void> {
  const folder = await scene.folder.folder("same");
  await writeContent(folder, [["film.mp4", options.length]]);
  const ours = await scene.create(`${folder}/film.mp4`);
  const theirs = await options.client.create({
    path: `${folder}/film.mp4`,
    output: `${scene.folder.path}/theirs.torrent`,
    version: "hybrid",
    pieceLength: choosePieceLength(options.length),
  });
  const { info } = decodeMetainfo(await Deno.readFile(ours));
  assert.deepEqual([info.infoHash, info.infoHashV2], [theirs.infoHash, theirs.infoHashV2]);
  const read = await options.client.inspect(ours);
  assert.deepEqual([read.infoHash, read.infoHashV2], [theirs.infoHash, theirs.infoHashV2], "as libtorrent reads ours");
}

/** Waits until the tracker lists a file, as its dashboard tells; then asks the public route for it. */
async function listed(tracker: RunningTracker, name: string): Promise<CataloguePage["entries"][number]> {
  const dashboard = new Dashboard(await tracker.program.dashboard(), tracker.program);
  await dashboard.until(async () => (await dashboard.files()).find((file) => file.name === name), {
    timeoutMs: PATIENCE_MS,
    what: `${name} in the catalogue`,
  });
  const response = await fetch(`http://${tracker.address}/catalogue?q=${encodeURIComponent(name)}`);
  const page: CataloguePage = await response.json();
  const entry = page.entries.find((file) => file.name === name);
  assert.ok(entry, JSON.stringify(page));
  return entry;
}
