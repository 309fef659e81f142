import assert from "node:assert/strict";
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import { Hono } from "hono";
import { infoHash } from "../../shared/ids.ts";
import type { MediaFile } from "./media_file.ts";
import { MemoryBytes, sampleContent } from "./memory_bytes.ts";
import { remux } from "./remux.ts";
import { remuxRoute } from "./remux_route.ts";

const never = new AbortController().signal;

async function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(`../../tests/fixtures/${name}`, import.meta.url));
}

/** The packets of a film's tracks: when each is shown, and its bytes. */
async function packetsOf(content: Uint8Array) {
  using input = new Input({ source: new BufferSource(content), formats: ALL_FORMATS });
  const tracks = await input.getTracks();
  return await Promise.all(tracks.map(async (track) => {
    const packets: { readonly timestamp: number; readonly data: Uint8Array }[] = [];
    for await (const { timestamp, data } of new EncodedPacketSink(track).packets()) packets.push({ timestamp, data });
    return { type: track.type, codec: await track.getCodec(), packets };
  }));
}

async function bytesOf(stream: ReadableStream<Uint8Array> | undefined): Promise<Uint8Array> {
  assert.ok(stream !== undefined);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

for (const type of ["video/mp4", "video/webm"] as const) {
  Deno.test(`every packet of a Matroska film is in ${type}, at its time`, async () => {
    const content = await fixture(type === "video/mp4" ? "orbit.mkv" : "meadow.webm");
    const bytes = new MemoryBytes(content);
    let endCount = 0;
    const stream = await remux(bytes, {
      ...{ fromSeconds: 0, audioTrack: 1, type, signal: never },
      onEnd: () => endCount++,
    });
    const [before, after] = [await packetsOf(content), await packetsOf(await bytesOf(stream))];
    assert.deepEqual(after.map(({ type, codec }) => [type, codec]), before.map(({ type, codec }) => [type, codec]));
    for (const [index, track] of before.entries()) {
      const copy = after[index]?.packets ?? [];
      assert.deepEqual(copy.map(({ data }) => data), track.packets.map(({ data }) => data), track.type);
      for (const [number, { timestamp }] of track.packets.entries()) {
        assert.ok(Math.abs((copy[number]?.timestamp ?? NaN) - timestamp) < 0.002, `${track.type} ${number}`);
      }
    }
    assert.equal(endCount, 1);
    assert.equal(bytes.demands.size, 0);
  });
}

Deno.test("from the middle it begins at a key frame, in the film's own time", async () => {
  const bytes = new MemoryBytes(await fixture("orbit.mkv"));
  const stream = await remux(bytes, { fromSeconds: 5, audioTrack: 1, type: "video/mp4", signal: never });
  const [video, audio] = await packetsOf(await bytesOf(stream));
  const start = video?.packets[0]?.timestamp ?? NaN;
  assert.ok(start > 2.5 && start <= 5, `it begins at ${start}`);
  assert.ok(Math.abs((audio?.packets[0]?.timestamp ?? NaN) - start) < 0.1);
});

Deno.test("a film on its way here: only what is near the moment is demanded, and leaving withdraws it", async () => {
  const content = await fixture("orbit.mkv");
  const bytes = new MemoryBytes(content, [{ start: 0, end: 40_000 }, {
    start: content.length - 2_000,
    end: content.length,
  }]);
  let endCount = 0;
  const stream = await remux(bytes, {
    ...{ fromSeconds: 0, audioTrack: 1, type: "video/mp4", signal: never },
    onEnd: () => endCount++,
  });
  const reader = stream?.getReader();
  assert.ok(reader !== undefined);
  assert.equal((await reader.read()).done, false);
  const rest = reader.read();
  await bytes.until(() => bytes.waiterCount > 0);
  const [demand] = bytes.demands;
  assert.ok(demand !== undefined && demand.window.start >= 40_000 && demand.window.start < 69_000);
  await reader.cancel();
  await rest;
  assert.equal(bytes.demands.size, 0);
  assert.equal(endCount, 1);
});

Deno.test("a source that fails fails the stream, which never ends cleanly", async () => {
  const bytes = new MemoryBytes(await fixture("orbit.mkv"), [{ start: 0, end: 20_000 }]);
  const failing = (async () => {
    const stream = await remux(bytes, { fromSeconds: 0, audioTrack: 1, type: "video/mp4", signal: never });
    return await bytesOf(stream);
  })();
  await bytes.until(() => bytes.waiterCount > 0);
  bytes.fail(new Error("removed"));
  await assert.rejects(failing, /removed/);
  assert.equal(bytes.demands.size, 0);
});

Deno.test("the route: a stream, a file of another kind, a moment that is none", async () => {
  const hash = infoHash(new Uint8Array(20));
  const files: readonly MediaFile[] = [
    {
      index: 0,
      name: "orbit.mkv",
      kind: "video",
      contentType: "video/x-matroska",
      bytes: new MemoryBytes(await fixture("orbit.mkv")),
    },
    {
      index: 1,
      name: "noise.mkv",
      kind: "video",
      contentType: "video/x-matroska",
      bytes: new MemoryBytes(sampleContent(5000)),
    },
  ].map((file) => ({ ...file, kind: "video" as const, infoHash: hash }));
  const app = new Hono().route("/", remuxRoute((_, index) => files[index]));
  const ask = (path: string) => app.request(`/remux/${hash}/${path}`);
  const answer = await ask("0?from=2");
  assert.equal(answer.headers.get("Content-Type"), "video/mp4");
  assert.equal((await packetsOf(new Uint8Array(await answer.arrayBuffer()))).length, 2);
  for (
    const [path, status] of [["1", 422], ["0?from=-1", 422], ["0?from=x", 422], ["0?audio=x", 422], ["7", 404]] as const
  ) {
    assert.equal((await ask(path)).status, status, path);
  }
});
