import assert from "node:assert/strict";
import { type PeerId, peerId } from "../shared/ids.ts";
import type { ClientView } from "../shared/tracker_dashboard_views.ts";
import type { Announce } from "../shared/wire/announce.ts";
import { encodeAnnounceQuery } from "../shared/wire/http_tracker_query.ts";
import { encodeMetainfo } from "../shared/metainfo.ts";
import { Folder } from "../tests/program.ts";
import { MemoryCommunity } from "./memory_store.ts";
import { sampleTorrent } from "./sample_torrent.ts";
import { Tracker } from "./tracker.ts";
import type { TrackerOptions } from "./tracker_options.ts";

const ANNA: PeerId = peerId(new TextEncoder().encode("-PS0100-anna........"));
const { info } = sampleTorrent("film.mp4");

const startTracker = (options: Partial<TrackerOptions> = {}) =>
  Tracker.start({ host: "::", port: 0, intervalSeconds: 60, ...options });

async function announce(tracker: Tracker, more: Partial<Announce> = {}, base = baseOf(tracker)): Promise<void> {
  const announced = { infoHash: info.infoHash, peerId: ANNA, port: 6881, uploaded: 0, downloaded: 0, left: 0, ...more };
  const answer = await fetch(`${base}/announce?${encodeAnnounceQuery(announced, { isCompact: true })}`);
  assert.match(await answer.text(), /8:interval/);
}

const baseOf = (tracker: Tracker, host = "127.0.0.1") => `http://${host}:${tracker.port}`;

async function tellName(base: string, body: unknown, id: string = ANNA): Promise<number> {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${base}/clients/${id}`, { method: "PUT", headers, body: JSON.stringify(body) });
  await answer.body?.cancel();
  return answer.status;
}

const nameOf = (tracker: Tracker) => tracker.clients()[0]?.name;

Deno.test("a name is believed of a client that announced itself from the same address, and goes with it", async () => {
  await using tracker = await startTracker();
  const base = baseOf(tracker);
  const name = { name: "  Anna's laptop ", port: 6881 };
  assert.equal(await tellName(base, name), 404, "nobody is here");
  await announce(tracker);
  assert.equal(nameOf(tracker), undefined);
  assert.equal(await tellName(base, { ...name, port: 6882 }), 404, "nobody is at that port");
  assert.equal(await tellName(base, name, ANNA.replaceAll("2d", "2e")), 404, "nobody has that peer id");
  assert.equal(await tellName(base, name), 204);
  assert.equal(nameOf(tracker), "Anna's laptop");
  assert.equal(await tellName(baseOf(tracker, "[::1]"), { name: "Anna", port: 6881 }), 204, "the other loopback");
  assert.equal(nameOf(tracker), "Anna");
  await announce(tracker, { left: 7 });
  assert.equal(nameOf(tracker), "Anna", "an announce changes nothing of it");
  assert.equal(await tellName(base, { name: "", port: 6881 }), 204);
  assert.equal(nameOf(tracker), undefined);
  await tellName(base, name);
  await announce(tracker, { event: "stopped" });
  await announce(tracker);
  assert.equal(nameOf(tracker), undefined, "forgotten with the client");
});

Deno.test("a client that is known under an address that it claims is named under it", async () => {
  await using tracker = await startTracker();
  await announce(tracker, { ip: "192.168.7.9" });
  assert.equal(tracker.clients()[0]?.endpoint, "192.168.7.9:6881");
  assert.equal(await tellName(baseOf(tracker), { name: "Anna", port: 6881 }), 404);
  assert.equal(await tellName(baseOf(tracker), { name: "Anna", port: 6881, ip: "192.168.7.9" }), 204);
  assert.equal(nameOf(tracker), "Anna");
});

Deno.test("what is no name is refused, and what is behind a key needs it", async () => {
  await using tracker = await startTracker();
  const base = baseOf(tracker);
  await announce(tracker);
  const wrong = [
    { port: 6881 },
    { name: "Anna" },
    { name: "Anna", port: 0 },
    { name: "Anna", port: 65_536 },
    { name: "Anna", port: 6881, colour: "red" },
    { name: "An\u0000na", port: 6881 },
    { name: "a".repeat(41), port: 6881 },
    { name: 7, port: 6881 },
  ];
  for (const body of wrong) assert.equal(await tellName(base, body), 422, JSON.stringify(body));
  assert.equal(await tellName(base, { name: "a".repeat(5000), port: 6881 }), 413);
  assert.equal(await tellName(base, { name: "Anna", port: 6881 }, "anna"), 404);
  const got = await fetch(`${base}/clients/${ANNA}`);
  await got.body?.cancel();
  assert.deepEqual([got.status, got.headers.get("Allow")], [405, "PUT"]);
  assert.equal(nameOf(tracker), undefined);
  await using secret = await startTracker({ key: "hush" });
  await announce(secret, {}, `${baseOf(secret)}/hush`);
  assert.equal(await tellName(baseOf(secret), { name: "Anna", port: 6881 }), 404);
  assert.equal(await tellName(`${baseOf(secret)}/hush`, { name: "Anna", port: 6881 }), 204);
});

Deno.test("a name is kept over a restart", async () => {
  await using folder = await Folder.create();
  {
    await using tracker = await startTracker({ dataDirectory: folder.path });
    await announce(tracker);
    await tellName(baseOf(tracker), { name: "居間 🎬", port: 6881 });
  }
  await using tracker = await startTracker({ dataDirectory: folder.path });
  assert.equal(nameOf(tracker), "居間 🎬");
  const [client] = tracker.clients();
  assert.deepEqual([client?.transport, client?.ipVersion], [undefined, undefined], "it was not heard of since");
});

Deno.test("a name is told to other trackers of the community, whoever is there and whoever comes", async () => {
  const community = new MemoryCommunity(Date.now);
  await using first = await startTracker({ store: community.connect() });
  await using second = await startTracker({ store: community.connect() });
  const isNamed = (name: string | undefined) => untilView(second, (client) => client?.name === name);
  await announce(first);
  await tellName(baseOf(first), { name: "Anna", port: 6881 });
  await isNamed("Anna");
  await using third = await startTracker({ store: community.connect() });
  assert.equal(nameOf(third), "Anna");
  await tellName(baseOf(third), { name: "Berta", port: 6881 });
  await isNamed("Berta");
  await tellName(baseOf(third), { name: "", port: 6881 });
  await isNamed(undefined);
});

Deno.test("how a client announced last, and how its swarm is", async () => {
  await using tracker = await startTracker();
  await announce(tracker);
  const how = () => {
    const [client] = tracker.clients();
    return [client?.transport, client?.ipVersion];
  };
  assert.deepEqual(how(), ["http", 4]);
  await announce(tracker, { event: "stopped" });
  await announce(tracker, {}, baseOf(tracker, "[::1]"));
  assert.deepEqual(how(), ["http", 6]);
  const health = () => {
    const [swarm] = tracker.swarms();
    return [swarm?.leftBytes, swarm?.copyCount];
  };
  assert.deepEqual(health(), [undefined, undefined], "nobody has described it");
  const length = info.files.reduce((total, file) => total + file.length, 0);
  const put = { method: "PUT", body: encodeMetainfo(sampleTorrent("film.mp4")) };
  await (await fetch(`${baseOf(tracker)}/torrents/${info.infoHash}`, put)).body?.cancel();
  assert.deepEqual(health(), [0, 1]);
  await announce(tracker, { peerId: peerId(new TextEncoder().encode("-TR4050-half........")), left: length / 2 });
  await announce(tracker, { peerId: peerId(new TextEncoder().encode("-TR4050-none........")), port: 1, left: 2 ** 50 });
  assert.deepEqual(health(), [length * 1.5, 1.5]);
});

/** Resolves when the tracker tells of a change after which the first client's view is so. */
async function untilView(tracker: Tracker, isSo: (client: ClientView | undefined) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => isSo(tracker.clients()[0]) && resolve();
  using _subscription = tracker.subscribe(look);
  look();
  await promise;
}
