import assert from "node:assert/strict";
import { Scene, share, until, untilComplete, untilListed } from "../tests/session_scene.ts";
import { formatMagnet } from "../shared/magnet.ts";
import { encodeMetainfo } from "../shared/metainfo.ts";
import { truncateInfoHash } from "../shared/ids.ts";
import type { TorrentSource } from "./api/peer_session.ts";
import { resolveSource } from "./resolve.ts";
import type { Session } from "./session.ts";
import { readSource } from "./source.ts";
import type { Torrent } from "./torrent.ts";

const LENGTH = 3 * 512 * 1024 + 12_345;

async function add(session: Session, source: TorrentSource): Promise<Torrent> {
  const { community } = session;
  const signal = new AbortController().signal;
  return await session.downloads.add(await resolveSource(readSource(source), { community, signal }));
}

/** A seeder with one shared file that the tracker lists. */
async function shareFilm(scene: Scene) {
  const folder = await scene.folder("films");
  const bytes = await scene.file("films/Film One.mp4", { length: LENGTH });
  const seeder = await scene.session("seeder");
  const [file] = await share(seeder, folder, ["Film One.mp4"]);
  assert.ok(file !== undefined);
  const { info } = file.metainfo;
  await untilListed(scene, info.infoHash);
  return { seeder, file, info, bytes, folder };
}

Deno.test("a shared file is downloaded by .torrent, magnet link, info-hash and name", async (t) => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  const { info, bytes } = film;
  const { infoHash, infoHashV2 } = info;
  assert.ok(infoHashV2 !== undefined);
  const trackers = film.seeder.community?.announceUrls ?? [];
  const sources: Readonly<Record<string, TorrentSource>> = {
    "a .torrent": { metainfo: encodeMetainfo(film.file.metainfo) },
    "a magnet link": formatMagnet({ infoHash, trackers, peers: [] }),
    "an info-hash": infoHash,
    "a v2 info-hash": infoHashV2,
    "a part of the name": "film one",
  };
  for (const [name, source] of Object.entries(sources)) {
    await t.step(`by ${name}`, async () => {
      await using leecher = await scene.session(`by ${name}`);
      const torrent = await add(leecher, source);
      await untilComplete(leecher, torrent);
      assert.deepEqual(await Deno.readFile(`${leecher.downloadsFolder}/Film One.mp4`), bytes);
      assert.equal(torrent.totals.downloadedBytes, LENGTH);
      assert.equal(leecher.torrent(infoHash), torrent);
      assert.equal(leecher.torrent(truncateInfoHash(infoHashV2)), torrent);
    });
  }
});

Deno.test("a magnet link needs no tracker where it names a peer", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  for (const hashes of [{ infoHash: film.info.infoHash }, v2Only(film.info)]) {
    const peers = [{ host: "127.0.0.1", port: film.seeder.engine.listenPort }];
    await using leecher = await scene.session(`of ${hashes.infoHash}`);
    const magnet = readSource(formatMagnet({ ...hashes, trackers: [], peers }));
    const signal = new AbortController().signal;
    const torrent = await leecher.downloads.add(await resolveSource(magnet, { community: undefined, signal }));
    await untilComplete(leecher, torrent);
    assert.equal(torrent.name, "Film One.mp4");
    assert.equal(leecher.torrent(film.info.infoHash), torrent);
  }
});

function v2Only(info: { readonly infoHashV2?: Parameters<typeof truncateInfoHash>[0] }) {
  const { infoHashV2 } = info;
  assert.ok(infoHashV2 !== undefined);
  return { infoHash: truncateInfoHash(infoHashV2), infoHashV2 };
}

Deno.test("what was downloaded is found again at a restart: nothing is fetched or hashed", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  {
    await using leecher = await scene.session("leecher");
    await untilComplete(leecher, await add(leecher, film.info.infoHash));
  }
  await using leecher = await scene.session("leecher");
  const torrent = leecher.downloads.get(film.info.infoHash);
  assert.ok(torrent !== undefined);
  await torrent.whenOpen();
  assert.equal(torrent.isComplete, true);
  assert.equal(torrent.checkedBytes, 0);
  assert.equal(torrent.totals.downloadedBytes, LENGTH);
});

Deno.test("shared files are known again at a restart without being hashed", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await scene.file("films/a.mp4", { length: LENGTH });
  {
    await using seeder = await scene.session("seeder");
    await share(seeder, folder, ["a.mp4"]);
  }
  await using seeder = await scene.session("seeder");
  const hashed: string[] = [];
  using _listening = seeder.subscribe(() => {
    for (const { hashing } of seeder.sharedFolders.views()) {
      hashed.push(...(hashing === undefined ? [] : [hashing.name]));
    }
  });
  const isShared = () => [...seeder.sharedFolders.files()].length === 1;
  await until(seeder, isShared, "the file shared again");
  assert.deepEqual(hashed, []);
});

Deno.test("a paused download has no peers, and goes on where it was", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  const { infoHash } = film.info;
  {
    await using leecher = await scene.session("leecher", { downloadRate: 400_000 });
    const torrent = await add(leecher, infoHash);
    // Piece by piece, in an order of the picker's own.
    const { signal } = new AbortController();
    await Promise.any([0, 1, 2, 3].map((piece) => torrent.whenReadable(piece * 512 * 1024, { signal })));
    assert.equal(torrent.isComplete, false);
    await leecher.downloads.setPaused(infoHash, true);
    assert.equal(torrent.phase, "paused");
    assert.deepEqual(leecher.engine.announcer.status(infoHash), []);
  }
  await using leecher = await scene.session("leecher");
  const torrent = leecher.downloads.get(infoHash);
  assert.ok(torrent !== undefined);
  await torrent.whenOpen();
  assert.equal(torrent.phase, "paused");
  const { verifiedBytes, totals } = torrent;
  assert.ok(verifiedBytes > 0);
  await leecher.downloads.setPaused(infoHash, false);
  await untilComplete(leecher, torrent);
  assert.deepEqual(await Deno.readFile(`${leecher.downloadsFolder}/Film One.mp4`), film.bytes);
  // What was verified is not fetched again.
  assert.equal(torrent.totals.downloadedBytes - totals.downloadedBytes, LENGTH - verifiedBytes);
});

Deno.test("a magnet that is paused and resumed before its metadata come is announced once", async () => {
  await using scene = await Scene.create();
  await using leecher = await scene.session("leecher");
  const torrent = await add(leecher, "c".repeat(40));
  torrent.pause();
  torrent.resume();
  assert.equal(torrent.phase, "fetching-metadata");
  const urls = leecher.engine.announcer.status(torrent.infoHash).map((tracker) => tracker.url);
  assert.deepEqual(urls, leecher.community?.announceUrls);
});

Deno.test("removing a download keeps its files, or deletes them when asked", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  const { infoHash } = film.info;
  await using leecher = await scene.session("leecher");
  const path = `${leecher.downloadsFolder}/Film One.mp4`;
  await untilComplete(leecher, await add(leecher, infoHash));
  await leecher.downloads.remove(infoHash, { deleteFiles: false });
  assert.equal(leecher.torrent(infoHash), undefined);
  assert.equal((await Deno.stat(path)).size, LENGTH);
  await Deno.remove(path);

  await untilComplete(leecher, await add(leecher, infoHash));
  // Added again before the removal has ended, it waits for that and starts from nothing.
  const removing = leecher.downloads.remove(infoHash, { deleteFiles: true });
  const again = await add(leecher, infoHash);
  await removing;
  assert.equal(leecher.downloads.get(infoHash), again);
  await untilComplete(leecher, again);
  await leecher.downloads.remove(infoHash, { deleteFiles: true });
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("a download whose folder is shared is served once, and shared when the download is removed", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  const { infoHash } = film.info;
  await using leecher = await scene.session("leecher");
  await untilComplete(leecher, await add(leecher, infoHash));
  await share(leecher, leecher.downloadsFolder, ["Film One.mp4"]);
  assert.equal(leecher.sharedTorrents.has(infoHash), false);
  await leecher.downloads.remove(infoHash, { deleteFiles: false });
  assert.equal(leecher.sharedTorrents.has(infoHash), true);
});

Deno.test("a reader that waits is woken by the bytes that it demands", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  await using _seeder = film.seeder;
  await using leecher = await scene.session("leecher");
  const torrent = await add(leecher, film.info.infoHash);
  const offset = LENGTH - 1000;
  using _demand = torrent.demand({ start: offset, end: LENGTH });
  await torrent.whenReadable(offset, { signal: new AbortController().signal });
  const tail = new Uint8Array(1000);
  assert.equal(torrent.readInto(offset, tail), 1000);
  assert.deepEqual(tail, film.bytes.subarray(offset));

  const waiting = new AbortController();
  const nobodyHasIt = await add(leecher, "d".repeat(40));
  const waits = nobodyHasIt.whenReadable(0, { signal: waiting.signal });
  const removed = assert.rejects(nobodyHasIt.whenReadable(0, { signal: new AbortController().signal }), /was removed/);
  waiting.abort(new Error("the player left"));
  await assert.rejects(waits, /the player left/);
  await leecher.downloads.remove(nobodyHasIt.infoHash, { deleteFiles: false });
  await removed;
});

Deno.test("a session opens with the mode that was remembered", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("media");
  await Deno.copyFile(new URL("../tests/fixtures/chime.mp3", import.meta.url), `${folder}/chime.mp3`);
  await Deno.copyFile(new URL("../tests/fixtures/tide.mp4", import.meta.url), `${folder}/tide.mp4`);
  {
    await using session = await scene.session("peer");
    session.settings.set("peer", { mode: "audio", uploadRate: 1234 });
  }
  await using session = await scene.session("peer", { uploadRate: 5000 });
  assert.deepEqual(session.startSettings, { mode: "audio", uploadRate: 5000 });
  assert.equal(session.engine.uploadLimiter.rateBytesPerSecond, 5000);
  await share(session, folder, ["chime.mp3"]);
  await session.sharedFolders.setMode("video");
  await until(session, () => [...session.sharedFolders.files()].some((file) => file.kind === "video"), "the video");
  assert.deepEqual([...session.sharedFolders.files()].map((file) => file.kind), ["video"]);
  assert.equal(session.sharedFolders.rows.length, 1);
});

Deno.test("files that were there before their torrent are seeded, not fetched again, also after a restart", async () => {
  await using scene = await Scene.create();
  const film = await shareFilm(scene);
  const metainfo = encodeMetainfo(film.file.metainfo);
  await film.seeder[Symbol.asyncDispose]();
  const folder = await scene.folder("again/downloads");
  await Deno.writeFile(`${folder}/Film One.mp4`, film.bytes);
  {
    await using first = await scene.session("again");
    await untilComplete(first, await add(first, { metainfo }));
  }
  await using second = await scene.session("again");
  const torrent = second.torrent(film.info.infoHash);
  assert.ok(torrent !== undefined);
  await untilComplete(second, torrent);
  assert.equal(torrent.checkedBytes, 0, "what was verified once is believed");

  await using leecher = await scene.session("leecher");
  await untilComplete(leecher, await add(leecher, { metainfo }));
  assert.equal(torrent.totals.uploadedBytes, LENGTH);
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["Film One.mp4"]);
});
