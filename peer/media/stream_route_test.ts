/** Tests of the stream and playlist routes: as calls, and over real sockets where leaving and failing matter. @module */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { infoHash } from "../../shared/ids.ts";
import type { MediaFile } from "./media_file.ts";
import { MemoryBytes, sampleContent } from "./memory_bytes.ts";
import { playlist, playlistRoute } from "./playlist.ts";
import { streamRoute, type StreamRouteOptions } from "./stream_route.ts";

const hash = infoHash(new Uint8Array(20).fill(0xab));
const tag = `"${hash}-2"`;
const path = `/stream/${hash}/2`;

function appWith(file: Partial<MediaFile> & Pick<MediaFile, "bytes">, options: StreamRouteOptions = {}): Hono {
  const whole = {
    infoHash: hash,
    index: 2,
    name: "film.mp4",
    kind: "video",
    contentType: "video/mp4",
    ...file,
  } as const;
  const find = (asked: string, index: number) => asked === hash && index === 2 ? whole : undefined;
  const app = new Hono();
  app.route("/", streamRoute(find, options));
  app.route("/", playlistRoute(find));
  app.notFound((context) => context.json({ status: 404 }, 404));
  return app;
}

async function bodyOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

Deno.test("the whole file, with all that a player wants to know", async () => {
  const content = sampleContent(1000);
  const response = await appWith({ bytes: new MemoryBytes(content), name: "Größe (1)\r\n'x'.mp4" }).request(path);
  assert.equal(response.status, 200);
  assert.deepEqual(Object.fromEntries(response.headers), {
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache, no-transform",
    "content-disposition": "inline; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%281%29__%27x%27.mp4",
    "content-length": "1000",
    "content-type": "video/mp4",
    "etag": tag,
  });
  assert.deepEqual(await bodyOf(response), content);
});

Deno.test("?download=1 is an attachment", async () => {
  const response = await appWith({ bytes: new MemoryBytes(sampleContent(1)) }).request(`${path}?download=1`);
  assert.match(response.headers.get("Content-Disposition") ?? "", /^attachment; /);
  await response.body?.cancel();
});

Deno.test("a type that a browser runs is answered as plain bytes", async () => {
  for (const contentType of ["text/html", "image/svg+xml", "application/pdf", "video/mp4\r\nX: y", ""]) {
    const response = await appWith({ bytes: new MemoryBytes(sampleContent(1)), contentType }).request(path);
    assert.equal(response.headers.get("Content-Type"), "application/octet-stream", contentType);
    await response.body?.cancel();
  }
});

Deno.test("one range", async () => {
  const content = sampleContent(1000);
  const app = appWith({ bytes: new MemoryBytes(content) });
  for (
    const [range, start, end] of [["0-", 0, 1000], ["10-19", 10, 20], ["-5", 995, 1000], [
      "990-5000",
      990,
      1000,
    ]] as const
  ) {
    const response = await app.request(path, { headers: { Range: `bytes=${range}` } });
    assert.equal(response.status, 206);
    assert.equal(response.headers.get("Content-Range"), `bytes ${start}-${end - 1}/1000`);
    assert.equal(response.headers.get("Content-Length"), String(end - start));
    assert.deepEqual(await bodyOf(response), content.slice(start, end));
  }
});

Deno.test("an unsatisfiable range says the size; a wrong one is ignored", async () => {
  const app = appWith({ bytes: new MemoryBytes(sampleContent(1000)) });
  const beyond = await app.request(path, { headers: { Range: "bytes=1000-" } });
  assert.equal(beyond.status, 416);
  assert.equal(beyond.headers.get("Content-Range"), "bytes */1000");
  assert.equal(beyond.headers.get("Content-Type"), "application/problem+json");
  assert.equal((await beyond.json()).status, 416);
  const wrong = await app.request(path, { headers: { Range: "bytes=5-4" } });
  assert.equal(wrong.status, 200);
  assert.equal((await bodyOf(wrong)).length, 1000);
});

Deno.test("several ranges are one multipart body of the told length", async () => {
  const content = new TextEncoder().encode("abcdefghijklmnopqrstuvwxyz");
  const bytes = new MemoryBytes(content);
  const response = await appWith({ bytes }).request(path, { headers: { Range: "bytes=0-1,-2,10-12" } });
  assert.equal(response.status, 206);
  assert.equal(response.headers.get("Content-Range"), null);
  const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(response.headers.get("Content-Type") ?? "")?.[1];
  const text = await response.text();
  assert.equal(response.headers.get("Content-Length"), String(text.length));
  const part = (range: string, data: string) =>
    `--${boundary}\r\nContent-Type: video/mp4\r\nContent-Range: bytes ${range}/26\r\n\r\n${data}\r\n`;
  assert.equal(text, `${part("0-1", "ab")}${part("24-25", "yz")}${part("10-12", "klm")}--${boundary}--\r\n`);
  assert.equal(bytes.demands.size, 0);
  assert.deepEqual(bytes.windows, [{ start: 0, end: 2 }, { start: 24, end: 26 }, { start: 10, end: 13 }]);
});

Deno.test("a multipart body that is cancelled or fails withdraws its demand", async () => {
  const bytes = new MemoryBytes(sampleContent(100), [{ start: 0, end: 10 }]);
  const app = appWith({ bytes });
  const init = { headers: { Range: "bytes=0-9,50-59" } };
  const left = (await app.request(path, init)).body?.getReader();
  await left?.read();
  await left?.read();
  await left?.cancel();
  assert.equal(bytes.demands.size, 0);
  const failed = bodyOf(await app.request(path, init));
  await bytes.until(() => bytes.waiterCount === 1);
  bytes.fail(new Error("removed"));
  await assert.rejects(failed, /removed/);
  assert.equal(bytes.demands.size, 0);
});

Deno.test("HEAD tells everything and reads nothing; it knows no Range", async () => {
  const bytes = new MemoryBytes(sampleContent(1000));
  const response = await appWith({ bytes }).request(path, { method: "HEAD", headers: { Range: "bytes=0-9" } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Content-Length"), "1000");
  assert.equal(response.body, null);
  assert.deepEqual(bytes.windows, []);
});

Deno.test("an empty file is an empty 200, and every range but a suffix is unsatisfiable", async () => {
  const app = appWith({ bytes: new MemoryBytes(new Uint8Array(0)) });
  for (const [headers, status] of [[{}, 200], [{ Range: "bytes=0-" }, 416], [{ Range: "bytes=-1" }, 200]] as const) {
    const response = await app.request(path, { headers });
    assert.equal(response.status, status);
    if (status === 200) {
      assert.equal(response.headers.get("Content-Length"), "0");
      assert.equal((await bodyOf(response)).length, 0);
    }
  }
});

Deno.test("conditions come before the range, in the order of the RFC", async () => {
  const app = appWith({ bytes: new MemoryBytes(sampleContent(100)) });
  const cases: readonly (readonly [Record<string, string>, number])[] = [
    [{ "If-None-Match": tag }, 304],
    [{ "If-None-Match": `"x", W/${tag}` }, 304],
    [{ "If-None-Match": "*" }, 304],
    [{ "If-None-Match": tag, Range: "bytes=0-1" }, 304],
    [{ "If-None-Match": '"x"', Range: "bytes=0-1" }, 206],
    [{ "If-Match": tag, Range: "bytes=0-1" }, 206],
    [{ "If-Match": "*" }, 200],
    [{ "If-Match": '"x"' }, 412],
    [{ "If-Match": `W/${tag}` }, 412],
    [{ "If-Match": '"x"', "If-None-Match": tag }, 412],
    [{ "If-Range": tag, Range: "bytes=0-1" }, 206],
    [{ "If-Range": `W/${tag}`, Range: "bytes=0-1" }, 200],
    [{ "If-Range": '"x"', Range: "bytes=0-1" }, 200],
    [{ "If-Range": "Sat, 29 Oct 1994 19:43:31 GMT", Range: "bytes=0-1" }, 200],
    [{ "If-Range": '"x"', Range: "bytes=100-" }, 200],
  ];
  for (const [headers, status] of cases) {
    const response = await app.request(path, { headers });
    assert.equal(response.status, status, JSON.stringify(headers));
    if (status === 304) assert.equal(response.headers.get("ETag"), tag);
    await response.body?.cancel();
  }
});

Deno.test("unknown and impossible addresses are the app's 404", async () => {
  const app = appWith({ bytes: new MemoryBytes(sampleContent(1)) });
  for (
    const wrong of [
      `${hash}/3`,
      `${hash}/02`,
      `${hash}/-1`,
      `${hash}/x`,
      "abc/2",
      `${hash}/9999999999`,
      `${"0".repeat(40)}/2`,
    ]
  ) {
    assert.equal((await app.request(`/stream/${wrong}`)).status, 404, wrong);
    assert.equal((await app.request(`/playlist/${wrong}.m3u`)).status, 404, wrong);
  }
});

Deno.test("an info-hash may be written in capitals", async () => {
  const response = await appWith({ bytes: new MemoryBytes(sampleContent(1)) }).request(
    path.replace(hash, hash.toUpperCase()),
  );
  assert.equal(response.status, 200);
  await response.body?.cancel();
});

Deno.test("so many streams and no more; one that ends makes room", async () => {
  const app = appWith({ bytes: new MemoryBytes(sampleContent(10)) }, { maxStreams: 1 });
  const first = await app.request(path);
  const second = await app.request(path);
  assert.equal(second.status, 503);
  assert.equal((await second.json()).status, 503);
  await bodyOf(first);
  const third = await app.request(path);
  assert.equal(third.status, 200);
  await third.body?.cancel();
  const fourth = await app.request(path);
  assert.equal(fourth.status, 200);
  await fourth.body?.cancel();
});

Deno.test("a playlist has the stream's absolute address on the request's own host", async () => {
  const app = appWith({ bytes: new MemoryBytes(sampleContent(1)), name: "a\r\n#b.mp4" });
  const response = await app.request(`http://127.0.0.1:8080/playlist/${hash}/2.m3u`);
  assert.equal(response.headers.get("Content-Type"), "audio/x-mpegurl; charset=utf-8");
  assert.match(response.headers.get("Content-Disposition") ?? "", /^attachment; filename\*=UTF-8''a__%23b\.mp4\.m3u$/);
  assert.equal(await response.text(), playlist("a  #b.mp4", `http://127.0.0.1:8080/stream/${hash}/2`));
});

interface Served extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
}

function serve(app: Hono): Served {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("over a socket: headers at once, bytes as they are verified", async () => {
  const content = sampleContent(700_000);
  const bytes = new MemoryBytes(content, []);
  await using served = serve(appWith({ bytes }));
  const response = await fetch(served.origin + path, { headers: { Range: "bytes=100000-" } });
  assert.equal(response.status, 206);
  assert.equal(response.headers.get("Content-Length"), "600000");
  const body = bodyOf(response);
  await bytes.until(() => bytes.waiterCount === 1);
  bytes.verify({ start: 300_000, end: 700_000 });
  bytes.verify({ start: 100_000, end: 300_000 });
  assert.deepEqual(await body, content.slice(100_000));
  assert.equal(bytes.demands.size, 0);
});

Deno.test("over a socket: HEAD tells the length", async () => {
  await using served = serve(appWith({ bytes: new MemoryBytes(sampleContent(12_345)) }));
  const response = await fetch(served.origin + path, { method: "HEAD" });
  assert.equal(response.headers.get("Content-Length"), "12345");
  assert.equal(response.headers.get("ETag"), tag);
  await response.body?.cancel();
});

Deno.test("over a socket: a player that leaves while we wait withdraws its demand", async () => {
  const bytes = new MemoryBytes(sampleContent(100_000), [{ start: 0, end: 10 }]);
  await using served = serve(appWith({ bytes }));
  const response = await fetch(served.origin + path);
  const reader = response.body?.getReader();
  await reader?.read();
  await bytes.until(() => bytes.waiterCount === 1);
  await reader?.cancel();
  await bytes.until(() => bytes.demands.size === 0 && bytes.waiterCount === 0);
});

Deno.test("over a socket: a player that leaves while it is behind withdraws its demand", async () => {
  const bytes = new MemoryBytes(sampleContent(32 * 1024 * 1024));
  await using served = serve(appWith({ bytes }));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: served.port });
  await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n\r\n`));
  await connection.read(new Uint8Array(100));
  assert.equal(bytes.demands.size, 1);
  connection.close();
  await bytes.until(() => bytes.demands.size === 0);
});

Deno.test("over a socket: a source that fails aborts the connection, never a clean end", async () => {
  const bytes = new MemoryBytes(sampleContent(100_000), [{ start: 0, end: 50_000 }]);
  await using served = serve(appWith({ bytes }));
  const body = bodyOf(await fetch(served.origin + path));
  await bytes.until(() => bytes.waiterCount === 1);
  bytes.fail(new Error("The torrent was removed."));
  await assert.rejects(body);
  assert.equal(bytes.demands.size, 0);
});
