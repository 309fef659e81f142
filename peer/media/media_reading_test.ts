import assert from "node:assert/strict";
import { infoHash } from "../../shared/ids.ts";
import { mediaKindByName } from "../../shared/media_kind.ts";
import { MemoryBytes } from "./memory_bytes.ts";
import { readMedia } from "./media_reading.ts";

const never = new AbortController().signal;

function fileOf(name: string, bytes: MemoryBytes) {
  return { infoHash: infoHash(new Uint8Array(20)), index: 0, name, ...mediaKindByName(name), bytes };
}

async function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(`../../tests/fixtures/${name}`, import.meta.url));
}

Deno.test("music: tags, cover and length", async () => {
  const { facts, picture } = await readMedia(fileOf("chime.mp3", new MemoryBytes(await fixture("chime.mp3"))), {
    signal: never,
  });
  assert.equal(facts.title, "Chime");
  assert.equal(facts.artist, "Playswarm");
  assert.equal(facts.album, "Samples");
  assert.equal(Math.round(facts.durationSeconds ?? 0), 10);
  assert.equal(facts.tracks?.[0]?.codec, "MP3");
  assert.equal(picture?.contentType, "image/jpeg");
});

Deno.test("a film: container, tracks and length", async () => {
  const { facts, picture } = await readMedia(fileOf("orbit.mkv", new MemoryBytes(await fixture("orbit.mkv"))), {
    signal: never,
  });
  assert.equal(picture, undefined);
  assert.deepEqual(facts, {
    container: "Matroska",
    durationSeconds: 8.023,
    tracks: [
      { number: 1, type: "video", codec: "H.264", codecString: "avc1.64000c", width: 320, height: 180 },
      { number: 1, type: "audio", codec: "AAC", codecString: "mp4a.40.2", channelCount: 2 },
    ],
  });
});

Deno.test("a film on its way here is read as its bytes come, and only the bytes that it takes", async () => {
  const content = await fixture("aurora.mp4");
  const bytes = new MemoryBytes(content, []);
  const reading = readMedia(fileOf("aurora.mp4", bytes), { signal: never });
  while (true) {
    const next = await Promise.race([reading, bytes.until(() => bytes.waiterCount > 0)]);
    if (next !== undefined) break;
    const [demand] = bytes.demands;
    assert.ok(demand !== undefined);
    bytes.verify(demand.window);
    await bytes.until(() => bytes.waiterCount === 0);
  }
  assert.equal((await reading).facts.durationSeconds, 60);
  assert.ok(bytes.windows.reduce((sum, { start, end }) => sum + end - start, 0) < content.length / 4);
  assert.equal(bytes.demands.size, 0);
});

Deno.test("damaged files, and files of other kinds, say nothing and fail nothing", async () => {
  const chime = await fixture("chime.mp3");
  const orbit = await fixture("orbit.mkv");
  const noise = new Uint8Array(5000).map((_, index) => (index * 2654435761) >>> 13);
  for (
    const [name, content] of [
      ["noise.mp3", noise],
      ["noise.mkv", noise],
      ["empty.flac", new Uint8Array(0)],
      ["short.mp3", chime.slice(0, 500)],
      ["short.mkv", orbit.slice(0, 300)],
      ["torn.mkv", new Uint8Array([...orbit.slice(0, 2000), ...noise])],
    ] as const
  ) {
    const { facts } = await readMedia(fileOf(name, new MemoryBytes(content)), { signal: never });
    assert.equal(facts.title, undefined, name);
  }
});

Deno.test("bytes that will never come are an error, not an empty file", async () => {
  const bytes = new MemoryBytes(await fixture("orbit.mkv"), []);
  const leaving = new AbortController();
  const left = readMedia(fileOf("orbit.mkv", bytes), { signal: leaving.signal });
  await bytes.until(() => bytes.waiterCount > 0);
  leaving.abort(new DOMException("left", "AbortError"));
  await assert.rejects(left, { name: "AbortError" });
  assert.equal(bytes.demands.size, 0);
});
