/**
 * Those who insist on encrypted connections (Message Stream Encryption): they fetch from our peer and our peer from them.
 *
 * @module
 */
import { formatEndpoint } from "../../shared/endpoint.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { CLIENTS } from "./clients.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "./content.ts";
import { ENCRYPTED } from "./libtorrent.ts";
import { interopTest } from "./scene.ts";

const FILM: readonly [FilePlan] = [["film.mkv", 3 * MIB + 12_345]];

for (const kind of CLIENTS) {
  await interopTest(`${kind.name} insists on encryption, both ways`, [libtorrent, kind], async (scene, test) => {
    const seeded = await scene.folder.folder("seeded");
    await writeContent(seeded, FILM);
    const tracker = await scene.tracker();
    const path = `${scene.folder.path}/film.torrent`;
    const maker = await scene.libtorrent();
    const [[name]] = FILM;
    await maker.create({ path: `${seeded}/${name}`, output: path, version: "v1", trackers: [tracker.httpUrl] });
    const folder = await scene.folder.folder("theirs");
    await test.step(`our peer to ${kind.name}`, async () => {
      await using _ours = await scene.seed(path, seeded);
      await using theirs = await scene.client(kind, { requiresEncryption: true });
      await theirs.join({ source: path, folder });
    });
    await assertContent(folder, FILM);
    await test.step(`${kind.name} to our peer`, async () => {
      await using theirs = await scene.client(kind, { requiresEncryption: true });
      await theirs.join({ source: path, folder });
      await assertContent(await scene.download(path, []), FILM);
    });
  });
}

/** What libtorrent allows after the handshake: the content as it is where both agree, or encrypted in any case. */
const LEVELS = [["handshake", 3], ["stream", 2]] as const;

for (const [what, allowed_enc_level] of LEVELS) {
  const settings = { ...ENCRYPTED, allowed_enc_level };
  await interopTest(
    `our peer dials, and is dialled by, a libtorrent with an encrypted ${what}`,
    [libtorrent],
    async (scene) => {
      const seeded = await scene.folder.folder("seeded");
      await writeContent(seeded, FILM);
      const torrent = `${scene.folder.path}/film.torrent`;
      const seeder = await scene.libtorrent({ settings });
      await seeder.create({ path: `${seeded}/${FILM[0][0]}`, output: torrent, version: "hybrid" });
      await seeder.seed({ source: torrent, folder: seeded });
      // Nobody has a tracker: the one that is told of the other dials.
      const flags = ["--peer", formatEndpoint(seeder.endpoint)];
      await assertContent(await scene.download(torrent, flags), FILM);
      const share = await scene.share(seeded, {});
      const leecher = await scene.libtorrent({ settings });
      const folder = await scene.folder.folder("fetched");
      const transfer = await leecher.add({ source: await share.magnet(FILM[0][0]), folder, peers: [share.endpoint] });
      await transfer.finished();
      await assertContent(folder, FILM);
    },
  );
}
