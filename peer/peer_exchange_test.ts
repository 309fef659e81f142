import assert from "node:assert/strict";
import type { Endpoint } from "../shared/endpoint.ts";
import type { PexPeer } from "../shared/wire/peer_exchange.ts";
import { ExchangePartner, type SwarmMember } from "./peer_exchange.ts";

const MINUTE_MS = 60_000;
const far = (index: number): Endpoint => ({ host: `8.8.${Math.floor(index / 250)}.${index % 250}`, port: 6881 });
const members = (count: number, from = 0): SwarmMember[] =>
  Array.from({ length: count }, (_, index) => ({ endpoint: far(from + index), isSeeder: false, isReachable: true }));
const hosts = (endpoints: readonly Endpoint[] | undefined) => endpoints?.map(({ host }) => host);

function heard(hosts: readonly string[], isSeeder = false): { added: PexPeer[]; dropped: Endpoint[] } {
  const flags = { isSeeder, isReachable: true, prefersEncryption: false, supportsUtp: false, supportsHolepunch: false };
  return { added: hosts.map((host) => ({ host, port: 6881, ...flags })), dropped: [] };
}

Deno.test("peer exchange: the first message goes out at once, the next a minute later, with what changed", () => {
  const partner = new ExchangePartner("9.9.9.9");
  const tell = (present: readonly SwarmMember[], now: number) => partner.tell(present, { now, self: undefined });
  assert.equal(tell([], 0), undefined);
  assert.deepEqual(hosts(tell(members(2), 100)?.added), ["8.8.0.0", "8.8.0.1"]);
  assert.equal(tell(members(3), 100 + MINUTE_MS - 1), undefined);
  const second = tell(members(2, 1), 100 + MINUTE_MS);
  assert.deepEqual(hosts(second?.added), ["8.8.0.2"]);
  assert.deepEqual(second?.dropped, [far(0)]);
  // Nothing changed: nothing is said, and what changes later is said at once.
  assert.equal(tell(members(2, 1), 100 + 2 * MINUTE_MS), undefined);
  assert.deepEqual(hosts(tell(members(3, 1), 101 + 2 * MINUTE_MS)?.added), ["8.8.0.3"]);
});

Deno.test("peer exchange: at most 50 are added and 50 dropped in one message, the rest in the next", () => {
  const partner = new ExchangePartner("9.9.9.9");
  const counts: number[][] = [];
  for (const [step, present] of [members(80), members(80), [], []].entries()) {
    const exchange = partner.tell(present, { now: step * MINUTE_MS, self: undefined });
    counts.push([exchange?.added.length ?? 0, exchange?.dropped.length ?? 0]);
  }
  assert.deepEqual(counts, [[50, 0], [30, 0], [0, 50], [0, 30]]);
});

Deno.test("peer exchange: nobody is told of itself, and flags say what is known", () => {
  const partner = new ExchangePartner("8.8.0.0");
  const present: SwarmMember[] = [
    { endpoint: far(0), isSeeder: false, isReachable: true },
    { endpoint: far(1), isSeeder: true, isReachable: false },
  ];
  const told = partner.tell(present, { now: 0, self: far(0) })?.added;
  assert.deepEqual(told?.map(({ host, isSeeder, isReachable }) => ({ host, isSeeder, isReachable })), [
    { host: "8.8.0.1", isSeeder: true, isReachable: false },
  ]);
});

Deno.test("peer exchange: addresses go only where they mean the same, each way", () => {
  const nearest = ["8.8.8.8", "192.168.1.7", "fe80::1", "127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.1", "ff02::1"];
  const meaningful: Readonly<Record<string, readonly string[]>> = {
    "9.9.9.9": ["8.8.8.8"],
    "2001:db8::1": ["8.8.8.8"],
    "192.168.1.2": ["8.8.8.8", "192.168.1.7", "fe80::1"],
    "127.0.0.1": ["8.8.8.8", "192.168.1.7", "fe80::1", "127.0.0.1", "::1"],
  };
  for (const [host, expected] of Object.entries(meaningful)) {
    const partner = new ExchangePartner(host);
    const present = [...nearest, "a.name"].map((host) => ({
      endpoint: { host, port: 6881 },
      isSeeder: false,
      isReachable: true,
    }));
    assert.deepEqual(hosts(partner.tell(present, { now: 0, self: undefined })?.added), expected, `told to ${host}`);
    const believed = partner.hear(heard(nearest), { now: 0, room: 100, isComplete: false });
    assert.deepEqual(hosts(believed), expected, `believed of ${host}`);
  }
});

Deno.test("peer exchange: who talks too often or too much is not listened to", () => {
  const partner = new ExchangePartner("9.9.9.9");
  const many = heard(members(200).map(({ endpoint }) => endpoint.host));
  const hear = (now: number, room = 1_000) => partner.hear(many, { now, room, isComplete: false }).length;
  assert.equal(hear(0), 100);
  assert.equal(hear(1_000), 0);
  assert.equal(hear(44_999), 0);
  assert.equal(hear(MINUTE_MS), 50);
  assert.equal(hear(2 * MINUTE_MS, 7), 7);
  assert.equal(hear(3 * MINUTE_MS, -3), 0);
});

Deno.test("peer exchange: who is complete does not look for seeders", () => {
  for (const isComplete of [false, true]) {
    const partner = new ExchangePartner("9.9.9.9");
    const found = partner.hear(heard(["8.8.8.8"], true), { now: 0, room: 10, isComplete });
    assert.equal(found.length, isComplete ? 0 : 1);
  }
});

Deno.test("peer exchange: of a public address one port is tried, in a private network all", () => {
  const { added } = heard(["8.8.8.8", "8.8.4.4", "8.8.8.8", "10.0.0.2", "10.0.0.2"]);
  const exchange = { added: added.map((peer, index) => ({ ...peer, port: 7_000 + index })), dropped: [] };
  const found = new ExchangePartner("10.0.0.1").hear(exchange, { now: 0, room: 10, isComplete: false });
  assert.deepEqual(found.map(({ port }) => port), [7_000, 7_001, 7_003, 7_004]);
});
