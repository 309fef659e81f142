import assert from "node:assert/strict";
import type { MediaWords } from "../shared/dashboard_views.ts";
import type { InfoHash } from "../shared/ids.ts";
import { Scene, share, until } from "../tests/session_scene.ts";
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
