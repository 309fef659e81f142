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
