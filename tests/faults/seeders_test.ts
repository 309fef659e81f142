import assert from "node:assert/strict";
import type { TorrentDetails } from "../../shared/dashboard_views.ts";
import { decodeMetainfo, type Metainfo } from "../../shared/metainfo.ts";
import { craftFile } from "./crafted_torrent.ts";
import { RawSeeder } from "./raw_seeder.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, KIB, MIB, PATIENCE_MS, postTorrent, type Stage, stageTest } from "./stage.ts";

stageTest("two equal seeders each give at least a quarter of the bytes", async (stage) => {
  const content = seededBytes(1, 8 * MIB);
  const share = await stage.write("films", "film.mp4", content);
  const tracker = await stage.tracker();
  const args = ["--tracker", tracker.address, "--share", share, "--upload-rate", "2000"];
  const [one, other] = await Promise.all([stage.peer("one", ...args), stage.peer("other", ...args)]);
  const { infoHash } = await one.rowWithSeeders("film.mp4", 2);

  const download = stage.download("downloads", ["film.mp4", "--tracker", tracker.address]);
  assert.equal(await download.exitCode(), 0, download.output);
  await assertFile(`${stage.folder.path}/downloads/film.mp4`, content);
  for (const seeder of [one, other]) {
    const { uploadedBytes } = await seeder.torrent(infoHash);
    assert.ok(uploadedBytes >= content.length / 4, `one gave only ${uploadedBytes} of ${content.length} bytes`);
  }
});

stageTest("hybrid: a seeder of corrupt blocks is banned, and the file is right", async (stage) => {
  const content = seededBytes(2, 6 * MIB + 12_345);
  const share = await stage.write("films", "film.mp4", content);
  const made = await stage.run("peer", ["create", `${share}/film.mp4`, "-o", `${share}/film.torrent`]);
  assert.equal(made.code, 0, made.output);
  const torrent = await Deno.readFile(`${share}/film.torrent`);
  const tracker = await stage.tracker();
  const honest = await stage.peer("honest", "--tracker", tracker.address, "--share", share, "--upload-rate", "2000");
  await honest.row("film.mp4");
  const metainfo = decodeMetainfo(torrent);
  assert.equal(metainfo.info.version, "hybrid");
  await expectBanned(stage, { torrent, metainfo, content, tracker });
});

stageTest("v1 only: a seeder of corrupt blocks is banned, and the file is right", async (stage) => {
  const content = seededBytes(3, 6 * MIB + 54_321);
  const tracker = await stage.tracker();
  const torrent = craftFile(content, { name: "film.mp4", pieceLength: 256 * KIB });
  const metainfo = decodeMetainfo(torrent);
  assert.equal(metainfo.info.version, "v1");
  const honest = stage.use(new RawSeeder({ info: metainfo.info, content, rateBytesPerSecond: 2_000_000 }));
  await honest.announce(tracker.announceUrl);
  await expectBanned(stage, { torrent, metainfo, content, tracker });
});

interface Swarm {
  readonly torrent: Uint8Array;
  readonly metainfo: Metainfo;
  readonly content: Uint8Array;
  readonly tracker: { readonly address: string; readonly announceUrl: string };
}

/** Downloads while somebody gives a wrong block in every piece. */
async function expectBanned(stage: Stage, { torrent, metainfo, content, tracker }: Swarm): Promise<void> {
  const { info } = metainfo;
  const isSpoiled = ({ piece, begin }: { piece: number; begin: number }) => begin === (piece % 4) * 16 * KIB;
  const liar = stage.use(new RawSeeder({ info, content, isSpoiled, rateBytesPerSecond: 2_000_000 }));
  await liar.announce(tracker.announceUrl);
  const leecher = await stage.peer("leecher", "--tracker", tracker.address);
  const { status } = await postTorrent(leecher, torrent);
  assert.equal(status, 201);
  await leecher.untilTorrent(info.infoHash, ({ state }) => state === "seeding", {
    timeoutMs: PATIENCE_MS,
    what: "a complete film",
  });
  await assertFile(`${leecher.downloads}/film.mp4`, content);
  const { bannedPeers } = await leecher.get<TorrentDetails>(`/api/torrents/${info.infoHash}`);
  assert.ok(liar.spoiledBytes > 0, "the liar was never asked for the blocks that it spoils");
  assert.deepEqual(bannedPeers, [liar.address]);
  // It gives half at the most, and nothing after it was found out: its requests in flight are some pieces.
  const { pieceLength } = info;
  assert.ok(liar.uploadedBytes < content.length / 2 + 4 * pieceLength, `the liar gave ${liar.uploadedBytes} bytes`);
}
