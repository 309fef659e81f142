/** Tests of the peer's routes over a session in memory, as calls; `app_socket_test.ts` has those over a real socket. @module */
import assert from "node:assert/strict";
import { MAX_METAINFO_LENGTH } from "../../shared/metainfo.ts";
import { MAX_PICTURE_LENGTH } from "../media/picture.ts";
import { peerApp } from "./app.ts";
import { hash, MemorySession, otherHash } from "./memory_session.ts";

interface Asked {
  readonly method?: string;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
}

function start(): { session: MemorySession; errors: Error[]; ask(path: string, asked?: Asked): Promise<Response> } {
  const session = new MemorySession();
  const errors: Error[] = [];
  const app = peerApp(session, { host: "127.0.0.1", port: () => 8080, report: (error) => errors.push(error) });
  const ask = async (path: string, { method = "GET", json, headers = {}, body }: Asked = {}) => {
    const content = json === undefined ? body : JSON.stringify(json);
    const type: Record<string, string> = json === undefined ? {} : { "Content-Type": "application/json" };
    return await app.request(`http://127.0.0.1:8080${path}`, {
      method,
      headers: { ...type, ...headers },
      ...(content === undefined ? {} : { body: content }),
    });
  };
  return { session, errors, ask };
}

Deno.test("status, torrents, shares, settings, health and metrics are told", async () => {
  const { session, ask } = start();
  assert.deepEqual(await (await ask("/api/status")).json(), session.status());
  assert.deepEqual(await (await ask("/api/torrents")).json(), session.torrents());
  assert.deepEqual(await (await ask("/api/shares")).json(), []);
  assert.deepEqual(await (await ask("/api/settings")).json(), { mode: "video" });
  assert.equal(await (await ask("/healthz")).text(), "ok\n");
  const metrics = await ask("/metrics");
  assert.equal(await metrics.text(), "playswarm_up 1\n");
  assert.match(metrics.headers.get("Content-Type") ?? "", /^text\/plain; version=0\.0\.4/);
  assert.equal((await ask("/api/status")).headers.get("Cache-Control"), "no-store");
});

Deno.test("a torrent is added from text or from a .torrent", async () => {
  const { session, ask } = start();
  const added = await ask("/api/torrents", { method: "POST", json: { source: "  magnet:?x " } });
  assert.equal(added.status, 201);
  assert.equal(added.headers.get("Location"), `/api/torrents/${otherHash}`);
  assert.equal((await added.json()).infoHash, otherHash);
  const metainfo = new Uint8Array([1, 2, 3]);
  const headers = { "Content-Type": "application/x-bittorrent" };
  assert.equal((await ask("/api/torrents", { method: "POST", body: metainfo, headers })).status, 201);
  assert.deepEqual(session.calls, [["add", "magnet:?x"], ["add", { metainfo }]]);
});

Deno.test("what cannot be added is refused in a sentence; a bug is hidden and reported", async () => {
  const { session, errors, ask } = start();
  const refused = await ask("/api/torrents", { method: "POST", json: { source: "nothing" } });
  assert.equal(refused.status, 422);
  assert.equal(refused.headers.get("Content-Type"), "application/problem+json");
  assert.equal((await refused.json()).detail, "That is no torrent.");
  const failed = await ask("/api/torrents", { method: "POST", json: { source: "bug" } });
  assert.equal(failed.status, 500);
  assert.doesNotMatch(await failed.text(), /secret/);
  assert.deepEqual(errors.map((error) => error.message), ["a secret"]);
  session.calls.length = 0;
  for (const json of [{}, { source: 1 }, { source: " " }, { source: "x", more: 1 }, { source: "x".repeat(70_000) }]) {
    assert.equal((await ask("/api/torrents", { method: "POST", json })).status, 422);
  }
  const large = new Uint8Array(MAX_METAINFO_LENGTH + 1);
  const headers = { "Content-Type": "application/x-bittorrent" };
  assert.equal((await ask("/api/torrents", { method: "POST", body: large, headers })).status, 413);
  assert.equal((await ask("/api/torrents", { method: "POST", json: { source: "x".repeat(2 ** 20) } })).status, 413);
  assert.deepEqual(session.calls, []);
});

Deno.test("one torrent is told, paused and removed", async () => {
  const { session, ask } = start();
  assert.equal((await (await ask(`/api/torrents/${hash.toUpperCase()}`)).json()).pieceMap, ".");
  assert.equal((await ask(`/api/torrents/${otherHash}`)).status, 404);
  assert.equal((await ask("/api/torrents/xyz")).status, 404);
  const paused = await ask(`/api/torrents/${hash}`, { method: "PATCH", json: { paused: true } });
  assert.equal((await paused.json()).state, "paused");
  assert.equal((await ask(`/api/torrents/${otherHash}`, { method: "PATCH", json: { paused: true } })).status, 404);
  assert.equal((await ask(`/api/torrents/${hash}`, { method: "PATCH", json: { paused: "yes" } })).status, 422);
  assert.equal((await ask(`/api/torrents/${hash}`, { method: "DELETE" })).status, 204);
  assert.equal((await ask(`/api/torrents/${hash}?files=true`, { method: "DELETE" })).status, 204);
  assert.equal((await ask(`/api/torrents/${hash}?files=maybe`, { method: "DELETE" })).status, 422);
  assert.deepEqual(session.calls, [
    ["setPaused", hash, true],
    ["setPaused", otherHash, true],
    ["remove", hash, false],
    ["remove", hash, true],
  ]);
});

Deno.test("files of a torrent are chosen by their indices, all of them by null; it may have limits of its own", async () => {
  const { session, ask } = start();
  const change = async (json: unknown) => (await ask(`/api/torrents/${hash}`, { method: "PATCH", json })).status;
  assert.equal(await change({ files: [0, 2] }), 200);
  assert.equal(await change({ files: null, paused: false }), 200);
  assert.equal(await change({ downloadRate: 1_000, uploadRate: null }), 200);
  for (
    const wrong of [{}, { uploadRate: 0 }, { files: [-1] }, { files: [0.5] }, { files: "0" }, { files: [0], more: 1 }]
  ) {
    assert.equal(await change(wrong), 422, JSON.stringify(wrong));
  }
  assert.deepEqual(session.calls, [
    ["setWanted", hash, [0, 2]],
    ["setWanted", hash, undefined],
    ["setPaused", hash, false],
    ["setTorrentRates", hash, { downloadRate: 1_000, uploadRate: null }],
  ]);
});

Deno.test("the catalogue's query is checked", async () => {
  const { session, ask } = start();
  assert.equal((await ask("/api/catalogue")).status, 200);
  assert.equal((await ask("/api/catalogue?q=a%20b&sort=new&cursor=c&limit=200")).status, 200);
  assert.equal((await ask("/api/catalogue?here=true&near=true&without=avi,wmv&offset=120")).status, 200);
  for (
    const wrong of [
      "sort=x",
      "near=1",
      "without=.mkv",
      "offset=-1",
      "limit=0",
      "limit=201",
      "limit=x",
      "cursor=",
      `q=${"x".repeat(201)}`,
    ]
  ) {
    assert.equal((await ask(`/api/catalogue?${wrong}`)).status, 422, wrong);
  }
  assert.deepEqual(session.calls, [
    ["catalogue", { text: "", sort: "name", limit: 60, filter: { isHere: false, isNear: false } }],
    [
      "catalogue",
      { text: "a b", sort: "new", limit: 200, cursor: "c", filter: { isHere: false, isNear: false } },
    ],
    [
      "catalogue",
      { text: "", sort: "name", limit: 60, offset: 120, filter: { isHere: true, isNear: true, without: "avi,wmv" } },
    ],
  ]);
});

Deno.test("folders are chosen, shared and shared no more", async () => {
  const { session, ask } = start();
  assert.equal((await (await ask("/api/folders")).json()).path, "/home");
  assert.equal((await (await ask("/api/folders?path=%2Fmusic")).json()).path, "/music");
  assert.equal((await ask("/api/folders?path=%00")).status, 422);
  const added = await ask("/api/shares", { method: "POST", json: { path: "/music" } });
  assert.equal(added.status, 201);
  assert.equal(added.headers.get("Location"), "/api/shares/3");
  assert.equal((await ask("/api/shares", { method: "POST", json: { path: "/shared" } })).status, 409);
  assert.equal((await ask("/api/shares/3", { method: "DELETE" })).status, 204);
  assert.equal((await ask("/api/shares/x", { method: "DELETE" })).status, 404);
  assert.deepEqual(session.calls, [
    ["folders", undefined],
    ["folders", "/music"],
    ["addShare", "/music"],
    ["addShare", "/shared"],
    ["removeShare", 3],
  ]);
});

Deno.test("settings are changed; null lifts a limit", async () => {
  const { session, ask } = start();
  const patch = { mode: "audio", downloadRate: 1_000_000, uploadRate: null };
  assert.deepEqual(await (await ask("/api/settings", { method: "PATCH", json: patch })).json(), { mode: "audio" });
  for (const json of [{}, { name: " Anna's laptop " }, { name: "" }, { name: null }]) {
    assert.equal((await ask("/api/settings", { method: "PATCH", json })).status, 200);
  }
  for (
    const json of [
      { mode: "both" },
      { mode: null },
      { downloadRate: 0 },
      { uploadRate: 1.5 },
      { uploadRate: "1" },
      {
        x: 1,
      },
      { name: "a".repeat(41) },
      { name: "a\nb" },
      { name: 7 },
    ]
  ) {
    assert.equal((await ask("/api/settings", { method: "PATCH", json })).status, 422, JSON.stringify(json));
  }
  const given = [patch, {}, { name: "Anna's laptop" }, { name: null }, { name: null }];
  assert.deepEqual(session.calls, given.map((each) => ["changeSettings", each]));
});

Deno.test("an upload takes any type and any name, and may be empty", async () => {
  const { session, ask } = start();
  const name = "a/b ü.mp4";
  const path = `/api/uploads/${encodeURIComponent(name)}`;
  const answer = await ask(path, { method: "PUT", body: new Uint8Array(5), headers: { "Content-Type": "video/mp4" } });
  assert.equal(answer.status, 201);
  assert.deepEqual(await answer.json(), { name, sizeBytes: 5, shareId: 1 });
  assert.equal((await ask("/api/uploads/empty.mp3", { method: "PUT" })).status, 201);
  assert.deepEqual(session.calls, [["upload", name, 5, undefined], ["upload", "empty.mp3", 0, undefined]]);
});

Deno.test("an upload of another site is refused before it is read", async () => {
  const { session, ask } = start();
  const headers = { Origin: "http://evil.example" };
  assert.equal((await ask("/api/uploads/x", { method: "PUT", body: "x", headers })).status, 403);
  assert.deepEqual(session.calls, []);
});

Deno.test("streams and playlists are served, unknown ones are problems", async () => {
  const { ask } = start();
  const response = await ask(`/stream/${hash}/0`, { headers: { Range: "bytes=-10" } });
  assert.equal(response.status, 206);
  assert.equal((await response.arrayBuffer()).byteLength, 10);
  assert.equal(response.headers.get("X-Content-Type-Options"), "nosniff");
  assert.match(
    await (await ask(`/playlist/${hash}/0.m3u`)).text(),
    new RegExp(`\nhttp://127.0.0.1:8080/stream/${hash}/0\n`),
  );
  for (const path of [`/stream/${hash}/1`, `/playlist/${hash}/1.m3u`, `/stream/${hash}`, `/playlist/${hash}/0.txt`]) {
    const missing = await ask(path);
    assert.equal(missing.status, 404, path);
    assert.equal(missing.headers.get("Content-Type"), "application/problem+json");
    await missing.body?.cancel();
  }
});

Deno.test("unknown routes are problems, wrong methods say the right ones, and the rest is the page", async () => {
  const { ask } = start();
  const unknown = await ask("/api/nothing");
  assert.equal(unknown.status, 404);
  assert.equal((await unknown.json()).title, "Not Found");
  const wrongMethods: readonly (readonly [string, string, string])[] = [
    ["/api/status", "DELETE", "GET, HEAD"],
    ["/api/torrents", "DELETE", "GET, HEAD, POST"],
    [`/api/torrents/${hash}`, "PUT", "GET, HEAD, PATCH, DELETE"],
    ["/api/shares/1", "GET", "DELETE"],
    ["/api/uploads/x", "GET", "PUT"],
    [`/stream/${hash}/0`, "PUT", "GET, HEAD"],
    [`/playlist/${hash}/0.m3u`, "DELETE", "GET, HEAD"],
    ["/healthz", "DELETE", "GET, HEAD"],
    ["/downloads", "PUT", "GET, HEAD"],
  ];
  for (const [path, method, allowed] of wrongMethods) {
    const response = await ask(path, { method });
    assert.equal(response.status, 405, path);
    assert.equal(response.headers.get("Allow"), allowed);
  }
  for (const path of ["/", "/downloads", `/torrent/${hash}`]) {
    assert.match(await (await ask(path)).text(), /<div id="app">/);
  }
});

Deno.test("the guards stand before every route", async () => {
  const { session, ask } = start();
  assert.equal((await ask("/api/status", { headers: { Host: "evil.example" } })).status, 421);
  assert.equal((await ask(`/stream/${hash}/0`, { headers: { Host: "evil.example" } })).status, 421);
  const crossSite = { "Sec-Fetch-Site": "cross-site" };
  assert.equal((await ask("/api/torrents", { method: "POST", json: { source: "x" }, headers: crossSite })).status, 403);
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  assert.equal((await ask("/api/torrents", { method: "POST", body: "source=x", headers: form })).status, 415);
  assert.deepEqual(session.calls, []);
  assert.throws(() => peerApp(session, { host: "0.0.0.0", port: () => 1, report: () => {} }), TypeError);
});

Deno.test("a picture is kept, answered, and kept by the browser under its own version", async () => {
  const { session, ask } = start();
  const path = `/api/pictures/${hash}/0`;
  assert.equal((await ask(path)).status, 404);
  const body = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);
  assert.equal((await ask(path, { method: "PUT", body })).status, 204);
  const answer = await ask(path);
  assert.equal(answer.headers.get("Content-Type"), "image/jpeg");
  assert.equal(answer.headers.get("Cache-Control"), "private, no-cache");
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), body);
  const tag = answer.headers.get("ETag") ?? "";
  assert.equal((await ask(path, { headers: { "If-None-Match": tag } })).status, 304);
  const version = session.pictures.get(`${hash}/0`)?.hash.slice(0, 8);
  assert.match((await ask(`${path}?v=${version}`)).headers.get("Cache-Control") ?? "", /immutable/);
  assert.doesNotMatch((await ask(`${path}?v=00000000`)).headers.get("Cache-Control") ?? "", /immutable/);
});

Deno.test("what is no picture, too large, of no file here, or sent by another site is refused", async () => {
  const { session, ask } = start();
  const jpeg = (length: number) => {
    const bytes = new Uint8Array(length);
    bytes.set([0xff, 0xd8, 0xff]);
    return bytes;
  };
  const put = async (path: string, body: BodyInit, headers = {}) =>
    (await ask(`/api/pictures/${path}`, { method: "PUT", body, headers })).status;
  assert.equal(await put(`${hash}/0`, "<svg onload='x'/>"), 422);
  assert.equal(await put(`${hash}/0`, jpeg(MAX_PICTURE_LENGTH + 1)), 413);
  assert.equal(await put(`${otherHash}/0`, jpeg(100)), 404);
  assert.equal(await put("abc/0", jpeg(100)), 404);
  assert.equal(await put(`${hash}/0`, jpeg(100), { Origin: "http://evil.example" }), 403);
  assert.equal(session.pictures.size, 0);
});

Deno.test("a player is told of a file, and given its subtitles as WebVTT", async () => {
  const { session, ask } = start();
  assert.deepEqual(await (await ask(`/api/media/${hash}/0`)).json(), {
    contentType: "video/mp4",
    durationSeconds: 8,
    subtitles: [],
  });
  for (const path of [`${otherHash}/0`, `${hash}/x`, "abc/0"]) {
    assert.equal((await ask(`/api/media/${path}`)).status, 404);
  }
  const subtitles = `/api/media/${hash}/0/subtitles`;
  session.subtitles.set("film é.srt", new TextEncoder().encode("1\n00:00:01,000 --> 00:00:02,000\nHello\n"));
  session.subtitles.set("empty.srt", new Uint8Array(0));
  const answer = await ask(`${subtitles}/${encodeURIComponent("film é.srt")}`);
  assert.match(answer.headers.get("Content-Type") ?? "", /^text\/vtt/);
  assert.equal(await answer.text(), "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n");
  assert.equal((await ask(`${subtitles}/empty.srt`)).status, 422);
  assert.equal((await ask(`${subtitles}/none.srt`)).status, 404);
  assert.deepEqual(await (await ask("/api/songs")).json(), []);
});
