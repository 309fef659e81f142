import assert from "node:assert/strict";
import { Hono } from "hono";
import { ProblemError } from "../dashboard/problem.ts";
import type { ShareView } from "../shared/dashboard_views.ts";
import type { TrackerUpdate } from "../shared/tracker_dashboard_views.ts";
import { peerId } from "../shared/ids.ts";
import { encodeMetainfo } from "../shared/metainfo.ts";
import { encodeAnnounceQuery } from "../shared/wire/http_tracker_query.ts";
import { TrafficHistory } from "./traffic_history.ts";
import { trackerDashboard } from "./dashboard.ts";
import { sampleTorrent } from "./sample_torrent.ts";
import { Tracker } from "./tracker.ts";
import type { TrackerLibrary } from "./tracker_library.ts";

const PORT = 6970;
const BASE = `http://127.0.0.1:${PORT}`;

/** A library of folders that are only noted. */
class NotedLibrary implements TrackerLibrary {
  readonly stream: Hono = new Hono().get("/stream/:infoHash/:index", (context) => context.text("media"));
  readonly #shares: ShareView[] = [];
  readonly #listeners = new Set<() => void>();

  shares(): readonly ShareView[] {
    return this.#shares;
  }

  addShare(path: string): Promise<ShareView> {
    if (path === "/nowhere") throw new ProblemError(422, { detail: "There is no folder /nowhere." });
    const share = { id: this.#shares.length + 1, path, fileCount: 0, sizeBytes: 0, files: [] };
    this.#shares.push(share);
    for (const listener of this.#listeners) listener();
    return Promise.resolve(share);
  }

  removeShare(id: number): Promise<void> {
    const index = this.#shares.findIndex((share) => share.id === id);
    if (index < 0) throw new ProblemError(404, { detail: `There is no share ${id}.` });
    this.#shares.splice(index, 1);
    return Promise.resolve();
  }

  folders(path: string | undefined) {
    return Promise.resolve({ path: path ?? "/home", folders: [] });
  }

  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}

async function openDashboard(options: { library?: TrackerLibrary; signal?: AbortSignal } = {}) {
  const tracker = await Tracker.start({ host: "127.0.0.1", port: 0, intervalSeconds: 60 });
  const app = trackerDashboard({
    tracker,
    library: options.library,
    history: new TrafficHistory(tracker.status(), 0),
    host: "127.0.0.1",
    port: () => PORT,
    report: (error) => assert.fail(error),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const ask = (path: string, init: RequestInit = {}) => app.request(`${BASE}${path}`, init);
  return { tracker, ask };
}

const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json", Origin: BASE },
});

/** Shares one film by one client over the public port. */
async function shareFilm(tracker: Tracker): Promise<void> {
  const metainfo = sampleTorrent("film.mp4");
  const { infoHash } = metainfo.info;
  const base = `http://127.0.0.1:${tracker.port}`;
  const put = await fetch(`${base}/torrents/${infoHash}?kind=video`, { method: "PUT", body: encodeMetainfo(metainfo) });
  await put.body?.cancel();
  const announce = { infoHash, peerId: peerId(new Uint8Array(20)), port: 7000, uploaded: 0, downloaded: 0, left: 0 };
  const response = await fetch(`${base}/announce?${encodeAnnounceQuery(announce, { isCompact: true })}`);
  await response.body?.cancel();
}

Deno.test("the views: status, clients, swarms, catalogue, metrics, health", async () => {
  const { tracker, ask } = await openDashboard();
  await using _scope = tracker;
  await shareFilm(tracker);
  assert.equal((await (await ask("/api/status")).json()).clientCount, 1);
  assert.equal((await (await ask("/api/clients")).json())[0].files[0].name, "film.mp4");
  assert.equal((await (await ask("/api/swarms")).json())[0].seederCount, 1);
  const catalogue = await ask("/api/catalogue?q=FILM");
  assert.equal((await catalogue.json()).totalCount, 1);
  const tag = catalogue.headers.get("ETag") ?? "";
  assert.equal((await ask("/api/catalogue?q=FILM", { headers: { "If-None-Match": tag } })).status, 304);
  assert.match(await (await ask("/metrics")).text(), /playswarm_tracker_clients 1/);
  assert.equal((await ask("/healthz")).status, 200);
  assert.match(await (await ask("/")).text(), /tracker\.js/);
  assert.equal((await ask("/api/nothing")).status, 404);
  assert.equal((await ask("/api/status", json("POST", {}))).status, 405);
});

Deno.test("the guards stand before every route", async () => {
  const { tracker, ask } = await openDashboard({ library: new NotedLibrary() });
  await using _scope = tracker;
  assert.equal((await ask("/api/status", { headers: { Host: "rebound.example" } })).status, 421);
  const crossSite = { ...json("POST", { path: "/music" }), headers: { Origin: "http://evil.example" } };
  assert.equal((await ask("/api/shares", crossSite)).status, 403);
  const form = { ...json("POST", { path: "/music" }), headers: { "Content-Type": "text/plain" } };
  assert.equal((await ask("/api/shares", form)).status, 415);
  assert.match((await ask("/")).headers.get("Content-Security-Policy") ?? "", /default-src 'self'/);
  assert.throws(
    () =>
      trackerDashboard({
        tracker,
        library: undefined,
        history: new TrafficHistory(tracker.status(), 0),
        host: "0.0.0.0",
        port: () => PORT,
        report: () => {},
      }),
    TypeError,
  );
});

Deno.test("the library: folders are added, listed, removed, played", async () => {
  const { tracker, ask } = await openDashboard({ library: new NotedLibrary() });
  await using _scope = tracker;
  const added = await ask("/api/shares", json("POST", { path: "/music" }));
  assert.equal(added.status, 201);
  assert.equal(added.headers.get("Location"), "/api/shares/1");
  assert.equal((await (await ask("/api/shares")).json())[0].path, "/music");
  assert.equal((await ask("/api/shares", json("POST", { path: "/nowhere" }))).status, 422);
  assert.equal((await ask("/api/shares", json("POST", { path: "" }))).status, 422);
  assert.equal((await ask("/api/shares/1", { method: "DELETE" })).status, 204);
  assert.equal((await ask("/api/shares/1", { method: "DELETE" })).status, 404);
  assert.equal((await ask("/api/shares/one", { method: "DELETE" })).status, 404);
  assert.equal((await (await ask("/api/folders?path=/music")).json()).path, "/music");
  assert.equal(await (await ask("/stream/abc/0")).text(), "media");
});

Deno.test("without a library there is an empty one that takes nothing", async () => {
  const { tracker, ask } = await openDashboard();
  await using _scope = tracker;
  assert.deepEqual(await (await ask("/api/shares")).json(), []);
  assert.equal((await ask("/api/shares", json("POST", { path: "/music" }))).status, 503);
  assert.equal((await ask("/stream/abc/0")).status, 404);
});

Deno.test("live updates: all at first, and again after a change of tracker or library", async () => {
  const library = new NotedLibrary();
  const ending = new AbortController();
  const { tracker, ask } = await openDashboard({ library, signal: ending.signal });
  await using _scope = tracker;
  const response = await ask("/api/events");
  assert.ok(response.body !== null);
  const updates = updatesOf(response.body);
  const next = async () => (await updates.next()).value ?? assert.fail("the stream ended");
  const first = await next();
  assert.deepEqual([first.library, first.clients, first.samples], [undefined, [], []]);
  await shareFilm(tracker);
  let update = await next();
  while (update.clients.length === 0) update = await next();
  assert.equal(update.clients[0]?.files[0]?.name, "film.mp4");
  assert.equal(update.swarms.length, 1);
  await library.addShare("/music");
  while (update.library === undefined) update = await next();
  assert.equal(update.library.changed[0]?.path, "/music");
  assert.deepEqual(update.clients, [], "what did not change is not told again");
  assert.equal(update.status.clientCount, 1);
  ending.abort();
  assert.ok((await updates.next()).done);
});

async function* updatesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<TrackerUpdate, void> {
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}
