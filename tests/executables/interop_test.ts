import { formatEndpoint } from "../../shared/endpoint.ts";
import { assertContent, type FilePlan, MIB, writeContent } from "../interop/content.ts";
import { Scene } from "../interop/scene.ts";
import { Libtorrent } from "../interop/libtorrent.ts";
import { executableTest } from "./executables.ts";

const FILES: readonly FilePlan[] = [["film.mkv", 3 * MIB + 12_345]];

executableTest("peer download fetches a file from libtorrent", async () => {
  await using scene = await Scene.create();
  await scene.play(async () => {
    const folder = await scene.folder.folder("seeded");
    await writeContent(folder, FILES);
    const output = `${scene.folder.path}/theirs.torrent`;
    const seeder = await scene.libtorrent();
    const options = {
      path: `${folder}/film.mkv`,
      output,
      version: "hybrid",
      trackers: [],
      pieceLength: 65_536,
    } as const;
    const { magnet } = await seeder.create(options);
    await seeder.seed({ source: output, folder });
    const peer = ["--peer", formatEndpoint(seeder.endpoint)];
    await assertContent(await scene.download(output, peer), FILES);
    await assertContent(await scene.download(magnet, peer), FILES);
  });
}, { obstacle: Libtorrent.missing() });
