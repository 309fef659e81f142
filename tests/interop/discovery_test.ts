/**
 * Without a tracker: our peer and libtorrent tell one another of a third (BEP 11), and find one another by multicast
 * (BEP 14). On a network of their own, as machines of one house are.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { askUntil } from "./asking.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import type { LibtorrentOptions, LibtorrentPeer, LibtorrentTransfer } from "./libtorrent.ts";
import { interopTest, type Scene } from "./scene.ts";

const FILM: readonly [FilePlan] = [["film.mkv", 4 * MIB + 12_345]];

/** Bytes a second: whoever is held to this has next to nothing to give within a test. */
const SLOW = 20_000;

await interopTest("our peer learns of a seeder from libtorrent", [libtorrent], async (scene) => {
  const { seeder, seeding, torrent } = await seed(scene);
  const other = await scene.libtorrent();
  const helper = await other.add({
    source: torrent,
    folder: await scene.folder.folder("slow"),
    downloadLimit: SLOW,
    peers: [seeder.endpoint],
  });
  await connected(helper);
  const fetched = await scene.download(torrent, ["--peer", formatEndpoint(other.endpoint)]);
  await assertContent(fetched, FILM);
  const { doneBytes } = await helper.stats();
  assert.ok(doneBytes < FILM[0][1], "libtorrent could have given everything itself");
  assert.ok((await seeding.stats()).uploadedBytes > FILM[0][1] / 2, "the seeder was not found");
}, { isNetwork: true });

await interopTest("libtorrent learns of a seeder from our peer", [libtorrent], async (scene) => {
  const { seeder, seeding, torrent } = await seed(scene);
  const ours = { host: scene.host, port: 6881 };
  const flags = ["--port", String(ours.port), "--download-rate", String(SLOW / 1000)];
  const { program } = await scene.downloader([torrent], [...flags, "--peer", formatEndpoint(seeder.endpoint)]);
  await connected(seeding);
  const other = await scene.libtorrent();
  const folder = await scene.folder.folder("fetched");
  const transfer = await other.add({ source: torrent, folder, peers: [ours] });
  await transfer.finished();
  await assertContent(folder, FILM);
  assert.equal(program.hasEnded, false, "our peer could have given everything itself");
  // Either of the two may have dialled the other: both were told.
  const given = Object.entries((await transfer.stats()).givenBytes).filter(([peer]) =>
    !peer.startsWith(`${scene.host}:`)
  );
  const sum = given.reduce((sum, [, bytes]) => sum + bytes, 0);
  assert.ok(sum > FILM[0][1] / 2, "the seeder was not found");
}, { isNetwork: true });

const LAN = { settings: { enable_lsd: true } };

await interopTest("our peer finds a libtorrent seeder by multicast", [libtorrent], async (scene) => {
  const { torrent } = await seed(scene, LAN);
  await assertContent(await scene.download(torrent, []), FILM);
}, { isNetwork: true, isLan: true });

await interopTest("libtorrent finds our seeder by multicast", [libtorrent], async (scene) => {
  const shared = await scene.folder.folder("shared");
  await writeContent(shared, FILM);
  const torrent = await scene.create(`${shared}/${FILM[0][0]}`);
  await scene.seed(torrent, shared);
  const other = await scene.libtorrent(LAN);
  const folder = await scene.folder.folder("fetched");
  const transfer = await other.add({ source: torrent, folder });
  await transfer.finished();
  await assertContent(folder, FILM);
}, { isNetwork: true, isLan: true });

/** A libtorrent that has the film, and a .torrent of it without a tracker. */
async function seed(scene: Scene, options: LibtorrentOptions = {}) {
  const folder = await scene.folder.folder("seeded");
  await writeContent(folder, FILM);
  const torrent = `${scene.folder.path}/film.torrent`;
  const seeder = await scene.libtorrent(options);
  await seeder.create({ path: `${folder}/${FILM[0][0]}`, output: torrent, version: "hybrid" });
  return { seeder, seeding: await seeder.seed({ source: torrent, folder }), torrent };
}

/** Waits until somebody has taken or given something. */
async function connected(transfer: LibtorrentTransfer): Promise<void> {
  const isBusy = (peer: LibtorrentPeer) => peer.downloadedBytes + peer.uploadedBytes > 0;
  await askUntil(async () => (await transfer.stats()).peers.find(isBusy));
}
