import assert from "node:assert/strict";
import {
  type Asker,
  distance,
  MAX_CANDIDATES,
  type OrderedPeer,
  PeerOrder,
  placeOf,
  reachableHost,
} from "./peer_order.ts";

const peer = (host: string, more: Partial<OrderedPeer> = {}): OrderedPeer => ({
  place: placeOf(host),
  port: 6881,
  load: 0,
  ...more,
});
const asker = (host: string, more: Partial<Asker> = {}): Asker => ({ place: placeOf(host), ownAddresses: [], ...more });
const reused = new PeerOrder<OrderedPeer>();
const order = (peers: readonly OrderedPeer[], from: Asker, count = 50) => {
  const hosts: string[] = [];
  reused.begin(from, { host: from.place.host, port: 1 });
  for (const candidate of peers) reused.add(candidate);
  assert.equal(reused.give(count, (_peer, host) => hosts.push(host)), hosts.length);
  return hosts;
};

Deno.test("a place says how far it reaches and which network it is in", () => {
  assert.equal(placeOf("127.0.0.2").reach, "loopback");
  assert.equal(placeOf("::1").family, 6);
  assert.equal(placeOf("10.1.2.3").network, placeOf("fd00::5").network);
  assert.equal(placeOf("2001:db8:1:2::3").network, placeOf("2001:db8:1:2:ffff::").network);
  assert.notEqual(placeOf("203.0.113.5").network, placeOf("203.0.113.6").network);
  assert.throws(() => placeOf("a.name"), RangeError);
});

Deno.test("same host before same network before anywhere, then the least loaded", () => {
  assert.equal(distance(placeOf("127.0.0.1"), placeOf("::1")), 0);
  assert.equal(distance(placeOf("192.168.1.1"), placeOf("192.168.1.2")), 1);
  assert.equal(distance(placeOf("203.0.113.5"), placeOf("203.0.113.6")), 2);
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
  const host = (from: string) => reachableHost(peer("127.0.0.1"), asker(from, { ownAddresses }));
  assert.equal(host("192.168.1.5"), "192.168.1.2");
  assert.equal(host("10.9.9.9"), "172.17.0.1", "no subnet fits: any of the same reach");
  assert.equal(host("2001:db8::77"), "2001:db8::2");
  assert.equal(host("203.0.113.5"), undefined, "behind a router nobody from outside reaches us by it");
});

Deno.test("neighbours behind one public address get the LAN address", () => {
  const behind = peer("203.0.113.9", { lanHost: "192.168.1.9" });
  assert.equal(reachableHost(behind, asker("203.0.113.9")), "192.168.1.9");
  assert.equal(reachableHost(behind, asker("203.0.113.8")), "203.0.113.9");
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
  const table: readonly [title: string, from: string, peers: readonly OrderedPeer[], expected: readonly string[]][] = [
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

Deno.test("a thousand equal candidates: as many as were wanted, each once, and no more than fit", () => {
  const peers = Array.from({ length: 1000 }, (_, index) => peer(`198.51.${index >> 8}.${index & 255}`));
  const hosts = order(peers, asker("203.0.113.8"), 1000);
  assert.equal(new Set(hosts).size, MAX_CANDIDATES);
  assert.deepEqual(order(peers, asker("203.0.113.8"), 3), hosts.slice(0, 3));
});
