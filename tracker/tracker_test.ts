import assert from "node:assert/strict";
import type { CataloguePage } from "../shared/dashboard_views.ts";
import type { ClientView } from "../shared/tracker_dashboard_views.ts";
import { type InfoHash, infoHash, type PeerId, peerId, truncateInfoHash } from "../shared/ids.ts";
import { decodeMetainfo, encodeMetainfo, type Info, type Metainfo } from "../shared/metainfo.ts";
import { type Announce, type AnnounceResponse, TrackerRefusal } from "../shared/wire/announce.ts";
import { decodeAnnounceResponse, decodeScrapeResponse } from "../shared/wire/http_tracker_answer.ts";
import { encodeAnnounceQuery, encodeScrapeQuery } from "../shared/wire/http_tracker_query.ts";
import { decodeUdpResponse, encodeUdpRequest, type UdpRequest, type UdpResponse } from "../shared/wire/udp_tracker.ts";
import { INSTANCE_HEADER } from "./http_server.ts";
import { sampleFolderTorrent, sampleTorrent } from "./sample_torrent.ts";
import { Tracker } from "./tracker.ts";
import type { TrackerOptions } from "./tracker_options.ts";

const startTracker = (options: Partial<TrackerOptions> = {}) =>
  Tracker.start({ host: "127.0.0.1", port: 0, intervalSeconds: 60, ...options });

const id = (name: string): PeerId => peerId(new TextEncoder().encode(name.padEnd(20, ".")));

const announceOf = (hash: InfoHash, more: Partial<Announce> = {}): Announce => ({
  infoHash: hash,
  peerId: id("-PS0100-a"),
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 0,
  ...more,
});

async function announceByHttp(base: string, announce: Announce, isCompact = true): Promise<AnnounceResponse> {
  const response = await fetch(`${base}/announce?${encodeAnnounceQuery(announce, { isCompact })}`);
  assert.equal(response.status, 200);
  return decodeAnnounceResponse(await response.bytes());
}

async function put(base: string, metainfo: Metainfo, query = "?kind=video"): Promise<number> {
  const { infoHash } = metainfo.info;
  const body = encodeMetainfo(metainfo);
  const response = await fetch(`${base}/torrents/${infoHash}${query}`, { method: "PUT", body });
  await response.body?.cancel();
  return response.status;
}

async function catalogueOf(base: string, query = ""): Promise<CataloguePage> {
  const response = await fetch(`${base}/catalogue${query}`);
  assert.equal(response.status, 200);
  return await response.json();
}

/** Resolves when the tracker tells of a change after which the condition holds. */
async function until(tracker: Tracker, condition: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using _subscription = tracker.subscribe(() => {
    if (condition()) resolve();
  });
  if (condition()) return;
  await promise;
}

/** A UDP client of one socket. */
class UdpClient implements Disposable {
  readonly #socket: Deno.DatagramConn;
  readonly #target: Deno.NetAddr;

  constructor(hostname: string, port: number) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#target = { transport: "udp", hostname, port };
  }

  async ask(request: UdpRequest): Promise<UdpResponse> {
    await this.#socket.send(encodeUdpRequest(request), this.#target);
    const [bytes] = await this.#socket.receive();
    return decodeUdpResponse(bytes, { family: this.#target.hostname.includes(":") ? 6 : 4 });
  }

  async connect(): Promise<bigint> {
    const response = await this.ask({ type: "connect", transactionId: 1 });
    assert.ok(response.type === "connect");
    return response.connectionId;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

Deno.test("clients of UDP and HTTP meet on one port, IPv4 and IPv6", async () => {
  await using tracker = await startTracker({ host: "::" });
  const { info } = sampleTorrent("film.mp4");
  const byHttp = await announceByHttp(`http://127.0.0.1:${tracker.port}`, announceOf(info.infoHash));
  assert.equal(byHttp.externalAddress, "127.0.0.1");
  for (const hostname of ["127.0.0.1", "::1"]) {
    using client = new UdpClient(hostname, tracker.port);
    const connectionId = await client.connect();
    const announce = announceOf(info.infoHash, {
      peerId: id(`-qB-${hostname}`),
      port: 7000 + hostname.length,
      left: 5,
    });
    const response = await client.ask({ type: "announce", transactionId: 2, connectionId, ...announce });
    assert.ok(response.type === "announce");
    // Loopback has two addresses: each asker gets everyone under the one that it uses itself.
    const expected = hostname === "::1" ? [6881, 7009] : [6881];
    assert.deepEqual(
      response.peers.toSorted((a, b) => a.port - b.port),
      expected.map((port) => ({ host: hostname, port })),
    );
  }
  assert.deepEqual(tracker.status().announceCount, { udp: 2, http: 1 });
});

Deno.test("a private community is found with its key only", async () => {
  await using tracker = await startTracker({ key: "s3cret" });
  const { info } = sampleTorrent("film.mp4");
  const base = `http://127.0.0.1:${tracker.port}`;
  await announceByHttp(`${base}/s3cret`, announceOf(info.infoHash));
  await assert.rejects(announceByHttp(base, announceOf(info.infoHash)), TrackerRefusal);
  await assert.rejects(announceByHttp(`${base}/wrong`, announceOf(info.infoHash)), TrackerRefusal);
  const statusOf = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${base}${path}`, init);
    await response.body?.cancel();
    return response.status;
  };
  for (const path of ["/catalogue", `/torrents/${info.infoHash}.torrent`, "/metrics", "/wrong/catalogue", "/"]) {
    assert.equal(await statusOf(path), 404, path);
  }
  assert.equal(await put(base, sampleTorrent("film.mp4")), 404);
  assert.equal(await put(`${base}/s3cret`, sampleTorrent("film.mp4")), 201);
  assert.equal(await statusOf("/s3cret/catalogue"), 200);
  assert.equal(await statusOf("/s3cret/metrics"), 200);
  assert.equal(await statusOf("/healthz"), 200);
  using client = new UdpClient("127.0.0.1", tracker.port);
  const request = { type: "announce", transactionId: 2, connectionId: await client.connect() } as const;
  assert.equal((await client.ask({ ...request, ...announceOf(info.infoHash) })).type, "error");
  assert.equal(
    (await client.ask({ ...request, ...announceOf(info.infoHash), path: "/s3cret/announce" })).type,
    "announce",
  );
});

Deno.test("HTTP announces: peers as dictionaries, refusals as failures, scrape", async () => {
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const { info } = sampleTorrent("film.mp4");
  await announceByHttp(base, announceOf(info.infoHash));
  const second = announceOf(info.infoHash, { peerId: id("second"), port: 7001, left: 9 });
  const { peers } = await announceByHttp(base, second, false);
  assert.deepEqual(peers, [{ host: "127.0.0.1", port: 6881, peerId: id("-PS0100-a") }]);
  const behind = announceOf(info.infoHash, { peerId: id("third"), port: 7002, left: 9, ip: "203.0.113.7" });
  await announceByHttp(base, behind);
  const claimed = await announceByHttp(base, second);
  assert.ok(claimed.peers.some(({ host, port }) => host === "203.0.113.7" && port === 7002));
  const refused = await fetch(`${base}/announce?info_hash=short`);
  assert.match(await refused.text(), /failure reason/);
  const scraped = await fetch(`${base}/scrape?${encodeScrapeQuery([info.infoHash])}`);
  assert.deepEqual(decodeScrapeResponse(await scraped.bytes()), [
    { infoHash: info.infoHash, seederCount: 1, completedCount: 0, leecherCount: 2, partialSeederCount: 0 },
  ]);
  const all = await fetch(`${base}/scrape`);
  assert.deepEqual(decodeScrapeResponse(await all.bytes()).map(({ leecherCount }) => leecherCount), [2]);
  assert.equal(tracker.status().refusedCount, 1);
});

Deno.test("a torrent is put, found, fetched back with our addresses, and gone with its holder", async () => {
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const metainfo = sampleTorrent("Big Bück Bunny.mp4");
  const { infoHash } = metainfo.info;
  assert.equal(await put(base, metainfo), 201);
  assert.equal(await put(base, metainfo), 204);
  assert.equal((await catalogueOf(base)).totalCount, 0);
  await announceByHttp(base, announceOf(infoHash));
  const page = await catalogueOf(base, "?mode=video&q=buck&sort=seeders");
  assert.equal(page.entries[0]?.infoHash, infoHash);
  assert.equal((await catalogueOf(base, "?mode=audio")).totalCount, 0);
  for (const name of [infoHash, infoHash.toUpperCase(), metainfo.info.infoHashV2]) {
    const response = await fetch(`${base}/torrents/${name}.torrent`);
    assert.equal(response.headers.get("Content-Type"), "application/x-bittorrent");
    const torrent = decodeMetainfo(await response.bytes());
    assert.equal(torrent.info.infoHash, infoHash);
    assert.deepEqual(torrent.trackers, [[`udp://127.0.0.1:${tracker.port}/announce`, `${base}/announce`]]);
  }
  await announceByHttp(base, announceOf(infoHash, { event: "stopped" }));
  assert.equal((await catalogueOf(base)).totalCount, 0);
});

Deno.test("the catalogue's tag: unchanged is 304, every change and every restart is another one", async () => {
  const metainfo = sampleTorrent("film.mp4");
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const ask = async (tag?: string) => {
    const response = await fetch(`${base}/catalogue`, tag === undefined ? {} : { headers: { "If-None-Match": tag } });
    await response.body?.cancel();
    assert.equal(response.headers.get(INSTANCE_HEADER), tracker.instanceId);
    return { status: response.status, tag: response.headers.get("ETag") ?? "" };
  };
  const { tag } = await ask();
  assert.equal((await ask(tag)).status, 304);
  assert.equal((await ask(`"other", W/${tag}`)).status, 304);
  await put(base, metainfo);
  assert.equal((await ask(tag)).status, 304, "nobody holds it");
  await announceByHttp(base, announceOf(metainfo.info.infoHash));
  const after = await ask(tag);
  assert.equal(after.status, 200);
  assert.notEqual(after.tag, tag);
  await using other = await startTracker();
  assert.notEqual(other.instanceId, tracker.instanceId);
});

Deno.test("a restart with a data directory brings rows back with the first announce", async () => {
  const dataDirectory = await Deno.makeTempDir();
  try {
    const metainfo = sampleTorrent("film.mp4");
    {
      await using tracker = await startTracker({ dataDirectory });
      await put(`http://127.0.0.1:${tracker.port}`, metainfo, "?kind=audio");
    }
    await using tracker = await startTracker({ dataDirectory });
    const base = `http://127.0.0.1:${tracker.port}`;
    assert.equal((await catalogueOf(base)).totalCount, 0);
    await announceByHttp(base, announceOf(metainfo.info.infoHash));
    assert.equal((await catalogueOf(base)).entries[0]?.kind, "audio");
  } finally {
    await Deno.remove(dataDirectory, { recursive: true });
  }
});

function offerOf(torrents: readonly { readonly infoHash: string; readonly seconds?: number }[]): string {
  return JSON.stringify({ torrents });
}

Deno.test("a peer offers many torrents, and is told which the tracker knows less of", async () => {
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const [full, unkind, unknown] = [sampleTorrent("a.mp4"), sampleTorrent("b.mp4"), sampleTorrent("c.mp4")];
  await put(base, full, "?kind=video");
  await put(base, unkind, "");
  const wanted = async (seconds?: number) => {
    const torrents = [full, unkind, unknown].map(({ info }) => ({
      infoHash: info.infoHash.toUpperCase(),
      ...(seconds === undefined ? {} : { seconds }),
    }));
    const response = await fetch(`${base}/torrents/wanted`, { method: "POST", body: offerOf(torrents) });
    assert.equal(response.status, 200);
    return await response.json();
  };
  const names = [unkind, unknown].map(({ info }) => info.infoHash);
  assert.deepEqual(await wanted(), { wanted: names });
  assert.deepEqual(await wanted(12), { wanted: [full.info.infoHash, ...names] }, "how long it plays is news");
  await put(base, full, "?kind=video&seconds=12");
  assert.deepEqual(await wanted(13), { wanted: names }, "what is said first stays");
});

Deno.test("what is wrong with a request is said", async () => {
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const metainfo = sampleTorrent("film.mp4");
  const { infoHash } = metainfo.info;
  const other = sampleTorrent("other.mp4").info.infoHash;
  const body = encodeMetainfo(metainfo);
  const cases: readonly [path: string, init: RequestInit, status: number][] = [
    [`/torrents/${other}?kind=video`, { method: "PUT", body }, 422],
    [`/torrents/${infoHash}?kind=film`, { method: "PUT", body }, 422],
    [`/torrents/${infoHash}?seconds=864001`, { method: "PUT", body }, 422],
    [`/torrents/${infoHash}?seconds=-1`, { method: "PUT", body }, 422],
    [`/torrents/${infoHash}?kind=video`, { method: "PUT", body: "not a torrent" }, 422],
    [`/torrents/${infoHash}`, { method: "PUT", body: new Uint8Array(17 * 1024 * 1024) }, 413],
    [`/torrents/xyz`, { method: "PUT", body }, 404],
    ["/torrents/wanted", { method: "POST", body: "{" }, 400],
    ["/torrents/wanted", { method: "POST", body: JSON.stringify({ torrents: [{ infoHash: "xyz" }] }) }, 422],
    ["/torrents/wanted", { method: "POST", body: offerOf(new Array(501).fill({ infoHash })) }, 422],
    ["/torrents/wanted", { method: "POST", body: "x".repeat(100_000) }, 413],
    ["/torrents/wanted", {}, 404],
    [`/torrents/${infoHash}`, { method: "DELETE" }, 405],
    [`/torrents/${infoHash}.torrent`, {}, 404],
    ["/torrents/xyz.torrent", {}, 404],
    ["/catalogue?sort=colour", {}, 422],
    ["/catalogue?cursor=none", {}, 422],
    ["/catalogue?limit=0", {}, 422],
    ["/catalogue?limit=1000", {}, 422],
    ["/catalogue", { method: "POST", body: "{}" }, 405],
    ["/announce", { method: "POST", body: "{}" }, 405],
    ["/nothing", {}, 404],
  ];
  for (const [path, init, status] of cases) {
    const response = await fetch(`${base}${path}`, init);
    assert.equal(response.status, status, `${init.method} ${path}`);
    assert.equal(response.headers.get("Content-Type"), "application/problem+json", path);
    const { detail } = await response.json();
    assert.ok(typeof detail === "string" && detail.length > 0, path);
  }
});

Deno.test("metadata of foreign clients' torrents are fetched, and make rows", async () => {
  const album = sampleFolderTorrent("Album", { "1.flac": 1000, "2.flac": 2000 });
  const asked: string[] = [];
  const fetchAlbum = (hash: InfoHash, { host, port }: { host: string; port: number }): Promise<Info> => {
    asked.push(`${hash} ${host} ${port}`);
    return Promise.resolve(album.info);
  };
  await using tracker = await startTracker({ metadata: { graceMs: 1, fetch: fetchAlbum } });
  const base = `http://127.0.0.1:${tracker.port}`;
  await announceByHttp(base, announceOf(album.info.infoHash, { peerId: id("-qB4600-x"), port: 7070 }));
  await until(tracker, () => tracker.catalogue.totals.fileCount > 0);
  assert.deepEqual(asked, [`${album.info.infoHash} 127.0.0.1 7070`]);
  const [entry] = (await catalogueOf(base, "?mode=audio")).entries;
  assert.equal(entry?.name, "Album");
  assert.equal(entry?.fileCount, 2);
  const [client] = tracker.clients();
  assert.equal(client?.client, "qBittorrent 4.6.0");
  assert.equal(client?.files[0]?.name, "Album");
});

Deno.test("a hybrid announced under both names is one row with one swarm", async () => {
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const metainfo = sampleTorrent("film.mp4");
  const { infoHash, infoHashV2 } = metainfo.info;
  assert.ok(infoHashV2 !== undefined);
  await announceByHttp(base, announceOf(truncateInfoHash(infoHashV2), { peerId: id("-LT2080-v2") }));
  await put(base, metainfo);
  const other = announceOf(infoHash, { peerId: id("-LT2080-v1"), port: 7000, left: 5 });
  const { peers } = await announceByHttp(base, other);
  assert.deepEqual(peers.map(({ port }) => port), [6881]);
  const { entries } = await catalogueOf(base);
  assert.deepEqual(entries.map(({ seederCount, leecherCount }) => [seederCount, leecherCount]), [[1, 1]]);
});

Deno.test("who is not heard of is gone within two and a half intervals, with the rows of what only it had", async () => {
  await using tracker = await startTracker({ intervalSeconds: 1 });
  const base = `http://127.0.0.1:${tracker.port}`;
  const metainfo = sampleTorrent("film.mp4");
  await put(base, metainfo);
  const startedAt = performance.now();
  await announceByHttp(base, announceOf(metainfo.info.infoHash));
  assert.equal(tracker.clients().length, 1);
  await until(tracker, () => tracker.status().clientCount === 0);
  const elapsedMs = performance.now() - startedAt;
  assert.ok(elapsedMs >= 2450 && elapsedMs < 3500, `${elapsedMs} ms`);
  assert.equal((await catalogueOf(base)).totalCount, 0);
});

Deno.test("views: clients with their files, swarms with their names, limits that cut", async () => {
  await using tracker = await startTracker();
  const base = `http://127.0.0.1:${tracker.port}`;
  const known = sampleTorrent("film.mp4");
  const unknown = infoHash(new Uint8Array(20).fill(9));
  await put(base, known);
  await announceByHttp(base, announceOf(known.info.infoHash, { left: 400, uploaded: 10, event: "started" }));
  await announceByHttp(base, announceOf(known.info.infoHash, { left: 300, uploaded: 70 }));
  await announceByHttp(base, announceOf(unknown));
  const [client] = tracker.clients();
  assert.deepEqual(omitTime(client), {
    peerId: id("-PS0100-a"),
    client: "Playswarm 0.1.0",
    endpoint: "127.0.0.1:6881",
    transport: "http",
    ipVersion: 4,
    reach: "loopback",
    uploadedBytes: 60,
    downloadedBytes: 0,
    fileCount: 2,
    files: [
      {
        infoHash: known.info.infoHash,
        name: "film.mp4",
        sizeBytes: 1000,
        kind: "video",
        isSeeder: false,
        leftBytes: 300,
      },
      { infoHash: unknown, name: unknown, sizeBytes: 0, kind: "other", isSeeder: true, leftBytes: 0 },
    ],
  });
  assert.ok(Math.abs((client?.seenAtMs ?? 0) - Date.now()) < 5000);
  assert.equal(tracker.clients({ maxFiles: 1 })[0]?.files.length, 1);
  assert.equal(tracker.clients({ maxCount: 0 }).length, 0);
  assert.equal(tracker.swarms().length, 2);
  assert.deepEqual(tracker.swarms().find(({ name }) => name === "film.mp4"), {
    infoHash: known.info.infoHash,
    name: "film.mp4",
    kind: "video",
    sizeBytes: 1000,
    seederCount: 0,
    leecherCount: 1,
    completedCount: 0,
    leftBytes: 300,
    copyCount: 0.7,
  });
  const metrics = await (await fetch(`${base}/metrics`)).text();
  assert.match(metrics, /^playswarm_tracker_clients 1$/m);
  assert.match(metrics, /^playswarm_tracker_announces_total\{transport="http",result="answered"\} 3$/m);
  assert.match(metrics, /^playswarm_tracker_uploaded_bytes_total 60$/m);
});

function omitTime(client: ClientView | undefined): unknown {
  if (client === undefined) return undefined;
  const { seenAtMs: _seenAtMs, ...rest } = client;
  return rest;
}

Deno.test("a port in use is named, on either protocol, and nothing stays open", async () => {
  await using tracker = await startTracker();
  const isNamed = (error: unknown) =>
    error instanceof Deno.errors.AddrInUse && error.message.includes(String(tracker.port));
  await assert.rejects(startTracker({ port: tracker.port }), isNamed);
  const tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = tcp.addr;
  await assert.rejects(
    startTracker({ port }),
    (error) => error instanceof Deno.errors.AddrInUse && error.message.includes(String(port)),
  );
  tcp.close();
  await using _now = await startTracker({ port });
});

Deno.test("options out of range are refused", async () => {
  for (
    const wrong of [{ port: 65_536 }, { port: -1 }, { intervalSeconds: 0 }, { intervalSeconds: 1.5 }, { key: "a b" }]
  ) {
    await assert.rejects(startTracker(wrong), RangeError, JSON.stringify(wrong));
  }
});
