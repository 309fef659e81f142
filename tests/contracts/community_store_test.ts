import assert from "node:assert/strict";
import { type InfoHash, parseInfoHash, peerId } from "../../shared/ids.ts";
import type { CommunityChange, CommunityStore } from "../../tracker/community_store.ts";
import type { MembershipRecord } from "../../tracker/membership_record.ts";
import { MemoryCommunity } from "../../tracker/memory_store.ts";
import { RedisStore } from "../../tracker/redis_store.ts";
import { RedisServer } from "../redis_server.ts";

/** A store that several connect to, empty at first. */
interface Shared extends AsyncDisposable {
  connect(): Promise<CommunityStore>;
}

const shops: Readonly<Record<string, () => Promise<Shared>>> = {
  "in memory": () => {
    const community = new MemoryCommunity(Date.now);
    return Promise.resolve({ connect: () => Promise.resolve(community.connect()), async [Symbol.asyncDispose]() {} });
  },
  "on Redis": async () => {
    const server = await RedisServer.start();
    return {
      connect: () => RedisStore.connect(server.url),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

const hash = (number: number): InfoHash => parseInfoHash(number.toString(16).padStart(40, "0"));

function member(number: number, more: Partial<MembershipRecord> = {}): MembershipRecord {
  return {
    infoHash: hash(number),
    peerId: peerId(new TextEncoder().encode("-PS0100-abcdefghijkl")),
    host: "192.168.1.5",
    port: 6881,
    leftBytes: 17,
    uploadedBytes: 2 ** 40 + 1,
    downloadedBytes: 3,
    isPartialSeeder: true,
    leaseEndsAtMs: Math.floor(Date.now()) + 60_000,
    ...more,
  };
}

async function all(store: CommunityStore): Promise<readonly CommunityChange[]> {
  const changes = await Array.fromAsync(store.load());
  return changes.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** What another one tells, as many changes as are waited for. */
function heard(store: CommunityStore, count: number): Promise<readonly CommunityChange[]> {
  const { promise, resolve } = Promise.withResolvers<readonly CommunityChange[]>();
  const changes: CommunityChange[] = [];
  store.watch({
    changed(change) {
      changes.push(change);
      if (changes.length === count) resolve(changes);
    },
    connected() {},
  });
  return promise;
}

type Case = (shared: Shared) => Promise<void>;

const contract: Readonly<Record<string, Case>> = {
  async "whoever comes later finds who is there, of both families, as they were"(shared) {
    await using first = await shared.connect();
    const members = [member(1), member(2, { leftBytes: Infinity }), member(1, { host: "2001:db8::7", port: 1 })];
    await first.publish(members.map((each) => ({ type: "kept", member: each })));
    await using second = await shared.connect();
    const expected = members.map((each): CommunityChange => ({ type: "kept", member: each }));
    assert.deepEqual(await all(second), expected.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  },
  async "what is kept again is as it was last, and who is gone is gone"(shared) {
    await using store = await shared.connect();
    await store.publish([{ type: "kept", member: member(1) }, { type: "kept", member: member(2) }]);
    const later = member(1, { leftBytes: 0 });
    await store.publish([{ type: "gone", member: member(2) }, { type: "kept", member: later }]);
    assert.deepEqual(await all(store), [{ type: "kept", member: later }]);
    await store.publish([{ type: "gone", member: later }, { type: "gone", member: later }]);
    assert.deepEqual(await all(store), []);
  },
  async "a client whose lease is over is forgotten; any renewal keeps all it is in"(shared) {
    await using store = await shared.connect();
    const soon = Date.now() + 150;
    const other = { host: "192.168.1.6", leaseEndsAtMs: soon };
    await store.publish([
      { type: "kept", member: member(1, { leaseEndsAtMs: soon }) },
      { type: "kept", member: member(2) },
      { type: "kept", member: member(3, other) },
    ]);
    // deno-lint-ignore house/no-sleeping-tests -- the end of a lease is a moment of the store's own clock
    await new Promise((resolve) => setTimeout(resolve, 200));
    const kept = (await all(store)).map((change) => change.type === "kept" ? change.member.infoHash : change.type);
    assert.deepEqual(kept.sort(), [hash(1), hash(2)]);
  },
  async "a client's name is told and kept, until it is taken away; nobody's is not kept"(shared) {
    await using store = await shared.connect();
    await using other = await shared.connect();
    const { peerId, host, port } = member(1);
    const named = (displayName: string) => ({ type: "named", client: { peerId, host, port, displayName } }) as const;
    const changes: readonly CommunityChange[] = [{ type: "kept", member: member(1) }, named("Anna's 居間 🎬")];
    const told = heard(other, 2);
    await store.publish(changes);
    assert.deepEqual(await told, changes);
    assert.deepEqual(await Array.fromAsync(other.load()), changes, "the name behind the members");
    const without = heard(other, 1);
    await store.publish([named("")]);
    assert.deepEqual(await without, [named("")]);
    assert.deepEqual(await all(store), changes.slice(0, 1));
    const nobody = { ...named("Nobody").client, port: port + 1 };
    await store.publish([{ type: "named", client: nobody }, { type: "gone", member: member(1) }]);
    assert.deepEqual(await all(store), []);
  },
  async "the others hear of it, in order, and nobody hears itself"(shared) {
    await using first = await shared.connect();
    await using second = await shared.connect();
    await using third = await shared.connect();
    const torrent = { infoHash: hash(9), bytes: Uint8Array.of(1, 0, 255), kind: "video" } as const;
    const changes: readonly CommunityChange[] = [
      { type: "kept", member: member(1) },
      { type: "torrent", torrent },
      { type: "kept", member: member(2) },
    ];
    const itself: CommunityChange[] = [];
    first.watch({ changed: (change) => itself.push(change), connected() {} });
    const others = Promise.all([second, third].map((store) => heard(store, changes.length)));
    await first.publish(changes);
    for (const told of await others) assert.deepEqual(told, changes);
    const gone = heard(third, 1);
    await second.publish([{ type: "gone", member: member(1) }]);
    const [change] = await gone;
    assert.equal(change?.type === "gone" ? change.member.infoHash : undefined, hash(1));
    assert.ok(itself.every(({ type }) => type === "gone"), "only what the second said");
  },
  async "a torrent is kept with its kind, or without one"(shared) {
    await using store = await shared.connect();
    const bytes = crypto.getRandomValues(new Uint8Array(20_000));
    await store.publish([
      { type: "torrent", torrent: { infoHash: hash(1), bytes, kind: "audio" } },
      { type: "torrent", torrent: { infoHash: hash(2), bytes } },
    ]);
    const torrents = (await all(store)).map((change) => change.type === "torrent" ? change.torrent : undefined);
    assert.deepEqual(torrents.map((torrent) => [torrent?.infoHash, torrent?.kind]), [[hash(1), "audio"], [
      hash(2),
      undefined,
    ]]);
    assert.deepEqual(torrents[0]?.bytes, bytes);
  },
  async "nothing published is nothing kept"(shared) {
    await using store = await shared.connect();
    await store.publish([]);
    assert.deepEqual(await all(store), []);
    assert.ok(store.isConnected);
  },
};

for (const [where, open] of Object.entries(shops)) {
  const missing = where === "on Redis" ? RedisServer.missing() : undefined;
  if (missing !== undefined) console.warn(`The community's store ${where} is not tested: ${missing}`);
  for (const [title, run] of Object.entries(contract)) {
    Deno.test({
      name: `a community's store ${where}: ${title}`,
      ignore: missing !== undefined,
      fn: async () => {
        await using shared = await open();
        await run(shared);
      },
    });
  }
}
