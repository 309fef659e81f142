import assert from "node:assert/strict";
import fc from "fast-check";
import { type InfoHash, parseInfoHash, type PeerId, peerId } from "../shared/ids.ts";
import { type Announce, type AnnounceResponse, UNKNOWN_LEFT } from "../shared/wire/announce.ts";
import { MAX_PEER_COUNT } from "./announce_answer.ts";
import type { GivenResponse } from "./given_peer.ts";
import { FOREIGN_INTERVAL_SECONDS, LEASE_INTERVALS } from "./intervals.ts";
import { SCAN_LIMIT } from "./swarm_sample.ts";
import type { AnnounceRequest } from "./announce_request.ts";
import { DEFAULT_PEER_COUNT, Swarms, type SwarmsOptions } from "./swarms.ts";

const INTERVAL_SECONDS = 60;
const LEASE_MS = INTERVAL_SECONDS * 1000 * LEASE_INTERVALS;
const FOREIGN_LEASE_MS = FOREIGN_INTERVAL_SECONDS * 1000 * LEASE_INTERVALS;

const newSwarms = (options: Partial<SwarmsOptions> = {}) =>
  new Swarms({ intervalSeconds: INTERVAL_SECONDS, random: () => 0, ...options });
const hash = (number: number): InfoHash => parseInfoHash(number.toString(16).padStart(40, "0"));
const id = (name: string, prefix = "-qB4600-"): PeerId =>
  peerId(new TextEncoder().encode((prefix + name).padEnd(20, ".")));
const ours = (name: string): PeerId => id(name, "-PS0100-");

function request(
  announce: Partial<Announce>,
  host = "198.51.100.1",
  more: Partial<AnnounceRequest> = {},
): AnnounceRequest {
  return {
    announce: {
      infoHash: hash(1),
      peerId: id("a"),
      port: 6881,
      uploaded: 0,
      downloaded: 0,
      left: 1000,
      ...announce,
    },
    host,
    ...more,
  };
}

function answer(swarms: Swarms, given: AnnounceRequest, nowMs = 0): GivenResponse {
  const result = swarms.announce(given, nowMs);
  if (result.type === "refused") throw new assert.AssertionError({ message: result.refusal.reason });
  return result.response;
}

const hosts = (response: AnnounceResponse) => response.peers.map(({ host }) => host).sort();

Deno.test("an announce registers, counts and gives the others", () => {
  const swarms = newSwarms();
  assert.deepEqual(hosts(answer(swarms, request({ peerId: id("a"), left: 0 }, "198.51.100.1"))), []);
  const response = answer(swarms, request({ peerId: id("b") }, "198.51.100.2"));
  assert.deepEqual(response.peers, [{ host: "198.51.100.1", port: 6881, peerId: id("a") }]);
  assert.deepEqual(response.compactPeers.ipv4, Uint8Array.of(198, 51, 100, 1, 6881 >> 8, 6881 & 255));
  assert.equal(response.seederCount, 1);
  assert.equal(response.leecherCount, 1);
  assert.equal(response.intervalSeconds, INTERVAL_SECONDS);
  assert.equal(response.externalAddress, "198.51.100.2");
  assert.deepEqual(swarms.totals, {
    clientCount: 2,
    swarmCount: 1,
    membershipCount: 2,
    uploadedBytes: 0,
    downloadedBytes: 0,
    exchangedBytes: 0,
  });
});

Deno.test("seeders are not given to seeders, and partial seeders want none", () => {
  const swarms = newSwarms();
  answer(swarms, request({ peerId: id("seed"), left: 0 }, "198.51.100.1"));
  answer(swarms, request({ peerId: id("partial"), left: 5, event: "paused" }, "198.51.100.2"));
  answer(swarms, request({ peerId: id("leech") }, "198.51.100.3"));
  assert.deepEqual(hosts(answer(swarms, request({ peerId: id("seed"), left: 0 }, "198.51.100.1"))), ["198.51.100.3"]);
  const partial = request({ peerId: id("partial"), left: 5, event: "paused" }, "198.51.100.2");
  assert.deepEqual(hosts(answer(swarms, partial)), ["198.51.100.3"]);
  assert.deepEqual(hosts(answer(swarms, request({ peerId: id("leech") }, "198.51.100.3"))), [
    "198.51.100.1",
    "198.51.100.2",
  ]);
});

Deno.test("partial seeders are counted apart while they are here and want no more (BEP 21)", () => {
  const swarms = newSwarms();
  const counted = () => {
    const [{ seederCount, leecherCount, partialSeederCount } = {}] = swarms.scrape([hash(1)]);
    return [seederCount, leecherCount, partialSeederCount];
  };
  const announce = (name: string, more: Partial<Announce>) =>
    answer(swarms, request({ peerId: id(name), left: 5, ...more }, `198.51.100.${name.length}`));
  assert.deepEqual(counted(), [0, 0, 0]);
  announce("a", { event: "paused" });
  announce("bb", { event: "paused" });
  announce("bb", { event: "paused" });
  announce("ccc", {});
  assert.deepEqual(counted(), [0, 3, 2]);
  announce("a", {});
  assert.deepEqual(counted(), [0, 3, 1], "it wants the rest now");
  announce("bb", { event: "paused", left: 0 });
  assert.deepEqual(counted(), [1, 2, 0], "it has everything");
  announce("a", { event: "paused" });
  swarms.announce(request({ peerId: id("a"), left: 5, event: "stopped" }, "198.51.100.1"), 1);
  assert.deepEqual(counted(), [1, 1, 0]);
});

Deno.test("aria2 and WebTorrent with a magnet say that they lack nothing, and are given seeders all the same", () => {
  for (const prefix of ["A2-1-36-0-", "-WW3021-"]) {
    const swarms = newSwarms();
    answer(swarms, request({ peerId: id("seed"), left: 0 }, "198.51.100.1"));
    const magnet = answer(swarms, request({ peerId: id("magnet", prefix), left: 0 }, "198.51.100.2"));
    assert.deepEqual(hosts(magnet), ["198.51.100.1"]);
  }
});

Deno.test("who stops is gone at once, and so is the empty swarm", () => {
  const swarms = newSwarms();
  answer(swarms, request({}));
  const result = swarms.announce(request({ event: "stopped" }), 1);
  assert.equal(result.type, "answered");
  assert.deepEqual(result.type === "answered" ? result.changed : [], [hash(1)]);
  assert.equal(swarms.totals.clientCount + swarms.totals.swarmCount + swarms.totals.membershipCount, 0);
  assert.deepEqual(answer(swarms, request({ event: "stopped" }), 2).peers, [], "stopping twice is no error");
});

Deno.test("a lease ends after two and a half intervals, not before; that of a foreign client is never short", () => {
  for (const [peerId, lease] of [[ours("x"), LEASE_MS], [id("y"), FOREIGN_LEASE_MS]] as const) {
    const swarms = newSwarms();
    answer(swarms, request({ peerId }), 1000);
    assert.deepEqual([...swarms.sweep(1000 + lease - 1)], []);
    assert.deepEqual([...swarms.sweep(1000 + lease)], [hash(1)]);
    assert.equal(swarms.totals.clientCount, 0);
  }
});

Deno.test("any announce of one of ours renews all its swarms, one of others only its own", () => {
  const cases = [[ours("x"), LEASE_MS, [1, 2, 3]], [id("y"), FOREIGN_LEASE_MS, [1]]] as const;
  for (const [peerId, lease, kept] of cases) {
    const swarms = newSwarms();
    for (const number of [1, 2, 3]) answer(swarms, request({ infoHash: hash(number), peerId }), 0);
    answer(swarms, request({ infoHash: hash(1), peerId }), lease - 1);
    swarms.sweep(lease);
    assert.deepEqual([1, 2, 3].filter((number) => (swarms.swarm(hash(number))?.size ?? 0) > 0), kept);
    assert.deepEqual([...swarms.sweep(2 * lease)].sort(), kept.map(hash));
    assert.equal(swarms.totals.membershipCount, 0);
  }
});

Deno.test("a client is its peer id and its endpoint: another address is another client", () => {
  const swarms = newSwarms();
  answer(swarms, request({ peerId: ours("x") }, "198.51.100.1"), 0);
  answer(swarms, request({ peerId: ours("x") }, "198.51.100.2"), 1);
  answer(swarms, request({ peerId: ours("x"), event: "stopped" }, "198.51.100.2"), 2);
  assert.equal(swarms.totals.clientCount, 1);
  swarms.sweep(LEASE_MS);
  assert.equal(swarms.totals.clientCount, 0, "the second address renewed nothing of the first");
});

Deno.test("a program that starts at a local endpoint takes the place of its forerunner, behind a router it does not", () => {
  for (const [host, clientCount] of [["192.168.1.5", 1], ["127.0.0.1", 1], ["198.51.100.1", 2]] as const) {
    const swarms = newSwarms();
    answer(swarms, request({ peerId: ours("old"), infoHash: hash(7) }, host), 0);
    const result = swarms.announce(request({ peerId: ours("new"), event: "started" }, host), 1);
    assert.equal(swarms.totals.clientCount, clientCount, host);
    const expected = clientCount === 1 ? [hash(7), hash(1)] : [hash(1)];
    assert.deepEqual(result.type === "answered" ? result.changed : [], expected);
  }
});

Deno.test("a program with a peer id for each torrent is one client, and takes its forerunner's place swarm by swarm", () => {
  const swarms = newSwarms();
  const at = (peerId: PeerId, number: number) =>
    answer(swarms, request({ peerId, infoHash: hash(number), event: "started" }, "127.0.0.1"));
  at(id("one"), 1);
  at(id("two"), 2);
  assert.equal(swarms.totals.membershipCount, 2);
  assert.equal(swarms.totals.clientCount, 1);
  at(id("again"), 2);
  const members = swarms.swarm(hash(2))?.members().toArray() ?? [];
  assert.deepEqual(members.map(({ client }) => client.peerId), [id("again")]);
  assert.equal(swarms.swarm(hash(1))?.size, 1);
  assert.equal(swarms.totals.clientCount, 1);
});

Deno.test("the number of peers: default, cap, what was asked, none to who stops", () => {
  const swarms = newSwarms();
  for (let number = 0; number < 300; number++) {
    answer(swarms, request({ peerId: id(String(number)), port: 1000 + number }, "198.51.100.1"));
  }
  const count = (more: Partial<Announce>, limits: Partial<AnnounceRequest> = {}) =>
    answer(swarms, request({ peerId: id("asker"), ...more }, "198.51.100.9", limits)).peers.length;
  assert.equal(count({}), DEFAULT_PEER_COUNT);
  assert.equal(count({ numWant: 7 }), 7);
  assert.equal(count({ numWant: 0 }), 0);
  assert.equal(count({ numWant: 5000 }), MAX_PEER_COUNT);
  assert.equal(count({ numWant: 100 }, { maxPeerCount: 67 }), 67);
  assert.equal(count({ event: "stopped" }), 0);
});

Deno.test("who takes no connections from outside is given last, but not to its neighbours", () => {
  const swarms = newSwarms();
  answer(swarms, request({ peerId: id("closed"), ip: "192.168.1.9" }, "203.0.113.1"));
  swarms.setReachable({ peerId: id("closed"), host: "203.0.113.1", port: 6881 }, false);
  swarms.setReachable({ peerId: id("closed"), host: "203.0.113.1", port: 1 }, true);
  answer(swarms, request({ peerId: id("open") }, "203.0.113.2"));
  const stranger = answer(swarms, request({ peerId: id("c"), numWant: 9 }, "203.0.113.3"));
  assert.deepEqual(stranger.peers.map(({ host }) => host), ["203.0.113.2", "203.0.113.1"]);
  const neighbour = answer(swarms, request({ peerId: id("d"), port: 7000, numWant: 1 }, "203.0.113.1"));
  assert.deepEqual(neighbour.peers.map(({ host }) => host), ["192.168.1.9"]);
});

Deno.test("a large swarm is handed out evenly, neighbours first", () => {
  const swarms = newSwarms();
  const total = 10 * SCAN_LIMIT;
  for (let number = 0; number < total; number++) {
    answer(
      swarms,
      request({ peerId: id(String(number)), port: 1000 + number, numWant: 0 }, `198.51.100.${number % 200}`),
    );
  }
  answer(swarms, request({ peerId: id("near"), numWant: 0 }, "203.0.113.7"));
  const counts = new Map<string, number>();
  const rounds = 200;
  for (let round = 0; round < rounds; round++) {
    const { peers } = answer(swarms, request({ peerId: id("asker"), port: 1 }, "203.0.113.7"));
    assert.equal(peers[0]?.peerId, id("near"));
    for (const { peerId } of peers.slice(1)) counts.set(peerId ?? "", (counts.get(peerId ?? "") ?? 0) + 1);
  }
  const fair = rounds * (DEFAULT_PEER_COUNT - 1) / total;
  assert.ok(Math.max(...counts.values()) <= 2 * fair, `${Math.max(...counts.values())} of ${fair}`);
  assert.ok(counts.size > 0.9 * total);
});

Deno.test("in a large swarm of seeders a seeder is told of the few leechers", () => {
  const swarms = newSwarms();
  for (let number = 0; number < 900; number++) {
    const left = number % 300 === 0 ? 5 : 0;
    answer(swarms, request({ peerId: id(String(number)), port: 1000 + number, numWant: 0, left }));
  }
  const { peers } = answer(swarms, request({ peerId: id("asker"), left: 0 }, "203.0.113.7"));
  assert.deepEqual(peers.map(({ port }) => port).sort(), [1000, 1300, 1600]);
});

Deno.test("the least loaded come first: by upload, and by having been given to others", () => {
  const swarms = newSwarms();
  answer(swarms, request({ peerId: id("busy"), left: 0, event: "started", numWant: 0 }, "198.51.100.1"), 0);
  answer(swarms, request({ peerId: id("idle"), left: 0, event: "started", numWant: 0 }, "198.51.100.2"), 0);
  const busy = { peerId: id("busy"), left: 0, uploaded: 2 ** 30, numWant: 0 };
  answer(swarms, request(busy, "198.51.100.1"), 10_000);
  const first = () => answer(swarms, request({ peerId: id("c"), numWant: 1 }, "198.51.100.3"), 10_000).peers[0]?.peerId;
  assert.equal(first(), id("idle"));
  const given = Array.from({ length: 200 }, first);
  assert.ok(given.includes(id("busy")), "who was given often enough is as loaded");
  assert.ok(given.filter((name) => name === id("idle")).length >= 100);
});

Deno.test("totals: growth since the last report, from zero for who starts, no tales", () => {
  const swarms = newSwarms();
  const report = (uploaded: number, event?: Announce["event"]) =>
    answer(swarms, request({ uploaded, downloaded: uploaded / 2, ...(event === undefined ? {} : { event }) }));
  report(500); // met in the middle of its life: what it did before is not ours to count
  assert.equal(swarms.totals.uploadedBytes, 0);
  report(800);
  assert.equal(swarms.totals.uploadedBytes, 300);
  assert.equal(swarms.totals.downloadedBytes, 150);
  report(0, "started");
  report(100);
  assert.equal(swarms.totals.uploadedBytes, 400);
  report(Number.MAX_SAFE_INTEGER);
  assert.equal(swarms.totals.uploadedBytes, 400);
  report(50, "stopped");
  assert.equal(swarms.totals.uploadedBytes, 400);
});

Deno.test("what peers take from one another: not what the library sent, nor more than a line carries", () => {
  const swarms = newSwarms();
  swarms.setLibrary(id("library"));
  answer(swarms, request({ peerId: id("library"), left: 0 }));
  answer(swarms, request({}));
  answer(swarms, request({ peerId: id("library"), left: 0, uploaded: 1000 }), 60_000);
  answer(swarms, request({ uploaded: 70 }), 60_000);
  assert.equal(swarms.totals.exchangedBytes, 70);
  assert.equal(swarms.totals.uploadedBytes, 1070);
  const tenGigabitMinute = 75e9;
  answer(swarms, request({ uploaded: 70 + tenGigabitMinute }), 120_000);
  assert.equal(swarms.totals.exchangedBytes, 70 + tenGigabitMinute);
  answer(swarms, request({ uploaded: 70 + 3 * tenGigabitMinute }), 180_000);
  assert.equal(swarms.totals.exchangedBytes, 70 + tenGigabitMinute);
});

Deno.test("completed is counted once per client, and only of one who lacked something", () => {
  const swarms = newSwarms();
  const complete = request({ left: 0, event: "completed" });
  answer(swarms, complete);
  assert.equal(swarms.scrape([hash(1)])[0]?.completedCount, 0, "it came complete");
  answer(swarms, request({ peerId: id("b") }, "198.51.100.2"));
  answer(swarms, request({ peerId: id("b"), left: 0, event: "completed" }, "198.51.100.2"));
  answer(swarms, request({ peerId: id("b"), left: 0, event: "completed" }, "198.51.100.2"));
  assert.deepEqual(swarms.scrape([hash(1), hash(2)]), [
    { infoHash: hash(1), seederCount: 2, completedCount: 1, leecherCount: 0, partialSeederCount: 0 },
    { infoHash: hash(2), seederCount: 0, completedCount: 0, leecherCount: 0, partialSeederCount: 0 },
  ]);
});

Deno.test("who takes no connections gets peers and is given to nobody", () => {
  const swarms = newSwarms();
  answer(swarms, request({ peerId: id("a") }, "198.51.100.1"));
  assert.deepEqual(hosts(answer(swarms, request({ peerId: id("b"), port: 0 }, "198.51.100.2"))), ["198.51.100.1"]);
  assert.equal(swarms.totals.clientCount, 1);
});

Deno.test("limits: memberships in all, clients at one address; loopback has none", () => {
  const full = newSwarms({ maxMemberships: 2 });
  answer(full, request({ infoHash: hash(1) }));
  answer(full, request({ infoHash: hash(2) }));
  assert.equal(full.announce(request({ infoHash: hash(3) }), 0).type, "refused");
  answer(full, request({ infoHash: hash(2) }));
  const crowded = newSwarms({ maxClientsPerHost: 1 });
  answer(crowded, request({ peerId: id("a") }));
  assert.equal(crowded.announce(request({ peerId: id("b") }), 0).type, "refused");
  answer(crowded, request({ peerId: id("a"), infoHash: hash(2) }));
  for (const name of ["c", "d"]) answer(crowded, request({ peerId: id(name) }, "127.0.0.1"));
});

Deno.test("two names of a hybrid are one swarm, before and after it is known", () => {
  const swarms = newSwarms();
  const both = { infoHash: hash(1), peerId: id("both"), left: 0 };
  answer(swarms, request(both, "198.51.100.1"));
  answer(swarms, request({ ...both, infoHash: hash(2) }, "198.51.100.1"));
  answer(swarms, request({ infoHash: hash(2), peerId: id("v2") }, "198.51.100.2"));
  assert.ok(swarms.alias(hash(2), hash(1)));
  assert.ok(!swarms.alias(hash(2), hash(1)));
  assert.equal(swarms.totals.swarmCount, 1);
  assert.equal(swarms.totals.membershipCount, 2);
  assert.deepEqual(swarms.scrape([hash(2)]), [{
    infoHash: hash(2),
    seederCount: 1,
    completedCount: 0,
    partialSeederCount: 0,
    leecherCount: 1,
  }]);
  const late = answer(swarms, request({ infoHash: hash(2), peerId: id("late") }, "198.51.100.3"));
  assert.deepEqual(hosts(late), ["198.51.100.1", "198.51.100.2"]);
  assert.ok(swarms.alias(hash(3), hash(1)));
  swarms.removeAliases(hash(1));
  assert.deepEqual([2, 3].map((number) => swarms.canonical(hash(number))), [hash(2), hash(3)]);
  swarms.sweep(FOREIGN_LEASE_MS);
  assert.equal(swarms.totals.clientCount + swarms.totals.membershipCount, 0);
});

Deno.test("data is there with a seeder, or with a leecher who has a part", () => {
  const swarms = newSwarms();
  answer(swarms, request({ left: UNKNOWN_LEFT }));
  assert.ok(!swarms.swarm(hash(1))?.hasData(1000));
  answer(swarms, request({ left: 1000 }));
  assert.ok(!swarms.swarm(hash(1))?.hasData(1000));
  answer(swarms, request({ left: 999 }));
  assert.ok(swarms.swarm(hash(1))?.hasData(1000));
});

/** One step of the property below: an announce of somebody, or time passing. */
const step = fc.record({
  client: fc.nat(7),
  infoHash: fc.nat(3),
  left: fc.constantFrom(0, 5, UNKNOWN_LEFT),
  event: fc.constantFrom("started", "stopped", "completed", "paused", undefined),
  host: fc.constantFrom("127.0.0.1", "::1", "192.168.1.5", "198.51.100.7", "2001:db8::7"),
  port: fc.constantFrom(0, 6881, 6882),
  isOurs: fc.boolean(),
  waitMs: fc.constantFrom(0, 1000, LEASE_MS / 2, LEASE_MS),
  alias: fc.boolean(),
});

Deno.test("property: whatever is announced, counts agree, and nobody gets itself or what it cannot reach", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const swarms = newSwarms({ maxMemberships: 20 });
      let nowMs = 0;
      for (const { client, event, isOurs, waitMs, alias, ...rest } of steps) {
        nowMs += waitMs;
        if (waitMs > 0) swarms.sweep(nowMs);
        if (alias) swarms.alias(hash(3), hash(2));
        const peerId = isOurs ? ours(String(client)) : id(String(client));
        const announce = { ...rest, infoHash: hash(rest.infoHash), peerId, ...(event === undefined ? {} : { event }) };
        const result = swarms.announce(request(announce, rest.host), nowMs);
        if (result.type === "answered") checkPeers(result.response, peerId, rest.host);
        checkCounts(swarms);
      }
      swarms.sweep(nowMs + FOREIGN_LEASE_MS);
      assert.equal(swarms.totals.clientCount + swarms.totals.swarmCount + swarms.totals.membershipCount, 0);
      assert.equal(swarms.intervalSeconds, INTERVAL_SECONDS);
    }),
    { seed: 20_260_102, numRuns: 200 },
  );
});

function checkPeers(response: AnnounceResponse, self: PeerId, asker: string): void {
  const isLocal = asker === "127.0.0.1" || asker === "::1";
  for (const { host, peerId } of response.peers) {
    assert.notEqual(peerId, self);
    if (!isLocal) assert.ok(host !== "127.0.0.1" && host !== "::1");
  }
  assert.equal(new Set(response.peers.map(({ host, port }) => `${host} ${port}`)).size, response.peers.length);
}

function checkCounts(swarms: Swarms): void {
  const all = [...swarms.swarms()];
  const programs = [...swarms.programs()];
  const clients = programs.flat();
  const { swarmCount, clientCount, membershipCount } = swarms.totals;
  assert.equal(all.length, swarmCount);
  assert.equal(programs.length, clientCount);
  assert.equal(all.reduce((sum, swarm) => sum + swarm.size, 0), membershipCount);
  assert.equal(clients.reduce((sum, client) => sum + client.memberships().toArray().length, 0), membershipCount);
  for (const client of clients) {
    assert.equal(client.memberships().toArray().length, client.membershipCount);
    assert.ok(client.membershipCount > 0);
  }
  for (const swarm of all) {
    const members = swarm.members().toArray();
    assert.ok(swarm.size > 0);
    assert.equal(members.length, swarm.size);
    const seederCount = members.filter(({ leftBytes }) => leftBytes === 0).length;
    assert.equal(swarm.counts.seederCount, seederCount);
    assert.equal(swarm.counts.leecherCount, swarm.size - seederCount);
    for (const { client, infoHash } of members) {
      assert.equal(infoHash, swarm.infoHash);
      assert.equal(client.memberships().filter((other) => other.infoHash === infoHash).toArray().length, 1);
    }
  }
}
