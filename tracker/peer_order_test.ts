import assert from "node:assert/strict";
import { formatEndpoint } from "../shared/endpoint.ts";
import { type Asker, distance, type OrderedPeer, orderPeers, placeOf, reachableHost } from "./peer_order.ts";

const peer = (host: string, more: Partial<OrderedPeer> = {}): OrderedPeer => {
  const { port = 6881 } = more;
  return { place: placeOf(host), port, endpointKey: formatEndpoint({ host, port }), load: 0, ...more };
};
const asker = (host: string, more: Partial<Asker> = {}): Asker => ({ place: placeOf(host), ownAddresses: [], ...more });
const order = (peers: readonly OrderedPeer[], from: Asker, count = 50) =>
  orderPeers(peers, { asker: from, self: { host: from.place.host, port: 1 }, count }).map(({ host }) => host);

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
