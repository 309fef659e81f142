/** Tests of the peer's routes over a session in memory, over a real socket. @module */
import assert from "node:assert/strict";
import type { PeerUpdate } from "../../shared/dashboard_views.ts";
import { peerApp } from "./app.ts";
import { hash, MemorySession, otherHash, torrentView } from "./memory_session.ts";

/** Reads a page's events one by one. */
class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(response: Response) {
    assert.ok(response.body !== null);
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  async next(): Promise<PeerUpdate> {
    while (true) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const data = /^event: update\ndata: (.*)$/s.exec(this.#text.slice(0, end))?.[1];
        this.#text = this.#text.slice(end + 2);
        if (data !== undefined) return JSON.parse(data);
      } else {
        this.#text += (await this.#reader.read()).value ?? assert.fail("the events ended");
      }
    }
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }
}

Deno.test("over a socket: the first update has all, later ones what changed; a closed page is forgotten", async () => {
  const session = new MemorySession();
  const left = Promise.withResolvers<void>();
  session.onListener = () => session.listeners.size === 0 && left.resolve();
  let port = 0;
  const app = peerApp(session, { host: "127.0.0.1", port: () => port, report: (error) => assert.fail(error) });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  port = server.addr.port;
  const events = new EventReader(await fetch(`http://127.0.0.1:${port}/api/events`));
  assert.deepEqual(await events.next(), {
    status: session.status(),
    torrents: session.torrents(),
    removed: [],
    catalogueVersion: "1",
  });
  session.changed(); // Nothing changed in truth: no update.
  session.list.set(otherHash, torrentView(otherHash));
  session.list.set(hash, torrentView(hash)); // Another object with the same content is no change.
  session.changed();
  const added = await events.next();
  assert.deepEqual(added.torrents.map((torrent) => torrent.infoHash), [otherHash]);
  assert.equal(added.shares, undefined);
  session.list.delete(otherHash);
  session.version = "2";
  session.shareList = [{ id: 1, path: "/music", fileCount: 0, sizeBytes: 0, files: [] }];
  session.changed();
  assert.deepEqual(await events.next(), {
    status: session.status(),
    torrents: [],
    removed: [otherHash],
    shares: { changed: session.shareList.map((share) => ({ ...share, removedFiles: [] })), removed: [] },
    catalogueVersion: "2",
  });
  await events.leave();
  await left.promise;
});

Deno.test("over a socket: an upload is streamed with back-pressure, its length known, and a full disk refuses it", async () => {
  const session = new MemorySession();
  let port = 0;
  const app = peerApp(session, { host: "127.0.0.1", port: () => port, report: (error) => assert.fail(error) });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
  port = server.addr.port;
  const url = `http://127.0.0.1:${port}/api/uploads/film.mp4`;
  const stored = await fetch(url, { method: "PUT", body: new Uint8Array(5_000_000) });
  assert.equal(stored.status, 201);
  assert.deepEqual(await stored.json(), { name: "film.mp4", sizeBytes: 5_000_000, shareId: 1 });
  assert.deepEqual(session.calls, [["upload", "film.mp4", 5_000_000, 5_000_000]]);
  const full = await fetch(url, { method: "PUT", body: new Uint8Array(10_000_001) });
  assert.equal(full.status, 507);
  assert.equal((await full.json()).detail, "The disk is full.");
});
