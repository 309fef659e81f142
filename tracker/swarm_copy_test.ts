import assert from "node:assert/strict";
import { infoHash, peerId } from "../shared/ids.ts";
import { decodeMembership, encodeMembership, MEMBERSHIP_RECORD_LENGTH } from "./membership_record.ts";
import { Swarms } from "./swarms.ts";

const HOUSE = "203.0.113.9";
const id = (name: string) => peerId(new TextEncoder().encode(`-PS0100-${name.padEnd(12, ".")}`));
const announceOf = (name: string, host: string, ip?: string) => ({
  host,
  announce: {
    infoHash: infoHash(new Uint8Array(20).fill(1)),
    peerId: id(name),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    ...(ip === undefined ? {} : { ip }),
  },
});
const emptySwarms = () => new Swarms({ intervalSeconds: 60, random: () => 0 });

Deno.test("what is brought elsewhere has the way between neighbours with it, and their names", () => {
  const here = emptySwarms();
  here.announce(announceOf("anna", HOUSE, "192.168.1.5"), 0);
  const anna = { peerId: id("anna"), host: HOUSE, port: 6881 };
  here.copy.takeName({ ...anna, displayName: "Anna" });
  const there = emptySwarms();
  for (const record of here.copy.records(0, 10)) {
    const bytes = new Uint8Array(MEMBERSHIP_RECORD_LENGTH);
    encodeMembership(record, bytes);
    there.copy.restore(decodeMembership(bytes), 0);
  }
  for (const named of here.copy.named()) assert.ok(there.copy.restoreName(named));
  const given = (host: string) => {
    const result = there.announce(announceOf("berta", host), 0);
    return result.type === "answered" ? result.response.peers.map((peer) => peer.host) : [];
  };
  assert.deepEqual(given(HOUSE), ["192.168.1.5"]);
  assert.deepEqual(given("198.51.100.1"), [HOUSE]);
  const names = [...there.programs()].map(([client]) => client?.displayName);
  assert.deepEqual(names.filter((name) => name !== undefined), ["Anna"]);
});
