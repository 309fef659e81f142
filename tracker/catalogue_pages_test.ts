import assert from "node:assert/strict";
import { CataloguePages } from "./catalogue_pages.ts";
import { type HeldRow, heldRow } from "./held_row.ts";
import { sampleTorrent } from "./sample_torrent.ts";
import { describeTorrent } from "./torrent_description.ts";

function rowOf(name: string, options: { readonly seederCount?: number; readonly nowMs?: number } = {}): HeldRow {
  const { seederCount = 1, nowMs = 0 } = options;
  const { info } = sampleTorrent(name, { fill: name.length });
  const torrent = describeTorrent(info, { claim: {}, known: undefined, nowMs });
  return heldRow({ torrent, holding: { seederCount, leecherCount: 0 } });
}

Deno.test("a page is kept until a change is told", () => {
  const rows = new Map([["a", rowOf("a.mp4")]]);
  const pages = new CataloguePages(rows);
  const first = pages.page({ sort: "name", limit: 5 });
  rows.set("bb", rowOf("bb.mp4"));
  assert.equal(pages.page({ sort: "name", limit: 5 }), first);
  pages.changed({ isOrderChanged: true });
  const second = pages.page({ sort: "name", limit: 5 });
  assert.deepEqual(second.entries.map(({ name }) => name), ["a.mp4", "bb.mp4"]);
  assert.deepEqual([second.version, second.version], [first.version + 1, pages.version]);
});

Deno.test("who only gained a seeder moves in the order by seeders", () => {
  const rows = new Map([["a", rowOf("a.mp4", { seederCount: 2 })], ["bb", rowOf("bb.mp4")]]);
  const pages = new CataloguePages(rows);
  const names = () => pages.page({ sort: "seeders", limit: 5 }).entries.map(({ name }) => name);
  assert.deepEqual(names(), ["a.mp4", "bb.mp4"]);
  rows.set("bb", rowOf("bb.mp4", { seederCount: 3 }));
  pages.changed({ isOrderChanged: false });
  assert.deepEqual(names(), ["bb.mp4", "a.mp4"]);
});

Deno.test("what is near is asked each time anew", () => {
  const pages = new CataloguePages(new Map([["a", rowOf("a.mp4")]]));
  let isThere = true;
  const count = () => pages.page({ sort: "name", limit: 5, isNear: () => isThere }).totalCount;
  assert.equal(count(), 1);
  isThere = false;
  assert.equal(count(), 0);
});
