/**
 * Every client announces to our tracker over IP version 6, by UDP and by HTTP, and is seen there with what it has. Each
 * torrent knows of one announce address alone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { askUntil } from "./asking.ts";
import { libtorrent } from "./clients/libtorrent.ts";
import { CLIENTS } from "./clients.ts";
import { type FilePlan, MIB, writeContent } from "./content.ts";
import { interopTest } from "./scene.ts";

const FILM: readonly [FilePlan] = [["film.mkv", MIB]];

for (const kind of CLIENTS) {
  for (const over of ["udp", "http"] as const) {
    const answer = kind.announcesOverIpv6[over];
    const name = `${kind.name} announces over ${over} on IPv6`;
    if (answer !== "yes") {
      console.warn(`NOT TRIED, ${answer}: ${name}`);
      continue;
    }
    await interopTest(name, [libtorrent, kind], async (scene) => {
      const folder = await scene.folder.folder("seeded");
      await writeContent(folder, FILM);
      const tracker = await scene.tracker();
      const path = `${scene.folder.path}/made.torrent`;
      const maker = await scene.libtorrent();
      const trackers = [over === "udp" ? tracker.udpUrl : tracker.httpUrl];
      const { infoHash } = await maker.create({
        path: `${folder}/${FILM[0][0]}`,
        output: path,
        version: "v1",
        trackers,
      });
      const client = await scene.client(kind);
      await client.join({ source: path, folder });
      const [seen] = await askUntil(async () => {
        const clients = await tracker.clients();
        return clients.length > 0 ? clients : undefined;
      });
      assert.match(seen?.endpoint ?? "", /^\[.+\]:\d+$/);
      assert.deepEqual(seen?.files.map((file) => [file.infoHash, file.isSeeder]), [[infoHash, true]]);
    }, { isIpv6: true });
  }
}
