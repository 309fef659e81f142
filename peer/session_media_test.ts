import assert from "node:assert/strict";
import type { MediaWords } from "../shared/dashboard_views.ts";
import { createHash } from "node:crypto";
import { encodeBencode } from "../shared/bencode_writer.ts";
import type { InfoHash } from "../shared/ids.ts";
import { decodeInfo } from "../shared/metainfo.ts";
import { Scene, share, until, untilComplete, untilListed } from "../tests/session_scene.ts";
import { pictureOf } from "./media/picture.ts";
import { SessionApi } from "./session_api.ts";

const fixture = (name: string) => new URL(`../tests/fixtures/${name}`, import.meta.url);

Deno.test("shared music is read once: title, length and cover are there again after a restart", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("music");
  await Deno.copyFile(fixture("chime.mp3"), `${folder}/chime.mp3`);
  const file = { index: 0, title: "Chime", artist: "Playswarm", album: "Samples" };
  const read: { infoHash: InfoHash; words: MediaWords }[] = [];
  {
    await using session = await scene.session("seeder");
    await using api = new SessionApi(session, { mode: "audio" });
    const [shared] = await share(session, folder, ["chime.mp3"]);
    assert.ok(shared !== undefined);
    const { infoHash } = shared.metainfo.info;
    const version = api.catalogueVersion();
    await until(api, () => api.media.words({ infoHash, index: 0 }).title === "Chime" && api.media.version > 0, "tags");
    const { path: _, ...view } = api.torrent(infoHash)?.files[0] ?? { path: "" };
    assert.deepEqual({ ...view, ...file }, view);
    const words = api.media.words({ infoHash, index: 0 });
    assert.match(words.picture ?? "", new RegExp(`^/api/pictures/${infoHash}/0\\?v=[0-9a-f]{8}$`));
    assert.equal(api.media.picture({ infoHash, index: 0 })?.contentType, "image/jpeg");
    assert.notEqual(api.catalogueVersion(), version);
    assert.equal(session.sharedTorrents.awake(infoHash), undefined, "reading it wakes nothing");
    read.push({ infoHash, words });
  }
  await Deno.remove(`${folder}/chime.mp3`);
  await using session = await scene.session("seeder");
  await using api = new SessionApi(session, { mode: "audio" });
  assert.equal(read.length, 1);
  for (const { infoHash, words } of read) assert.deepEqual(api.media.words({ infoHash, index: 0 }), words);
});

Deno.test("a picture that a browser took of a film is kept; one of no file is refused", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await Deno.copyFile(fixture("tide.mp4"), `${folder}/tide.mp4`);
  await using session = await scene.session("seeder");
  await using api = new SessionApi(session, { mode: "video" });
  const [shared] = await share(session, folder, ["tide.mp4"]);
  assert.ok(shared !== undefined);
  const { infoHash } = shared.metainfo.info;
  const picture = pictureOf(Uint8Array.of(0xff, 0xd8, 0xff, 1));
  assert.ok(picture !== undefined);
  assert.throws(() => api.media.keepPicture({ infoHash, index: 7 }, picture), { name: "RequestError" });
  api.media.keepPicture({ infoHash, index: 0 }, picture);
  assert.deepEqual(api.media.picture({ infoHash, index: 0 }), picture);
  await until(api, () => api.media.words({ infoHash, index: 0 }).durationSeconds === 8, "the length");
  assert.ok(api.media.words({ infoHash, index: 0 }).picture?.endsWith(picture.hash.slice(0, 8)));
});

Deno.test("a player is told of a shared film, its subtitles beside it, and how it can be had in another container", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await Deno.copyFile(fixture("orbit.mkv"), `${folder}/orbit.mkv`);
  await Deno.copyFile(fixture("aurora.srt"), `${folder}/orbit.de.srt`);
  await Deno.copyFile(fixture("aurora.srt"), `${folder}/other.srt`);
  await using session = await scene.session("seeder");
  await using api = new SessionApi(session, { mode: "video" });
  const [shared] = await share(session, folder, ["orbit.mkv"]);
  assert.ok(shared !== undefined);
  const { infoHash } = shared.metainfo.info;
  const { signal } = new AbortController();
  const description = await api.media.describe({ infoHash, index: 0 }, { signal });
  assert.equal(description?.remuxType, "video/mp4");
  assert.equal(description?.container, "Matroska");
  const url = `/api/media/${infoHash}/0/subtitles/orbit.de.srt`;
  assert.deepEqual(description?.subtitles, [{ url, label: "German", language: "de" }]);
  const subtitle = await api.media.subtitle({ infoHash, index: 0 }, { name: "orbit.de.srt", signal });
  assert.match(new TextDecoder().decode(subtitle), /Green light/);
  for (const name of ["other.srt", "../films/orbit.de.srt", "orbit.mkv"]) {
    assert.equal(await api.media.subtitle({ infoHash, index: 0 }, { name, signal }), undefined, name);
  }
});

Deno.test("the subtitles in a torrent of several files are offered with its film, and come from its peers", async () => {
  await using scene = await Scene.create();
  const [film, words] = await Promise.all(["orbit.mkv", "aurora.srt"].map((name) => Deno.readFile(fixture(name))));
  assert.ok(film !== undefined && words !== undefined);
  const info = decodeInfo(encodeBencode({
    name: "Orbit",
    "piece length": 65_536,
    pieces: sha1Pieces(Uint8Array.from([...film, ...words]), 65_536),
    files: [{ length: film.length, path: ["orbit.mkv"] }, { length: words.length, path: ["subs", "2_English.srt"] }],
  }));
  const folder = await scene.folder("seeder/downloads/Orbit/subs");
  await Deno.writeFile(`${folder}/../orbit.mkv`, film);
  await Deno.writeFile(`${folder}/2_English.srt`, words);
  const added = { infoHash: info.infoHash, name: info.name, source: info.infoHash };
  const metainfo = { info, pieceLayers: new Map<string, Uint8Array>(), trackers: [] };
  await using seeder = await scene.session("seeder");
  await untilComplete(seeder, await seeder.downloads.add({ ...added, metainfo }));

  await using leecher = await scene.session("leecher");
  await using api = new SessionApi(leecher, { mode: "video" });
  const candidates = [{ host: "127.0.0.1", port: seeder.engine.listenPort }];
  await leecher.downloads.add({ ...added, metainfo, candidates });
  const file = { infoHash: info.infoHash, index: 0 };
  const { signal } = new AbortController();
  const description = await api.media.describe(file, { signal });
  const url = `/api/media/${info.infoHash}/0/subtitles/2_English.srt`;
  assert.deepEqual(description?.subtitles, [{ url, label: "2_English" }]);
  assert.deepEqual(await api.media.subtitle(file, { name: "2_English.srt", signal }), words);
});

Deno.test("subtitles beside another's film are offered with it, fetched when chosen, and there without a tracker", async () => {
  await using scene = await Scene.create();
  const folder = await scene.folder("films");
  await Deno.copyFile(fixture("orbit.mkv"), `${folder}/orbit.mkv`);
  for (const name of ["Orbit.de.srt", "orbital.srt"]) await Deno.copyFile(fixture("aurora.srt"), `${folder}/${name}`);
  const words = await Deno.readFile(fixture("aurora.srt"));
  await using seeder = await scene.session("seeder", { mode: "video" });
  const [film, subtitles] = await share(seeder, folder, ["orbit.mkv", "Orbit.de.srt"]);
  assert.ok(film !== undefined && subtitles !== undefined);
  await untilListed(scene, film.infoHash);
  await untilListed(scene, subtitles.infoHash);
  await using leecher = await scene.session("leecher", { mode: "video" });
  await using api = new SessionApi(leecher, { mode: "video", isReadingMedia: false });
  const { signal } = new AbortController();
  const query = { text: "", sort: "name", limit: 50, filter: {} } as const;
  const { rows } = await api.catalogue(query, { signal });
  assert.deepEqual(rows.map(({ name }) => name), ["orbit.mkv"]);

  await api.add(film.infoHash, { signal });
  const file = { infoHash: film.infoHash, index: 0 };
  const expected = [{ url: `/api/media/${film.infoHash}/0/subtitles/Orbit.de.srt`, label: "German", language: "de" }];
  assert.deepEqual((await api.media.describe(file, { signal }))?.subtitles, expected);
  assert.equal(leecher.downloads.get(subtitles.infoHash), undefined, "nobody has asked for it");
  assert.deepEqual(await api.media.subtitle(file, { name: "Orbit.de.srt", signal }), words);
  assert.deepEqual(await Deno.readFile(`${leecher.downloadsFolder}/Orbit.de.srt`), words);

  await scene.tracker[Symbol.asyncDispose]();
  assert.deepEqual((await api.media.describe(file, { signal }))?.subtitles, expected);
  assert.deepEqual(await api.media.subtitle(file, { name: "Orbit.de.srt", signal }), words);
});

function sha1Pieces(bytes: Uint8Array, pieceLength: number): Uint8Array {
  const count = Math.ceil(bytes.length / pieceLength);
  const pieces = Array.from(
    { length: count },
    (_, index) => bytes.subarray(index * pieceLength, (index + 1) * pieceLength),
  );
  return Uint8Array.from(pieces.flatMap((piece) => [...createHash("sha1").update(piece).digest()]));
}
