import assert from "node:assert/strict";
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";
import { Hono } from "hono";
import { infoHash } from "../../shared/ids.ts";
import { frameRoute } from "./frame_route.ts";
import { keyFrameAt } from "./key_frame.ts";
import { MemoryBytes, sampleContent } from "./memory_bytes.ts";

async function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(`../../tests/fixtures/${name}`, import.meta.url));
}

/** All packets of a film's pictures. */
async function packetsOf(content: Uint8Array) {
  using input = new Input({ source: new BufferSource(content), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack() ?? assert.fail("no picture");
  const packets: { readonly timestamp: number; readonly type: string; readonly data: Uint8Array }[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  return packets;
}

for (const name of ["aurora.mp4", "orbit.mkv", "meadow.webm"]) {
  Deno.test(`the key frame before a moment of ${name}, alone in a film of its own, without any demand`, async () => {
    const content = await fixture(name);
    const bytes = new MemoryBytes(content);
    const seconds = 5.2;
    const frame = await keyFrameAt(bytes, seconds);
    assert.equal(frame?.contentType, name.endsWith("webm") ? "video/webm" : "video/mp4");
    const wanted = (await packetsOf(content)).findLast(({ type, timestamp }) => type === "key" && timestamp <= seconds);
    const found = await packetsOf(frame?.content ?? new Uint8Array());
    assert.deepEqual(found.map(({ data }) => data), [wanted?.data]);
    assert.deepEqual(bytes.windows, []);
  });
}

Deno.test("before the first key frame it is that one; damage and noise give none", async () => {
  const content = await fixture("orbit.mkv");
  assert.ok(await keyFrameAt(new MemoryBytes(content), 0) !== undefined);
  assert.equal(await keyFrameAt(new MemoryBytes(content.slice(0, 2_000)), 0), undefined);
  assert.equal(await keyFrameAt(new MemoryBytes(sampleContent(100_000)), 0), undefined);
  assert.equal(await keyFrameAt(new MemoryBytes(await fixture("chime.mp3")), 0), undefined);
});

Deno.test("where the bytes are not here there is nothing, at once, and a failing disk is an error", async () => {
  const content = await fixture("aurora.mp4");
  const half = content.length / 2;
  const bytes = new MemoryBytes(content, [{ start: 0, end: half }]);
  assert.ok(await keyFrameAt(bytes, 2) !== undefined);
  assert.equal(await keyFrameAt(bytes, 55), undefined);
  bytes.verify({ start: half, end: content.length });
  assert.ok(await keyFrameAt(bytes, 55) !== undefined);
  assert.deepEqual([bytes.windows, bytes.waiterCount], [[], 0]);
  bytes.fail(Object.assign(new Error("gone"), { name: "StorageError" }));
  await assert.rejects(keyFrameAt(bytes, 55), /gone/);
});

Deno.test("the route: a picture that may be kept, nothing where there is none, a moment that is none", async () => {
  const hash = infoHash(new Uint8Array(20));
  const content = await fixture("aurora.mp4");
  const files = [new MemoryBytes(content), new MemoryBytes(content, [])].map((bytes, index) => ({
    ...{ infoHash: hash, index, name: "aurora.mp4", kind: "video" as const, contentType: "video/mp4", bytes },
  }));
  const app = new Hono().route("/", frameRoute((_, index) => files[index]));
  const ask = (path: string) => app.request(`/frames/${hash}/${path}`);
  const answer = await ask("0?at=12.5");
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("Cache-Control") ?? "", /immutable/);
  assert.equal((await packetsOf(new Uint8Array(await answer.arrayBuffer()))).length, 1);
  for (
    const [path, status] of [["1?at=0", 204], ["0?at=-1", 422], ["0?at=x", 422], ["0", 422], ["7?at=0", 404]] as const
  ) {
    assert.equal((await ask(path)).status, status, path);
  }
  const burst = await Promise.all(Array.from({ length: 12 }, () => ask("0?at=1")));
  assert.ok(burst.every(({ status }) => status === 200 || status === 204));
});
