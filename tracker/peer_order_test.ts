import assert from "node:assert/strict";
import { addressWords } from "./address_words.ts";
import { AnnounceAnswer, MAX_PEER_COUNT } from "./announce_answer.ts";
import { AnnounceRecord, CLIENT_NAME_WORDS, ID_WORDS } from "./announce_record.ts";
import type { OwnAddress } from "./peer_reach.ts";
import { SIP_KEY_LENGTH, SipHash } from "./sip_hash.ts";
import { SwarmRegistry } from "./swarm_registry.ts";

/** A candidate as a table writes it. */
interface Candidate {
  readonly host: string;
  readonly port?: number;
  readonly lanHost?: string;
  readonly load?: number;
  readonly isReachable?: boolean;
}

interface Asker {
  readonly host: string;
  readonly family?: 4 | 6;
  readonly ownAddresses?: readonly OwnAddress[];
}

const peer = (host: string, more: Partial<Candidate> = {}): Candidate => ({ host, ...more });
const asker = (host: string, more: Partial<Asker> = {}): Asker => ({ host, ...more });

/** The hosts that an asker gets of a swarm of these, at port 1 itself. */
function order(peers: readonly Candidate[], from: Asker, count = 50): readonly string[] {
  const sip = new SipHash(new Uint8Array(SIP_KEY_LENGTH));
  const registry = new SwarmRegistry({ capacity: peers.length + 1, sip });
  const swarm = registry.swarms.add(new Uint32Array(ID_WORDS));
  const { swarms: { lists }, clients, order: chosen } = registry;
  registry.reach.setOwnAddresses(from.ownAddresses ?? []);
  const entries = peers.map((candidate, index) => {
    const name = new Uint32Array(CLIENT_NAME_WORDS);
    name[0] = index + 1;
    name.set(addressWords(candidate.host), ID_WORDS);
    name[CLIENT_NAME_WORDS - 1] = candidate.port ?? 6881;
    const client = clients.add(name, 0);
    if (candidate.lanHost !== undefined) clients.setLanAddress(client, addressWords(candidate.lanHost));
    if (candidate.isReachable !== undefined) clients.setReachable(client, candidate.isReachable);
    const membership = registry.join(client, swarm);
    lists.setUploadLoad(registry.entryOf(membership), candidate.load ?? 0);
    return membership;
  });
  const record = new AnnounceRecord();
  record.source.set(addressWords(from.host));
  record.address.set(record.source);
  record.port = 1;
  record.family = from.family ?? 0;
  chosen.begin(record);
  for (const membership of entries) {
    const entry = registry.entryOf(membership);
    chosen.add({ from: entry, to: entry + 1, limit: Infinity });
  }
  const answer = new AnnounceAnswer();
  chosen.give(count, answer);
  return Array.from({ length: answer.peerCount }, (_, index) => answer.hostOf(index));
}

Deno.test("same host before same network before anywhere, then the least loaded", () => {
  const peers = [
    peer("203.0.113.9", { load: 1 }),
    peer("198.51.100.9", { load: 0.5 }),
    peer("192.168.1.7", { load: 9 }),
    peer("192.168.1.8", { load: 3 }),
    peer("192.168.1.5", { load: 20 }),
  ];
  assert.deepEqual(order(peers, asker("192.168.1.5")), [
    "192.168.1.5",
    "192.168.1.8",
    "192.168.1.7",
    "198.51.100.9",
    "203.0.113.9",
  ]);
  assert.deepEqual(order(peers, asker("192.168.1.5"), 2), ["192.168.1.5", "192.168.1.8"]);
});

Deno.test("addresses are given only to who can reach them", () => {
  const peers = [peer("127.0.0.1"), peer("192.168.1.8"), peer("203.0.113.9")];
  assert.deepEqual(order(peers, asker("127.0.0.1")), ["127.0.0.1", "192.168.1.8", "203.0.113.9"]);
  assert.deepEqual(order(peers, asker("192.168.1.5")), ["192.168.1.8", "203.0.113.9"]);
  assert.deepEqual(order(peers, asker("198.51.100.1")), ["203.0.113.9"]);
});

Deno.test("a peer on our loopback is found under our own address", () => {
  const ownAddresses = [
    { address: "172.17.0.1", netmask: "255.255.0.0" },
    { address: "192.168.1.2", netmask: "255.255.255.0" },
    { address: "2001:db8::2", netmask: "ffff:ffff:ffff:ffff::" },
  ];
  const host = (from: string) => order([peer("127.0.0.1")], asker(from, { ownAddresses }))[0];
  assert.equal(host("192.168.1.5"), "192.168.1.2");
  assert.equal(host("10.9.9.9"), "172.17.0.1", "no subnet fits: any of the same reach");
  assert.equal(host("2001:db8::77"), "2001:db8::2");
  assert.equal(host("203.0.113.5"), undefined, "behind a router nobody from outside reaches us by it");
});

Deno.test("neighbours behind one public address get the LAN address", () => {
  const behind = peer("203.0.113.9", { lanHost: "192.168.1.9" });
  assert.deepEqual(order([behind], asker("203.0.113.9")), ["192.168.1.9"]);
  assert.deepEqual(order([behind], asker("203.0.113.8")), ["203.0.113.9"]);
});

Deno.test("an answer over UDP has one family; loopback has both", () => {
  const peers = [peer("203.0.113.9"), peer("2001:db8::9")];
  assert.deepEqual(order(peers, asker("198.51.100.1", { family: 4 })), ["203.0.113.9"]);
  assert.deepEqual(order(peers, asker("2001:db8:7::1", { family: 6 })), ["2001:db8::9"]);
  assert.deepEqual(order([peer("127.0.0.1")], asker("::1", { family: 6 })), ["::1"]);
  assert.deepEqual(order([peer("::1")], asker("127.0.0.1", { family: 4 })), ["127.0.0.1"]);
});

Deno.test("nobody is given twice, nor the asker to itself", () => {
  const twice = [peer("127.0.0.1", { load: 2 }), peer("::1"), peer("127.0.0.1", { port: 1 })];
  assert.deepEqual(order(twice, asker("127.0.0.1", { family: 4 })), ["127.0.0.1"]);
});

Deno.test("the best path, as a table", () => {
  const near = { lanHost: "192.168.7.2" };
  const table: readonly [title: string, from: string, peers: readonly Candidate[], expected: readonly string[]][] = [
    ["the own machine first, whatever its load", "192.168.1.5", [
      peer("192.168.1.9"),
      peer("192.168.1.5", { load: 99 }),
    ], ["192.168.1.5", "192.168.1.9"]],
    ["the own LAN before the rest of the world", "192.168.1.5", [
      peer("203.0.113.9"),
      peer("192.168.1.9", { load: 99 }),
    ], ["192.168.1.9", "203.0.113.9"]],
    ["behind one router: at the LAN address, first", "203.0.113.9", [
      peer("198.51.100.1"),
      peer("203.0.113.9", { ...near, load: 99 }),
    ], ["192.168.7.2", "198.51.100.1"]],
    ["behind another router: at the public address", "203.0.113.8", [peer("203.0.113.9", near)], ["203.0.113.9"]],
    ["one IPv6 prefix is one LAN", "2001:db8:1:2::3", [
      peer("2001:db8:1:3::1"),
      peer("2001:db8:1:2::9", { load: 99 }),
    ], ["2001:db8:1:2::9", "2001:db8:1:3::1"]],
    ["elsewhere the least loaded first", "203.0.113.8", [
      peer("198.51.100.3", { load: 3 }),
      peer("198.51.100.1", { load: 0.5 }),
      peer("198.51.100.2", { load: 1 }),
    ], ["198.51.100.1", "198.51.100.2", "198.51.100.3"]],
    ["who takes no connection last, whoever was not tried yet among those who do", "203.0.113.8", [
      peer("198.51.100.3", { isReachable: false }),
      peer("198.51.100.1", { load: 2, isReachable: true }),
      peer("198.51.100.2", { load: 9 }),
    ], ["198.51.100.1", "198.51.100.2", "198.51.100.3"]],
    ["a neighbour needs nobody from outside", "203.0.113.9", [
      peer("198.51.100.1"),
      peer("203.0.113.9", { ...near, isReachable: false }),
    ], ["192.168.7.2", "198.51.100.1"]],
  ];
  for (const [title, from, peers, expected] of table) assert.deepEqual(order(peers, asker(from)), expected, title);
});

Deno.test("a thousand equal candidates: as many as were wanted, each once, and no more than an answer holds", () => {
  const peers = Array.from({ length: 1000 }, (_, index) => peer(`198.51.${index >> 8}.${index & 255}`));
  const hosts = order(peers, asker("203.0.113.8"), MAX_PEER_COUNT);
  assert.equal(new Set(hosts).size, MAX_PEER_COUNT);
  assert.deepEqual(order(peers, asker("203.0.113.8"), 3), hosts.slice(0, 3));
});
