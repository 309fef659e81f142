import assert from "node:assert/strict";
import { BanList } from "./ban_list.ts";

Deno.test("a ban is for an hour, and for one endpoint", () => {
  const bans = new BanList();
  const liar = { host: "10.0.0.1", port: 6881 };
  bans.add(liar, 1000);
  assert.equal(bans.has(liar, 1000), true);
  assert.equal(bans.has({ ...liar, port: 6882 }, 1000), false);
  assert.equal(bans.has(liar, 1000 + 3_599_999), true);
  assert.equal(bans.has(liar, 1000 + 3_600_000), false);
});

Deno.test("beyond a thousand the oldest ban is forgiven; one that is repeated forgives nobody", () => {
  const bans = new BanList();
  const endpoint = (port: number) => ({ host: "10.0.0.1", port });
  for (let port = 1; port <= 1000; port++) bans.add(endpoint(port), 0);
  bans.add(endpoint(1000), 1);
  assert.equal(bans.has(endpoint(1), 2), true);
  bans.add(endpoint(1001), 2);
  assert.equal(bans.has(endpoint(1), 2), false);
  assert.equal(bans.has(endpoint(2), 2), true);
});

Deno.test("a public address that lies from a new port each time is refused as a whole, for as long", () => {
  for (const host of ["203.0.113.7", "2001:db8::7"]) {
    const bans = new BanList();
    const other = { host: host.replace(/7$/, "8"), port: 50_000 };
    for (let port = 1; port <= 3; port++) {
      assert.equal(bans.has({ host, port: 50_000 }, port), false, "one more liar is no proof");
      bans.add({ host, port }, port);
    }
    assert.equal(bans.has({ host, port: 50_000 }, 3), true);
    // The network of an IPv6 host is its own; the next IPv4 address is somebody else's.
    assert.equal(bans.has(other, 3), host.includes(":"));
    assert.equal(bans.has({ host, port: 50_000 }, 3_600_001), false);
    assert.equal(bans.has({ host, port: 3 }, 3_600_001), true);
  }
});

Deno.test("on the own network each endpoint answers for itself, and a repeated liar counts once", () => {
  const bans = new BanList();
  for (const host of ["127.0.0.1", "192.168.1.7", "fe80::7", "fd00::7"]) {
    for (let port = 1; port <= 9; port++) bans.add({ host, port }, 0);
    assert.equal(bans.has({ host, port: 50_000 }, 1), false, host);
  }
  for (let time = 0; time < 9; time++) bans.add({ host: "203.0.113.7", port: 1 }, time);
  assert.equal(bans.has({ host: "203.0.113.7", port: 50_000 }, 9), false);
});
