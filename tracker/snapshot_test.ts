import assert from "node:assert/strict";
import fc from "fast-check";
import { parseInfoHash, parsePeerId } from "../shared/ids.ts";
import { encodeMetainfo } from "../shared/metainfo.ts";
import { Folder, Program } from "../tests/program.ts";
import {
  decodeMembership,
  encodeMembership,
  MEMBERSHIP_RECORD_LENGTH,
  type MembershipRecord,
} from "./membership_record.ts";
import { sampleTorrent } from "./sample_torrent.ts";
import { MAX_AWAY_MS, readSnapshot, type SnapshotEntry, writeSnapshot } from "./snapshot.ts";

const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytes.toHex());
const REQUIRED = [
  "infoHash",
  "peerId",
  "host",
  "port",
  "leftBytes",
  "uploadedBytes",
  "downloadedBytes",
  "isPartialSeeder",
  "leaseEndsAtMs",
] as const;
const record: fc.Arbitrary<MembershipRecord> = fc.record({
  infoHash: hex(20).map(parseInfoHash),
  peerId: hex(20).map(parsePeerId),
  host: fc.constantFrom("127.0.0.1", "198.51.100.7", "::1", "2001:db8::7"),
  port: fc.nat(65_535),
  lanHost: fc.constantFrom("192.168.1.5", "10.0.0.1"),
  leftBytes: fc.constantFrom(0, 17, Number.MAX_SAFE_INTEGER, Infinity),
  uploadedBytes: fc.maxSafeNat(),
  downloadedBytes: fc.maxSafeNat(),
  isPartialSeeder: fc.boolean(),
  leaseEndsAtMs: fc.nat(2 ** 30),
}, { noNullPrototype: true, requiredKeys: [...REQUIRED] });

Deno.test("property: a record comes back as it was", () => {
  fc.assert(
    fc.property(record, (member) => {
      const bytes = new Uint8Array(MEMBERSHIP_RECORD_LENGTH);
      encodeMembership(member, bytes);
      assert.deepEqual(decodeMembership(bytes), member);
    }),
    { seed: 20_261_125 },
  );
});

/** Members under every third number. */
const sourceOf = (members: readonly MembershipRecord[]) => ({
  end: () => members.length * 3,
  records: (from: number, count: number) => members.filter((_, index) => index * 3 >= from && index * 3 < from + count),
  named: () =>
    members.map(({ peerId, host, port }, index) => ({ peerId, host, port, displayName: `Desk ${index} 🎬` })),
});

const split = (entries: readonly SnapshotEntry[]) => ({
  members: entries.flatMap((entry) => entry.type === "member" ? [entry.member] : []),
  names: entries.flatMap((entry) => entry.type === "named" ? [entry.client] : []),
});

Deno.test("a snapshot gives back all names and all members, their leases standing still meanwhile, for a while", async () => {
  await using folder = await Folder.create();
  const path = `${folder.path}/swarms.snapshot`;
  const members = fc.sample(record, { numRuns: 700, seed: 20_261_126 });
  await writeSnapshot(sourceOf(members), { path, nowMs: 1000 });
  const later = await Array.fromAsync(readSnapshot({ path, nowMs: 61_000 }));
  assert.deepEqual(split(later), {
    members: members.map((member) => ({ ...member, leaseEndsAtMs: member.leaseEndsAtMs + 60_000 })),
    names: sourceOf(members).named(),
  });
  assert.deepEqual(await Array.fromAsync(readSnapshot({ path, nowMs: 1001 + MAX_AWAY_MS })), []);
});

Deno.test("no snapshot, one cut short, one of another kind: what can be read is read", async () => {
  await using folder = await Folder.create();
  const path = `${folder.path}/swarms.snapshot`;
  assert.deepEqual(await Array.fromAsync(readSnapshot({ path, nowMs: 0 })), []);
  const members = fc.sample(record, { numRuns: 3, seed: 1 });
  await writeSnapshot(sourceOf(members), { path, nowMs: 0 });
  await Deno.truncate(path, 24 + 2 * MEMBERSHIP_RECORD_LENGTH + 5);
  const left = split(await Array.fromAsync(readSnapshot({ path, nowMs: 0 })));
  assert.deepEqual(left, { members: members.slice(0, 2), names: [] });
  await Deno.writeTextFile(path, "something else altogether");
  assert.deepEqual(await Array.fromAsync(readSnapshot({ path, nowMs: 0 })), []);
});

Deno.test("a restart comes back knowing its clients; kill -9 loses nothing of the catalogue, nor older members", async () => {
  await using folder = await Folder.create();
  const args = [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
    ...["--data-dir", folder.path],
  ];
  const metainfo = sampleTorrent("film.mp4");
  const escaped = metainfo.info.infoHash.replaceAll(/../g, "%$&");
  const ask = async (port: number, path: string) => await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const announce = (port: number, client: string) => {
    const traffic = "uploaded=0&downloaded=0&left=0";
    const who = `peer_id=-TR4050-${client.repeat(12)}&port=7000&ip=10.0.0.${client}`;
    return ask(port, `/announce?info_hash=${escaped}&${who}&${traffic}`);
  };
  const complete = async (port: number) =>
    Number(/8:completei(\d+)e/.exec(await ask(port, `/scrape?info_hash=${escaped}`))?.[1]);
  {
    await using program = Program.start("tracker", args);
    const port = await program.port();
    const put = { method: "PUT", body: encodeMetainfo(metainfo) };
    const answer = await fetch(`http://127.0.0.1:${port}/torrents/${metainfo.info.infoHash}`, put);
    assert.equal(await answer.text(), "");
    await announce(port, "1");
    await announce(port, "2");
    assert.equal(await complete(port), 2);
  }
  const second = Program.start("tracker", args);
  const secondPort = await second.port();
  assert.equal(await complete(secondPort), 2, "drained and back");
  assert.match(await ask(secondPort, "/catalogue"), new RegExp(metainfo.info.infoHash));
  await announce(secondPort, "3");
  second.kill("SIGKILL");
  await second.exitCode();
  await using third = Program.start("tracker", args);
  const thirdPort = await third.port();
  assert.equal(await complete(thirdPort), 2, "who came within the last minute is met again at the next announce");
  assert.match(await ask(thirdPort, "/catalogue"), new RegExp(metainfo.info.infoHash));
});
