import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type InfoHash, infoHash } from "../shared/ids.ts";
import { decodeMetainfo } from "../shared/metainfo.ts";
import { Catalogue, FORGET_AFTER_MS } from "./catalogue.ts";
import type { CatalogueQuery } from "./catalogue_pages.ts";
import { StoreFullError } from "./catalogue_store.ts";
import { StoreVersionError } from "./tracker_database.ts";
import { sampleFolderTorrent, sampleTorrent } from "./sample_torrent.ts";

const ONE_SEEDER = { seederCount: 1, leecherCount: 0 };

const names = (catalogue: Catalogue, query: Partial<CatalogueQuery> = {}) =>
  catalogue.page({ sort: "name", limit: 50, ...query }).entries.map(({ name }) => name);

/** Puts a torrent that one client seeds. */
function share(
  catalogue: Catalogue,
  name: string,
  options: { fill?: number; length?: number; nowMs?: number } = {},
): InfoHash {
  const metainfo = sampleTorrent(name, { fill: options.fill ?? hashCode(name), ...options });
  catalogue.put(metainfo, { nowMs: options.nowMs ?? 0 });
  catalogue.hold(metainfo.info.infoHash, ONE_SEEDER);
  return metainfo.info.infoHash;
}

/** Other contents for other names. */
function hashCode(name: string): number {
  return Array.from(name).reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 251, 7);
}

Deno.test("a row is there while somebody has data", () => {
  using catalogue = Catalogue.open(":memory:");
  const { info } = sampleTorrent("film.mp4");
  const metainfo = sampleTorrent("film.mp4");
  catalogue.hold(info.infoHash, ONE_SEEDER);
  assert.deepEqual(names(catalogue), [], "nobody has told what it is");
  assert.ok(catalogue.put(metainfo, { nowMs: 5 }));
  assert.deepEqual(names(catalogue), [], "nobody has it");
  catalogue.hold(info.infoHash, { seederCount: 2, leecherCount: 3 });
  assert.deepEqual(catalogue.page({ sort: "name", limit: 1 }), {
    entries: [{
      infoHash: info.infoHash,
      infoHashV2: info.infoHashV2,
      alternatives: [],
      name: "film.mp4",
      kind: "video",
      sizeBytes: 1000,
      fileCount: 1,
      seederCount: 2,
      leecherCount: 3,
      addedAtMs: 5,
    }],
    totalCount: 1,
    version: catalogue.version,
  });
  assert.deepEqual(catalogue.totals, { fileCount: 1, fileBytes: 1000 });
  catalogue.hold(info.infoHash, undefined);
  assert.deepEqual(names(catalogue), []);
  assert.deepEqual(catalogue.totals, { fileCount: 0, fileBytes: 0 });
});

Deno.test("the version grows with every visible change, and with nothing else", () => {
  using catalogue = Catalogue.open(":memory:");
  const infoHash = share(catalogue, "a.mp3");
  let version = catalogue.version;
  const grows = (change: () => void) => {
    change();
    const grown = catalogue.version > version;
    version = catalogue.version;
    return grown;
  };
  assert.ok(!grows(() => catalogue.hold(infoHash, ONE_SEEDER)));
  assert.ok(!grows(() => catalogue.put(sampleTorrent("a.mp3", { fill: hashCode("a.mp3") }), { nowMs: 9 })));
  assert.ok(!grows(() => catalogue.put(sampleTorrent("unheld.mp3"), { nowMs: 9 })));
  assert.ok(grows(() => catalogue.hold(infoHash, { seederCount: 1, leecherCount: 1 })));
  assert.ok(grows(() => catalogue.hold(infoHash, undefined)));
  assert.ok(!grows(() => catalogue.hold(infoHash, undefined)));
});

Deno.test("search: all words, any case and accent, in any order; the mode shows its own kind", () => {
  using catalogue = Catalogue.open(":memory:");
  for (const name of ["Big Bück Bunny.mp4", "Bunny song.mp3", "Notes.txt"]) share(catalogue, name);
  assert.deepEqual(names(catalogue, { text: "bunny BUCK" }), ["Big Bück Bunny.mp4"]);
  assert.deepEqual(names(catalogue, { text: "bunny" }), ["Big Bück Bunny.mp4", "Bunny song.mp3"]);
  assert.deepEqual(names(catalogue, { text: "bunny", mode: "audio" }), ["Bunny song.mp3"]);
  assert.deepEqual(names(catalogue, { mode: "video" }), ["Big Bück Bunny.mp4"]);
  assert.deepEqual(names(catalogue, { text: "bunny cat" }), []);
  assert.equal(names(catalogue).length, 3);
});

Deno.test("what the sharer found by content stays, whatever the name says", () => {
  using catalogue = Catalogue.open(":memory:");
  const metainfo = sampleTorrent("song.mp4");
  catalogue.put(metainfo, { nowMs: 0 });
  catalogue.hold(metainfo.info.infoHash, ONE_SEEDER);
  assert.deepEqual(names(catalogue, { mode: "video" }), ["song.mp4"], "guessed by name");
  assert.ok(!catalogue.put(metainfo, { nowMs: 1, kind: "audio" }));
  assert.deepEqual(names(catalogue, { mode: "audio" }), ["song.mp4"]);
  catalogue.put(metainfo, { nowMs: 2, kind: "video" });
  assert.deepEqual(names(catalogue, { mode: "audio" }), ["song.mp4"], "the first who had it is believed");
});

Deno.test("a folder of v1 is one row, of the kind of its largest file", () => {
  using catalogue = Catalogue.open(":memory:");
  const album = sampleFolderTorrent("Album", { "cover.jpg": 100, "1.flac": 900_000, "2.flac": 800_000 });
  catalogue.put(album, { nowMs: 0 });
  catalogue.hold(album.info.infoHash, ONE_SEEDER);
  const [entry] = catalogue.page({ sort: "name", limit: 5 }).entries;
  assert.equal(entry?.kind, "audio");
  assert.equal(entry?.fileCount, 3);
  assert.equal(entry?.sizeBytes, 1_700_100);
});

Deno.test("identical content is one row, named after what most people seed", () => {
  using catalogue = Catalogue.open(":memory:");
  const first = share(catalogue, "holiday.mp4", { fill: 9, nowMs: 10 });
  const second = share(catalogue, "Summer 2020.mp4", { fill: 9, nowMs: 20 });
  catalogue.hold(second, { seederCount: 3, leecherCount: 1 });
  const page = catalogue.page({ sort: "name", limit: 5 });
  assert.equal(page.totalCount, 1);
  const [entry] = page.entries;
  assert.equal(entry?.name, "Summer 2020.mp4");
  assert.deepEqual(entry?.alternatives, [first]);
  assert.equal(entry?.seederCount, 4);
  assert.equal(entry?.addedAtMs, 10);
  assert.equal(catalogue.page({ sort: "name", text: "holiday", limit: 5 }).totalCount, 1, "found by either name");
  catalogue.hold(second, undefined);
  assert.deepEqual(names(catalogue), ["holiday.mp4"]);
});

Deno.test("every order, in pages that neither skip nor repeat", () => {
  using catalogue = Catalogue.open(":memory:");
  const total = 23;
  for (let number = 0; number < total; number++) {
    const infoHash = share(catalogue, `Part ${number}.mp4`, {
      fill: number,
      length: 1000 + number * 7 % 23,
      nowMs: number % 5,
    });
    catalogue.hold(infoHash, { seederCount: 1 + number % 4, leecherCount: 0 });
  }
  for (const sort of ["name", "new", "size", "length", "seeders"] as const) {
    const whole = names(catalogue, { sort });
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = catalogue.page({ sort, limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      assert.equal(page.totalCount, total);
      paged.push(...page.entries.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(paged, whole, sort);
  }
  assert.deepEqual(names(catalogue).slice(0, 3), ["Part 0.mp4", "Part 1.mp4", "Part 2.mp4"]);
  const sizes = catalogue.page({ sort: "size", limit: 50 }).entries.map(({ sizeBytes }) => sizeBytes);
  assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
});

Deno.test("the longest first, as the first sharer says; what nobody has told of comes last", () => {
  using catalogue = Catalogue.open(":memory:");
  for (const name of ["a.mp4", "b.mp4", "c.mp4"]) share(catalogue, name);
  for (const [name, durationSeconds] of [["c.mp4", 60], ["b.mp4", 90.5], ["c.mp4", 9_000]] as const) {
    catalogue.put(sampleTorrent(name, { fill: hashCode(name) }), { nowMs: 1, durationSeconds });
  }
  const { entries } = catalogue.page({ sort: "length", limit: 3 });
  assert.deepEqual(entries.map(({ name, durationSeconds }) => [name, durationSeconds]), [
    ["b.mp4", 90.5],
    ["c.mp4", 60],
    ["a.mp4", undefined],
  ]);
});

Deno.test("a cursor keeps its place when rows come and go", () => {
  using catalogue = Catalogue.open(":memory:");
  const shared = new Map(["a", "c", "e", "g"].map((name) => [name, share(catalogue, name)]));
  const { nextCursor = "" } = catalogue.page({ sort: "name", limit: 2 });
  share(catalogue, "b");
  const last = shared.get("c");
  if (last !== undefined) catalogue.hold(last, undefined);
  assert.deepEqual(names(catalogue, { cursor: nextCursor }), ["e", "g"]);
});

Deno.test("a restart remembers what was told; rows come back with their holders, a week later no more", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/catalogue.sqlite`;
    const metainfo = sampleTorrent("film.mp4", { length: 3000 });
    const { infoHash } = metainfo.info;
    {
      using catalogue = Catalogue.open(path);
      catalogue.put(metainfo, { nowMs: 1000, kind: "video" });
      catalogue.hold(infoHash, ONE_SEEDER);
      catalogue.forget(2000);
    }
    {
      using catalogue = Catalogue.open(path);
      assert.deepEqual(names(catalogue), []);
      catalogue.hold(infoHash, ONE_SEEDER);
      assert.deepEqual(names(catalogue), ["film.mp4"]);
      assert.equal(catalogue.page({ sort: "new", limit: 1 }).entries[0]?.addedAtMs, 1000);
      assert.deepEqual(catalogue.hybrids().map((hybrid) => hybrid.infoHash), [infoHash]);
      const bytes = catalogue.torrentBytes(infoHash);
      assert.equal(bytes === undefined ? undefined : decodeMetainfo(bytes).info.infoHash, infoHash);
      assert.deepEqual(catalogue.forget(2000 + FORGET_AFTER_MS), [], "it is held");
      catalogue.hold(infoHash, undefined);
      assert.deepEqual(catalogue.forget(3000 + FORGET_AFTER_MS), [], "it was held until now");
    }
    using catalogue = Catalogue.open(path);
    assert.equal(catalogue.forget(3001 + 2 * FORGET_AFTER_MS).length, 1);
    assert.equal(catalogue.find(infoHash), undefined);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("subtitles are no rows, but are found by the name of their film", () => {
  using catalogue = Catalogue.open(":memory:");
  const fill = 3;
  for (const name of ["A Film.mp4", "A.Film.srt", "a film.en.vtt", "other.srt"]) share(catalogue, name, { fill });
  assert.deepEqual(names(catalogue), ["A Film.mp4"]);
  assert.deepEqual(names(catalogue, { mode: "video" }), ["A Film.mp4"]);
  assert.deepEqual(names(catalogue, { mode: "audio" }), []);
  assert.deepEqual(catalogue.totals, { fileCount: 1, fileBytes: 1000 });
  const found = names(catalogue, { mode: "subtitles", text: "a film" });
  assert.deepEqual(found, ["a film.en.vtt", "A.Film.srt"], "each by its own name, though the words are the same");
});

Deno.test("the memory is bounded: who is not held goes first, who is held stays", () => {
  using catalogue = Catalogue.open(":memory:", { maxTorrents: 2 });
  const first = share(catalogue, "a.mp3");
  const unheld = sampleTorrent("unheld.mp3");
  catalogue.put(unheld, { nowMs: 0 });
  const second = share(catalogue, "b.mp3");
  assert.equal(catalogue.find(unheld.info.infoHash), undefined);
  assert.throws(() => catalogue.put(sampleTorrent("c.mp3"), { nowMs: 0 }), StoreFullError);
  assert.ok(catalogue.find(first) !== undefined && catalogue.find(second) !== undefined);
  using narrow = Catalogue.open(":memory:", { maxBytes: 10 });
  assert.throws(() => narrow.put(sampleTorrent("c.mp3"), { nowMs: 0 }), StoreFullError);
});

Deno.test("a torrent is found by its v2 name too, and not by another", () => {
  using catalogue = Catalogue.open(":memory:");
  const { info } = sampleTorrent("a.mp3");
  catalogue.put(sampleTorrent("a.mp3"), { nowMs: 0 });
  assert.ok(info.infoHashV2 !== undefined && catalogue.find(info.infoHashV2)?.infoHash === info.infoHash);
  assert.equal(catalogue.find(infoHash(new Uint8Array(20))), undefined);
});

Deno.test("the database of the first version is taken over, and learns lengths", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/catalogue.sqlite`;
    const metainfo = sampleTorrent("a.mp4");
    const { infoHash } = metainfo.info;
    {
      using catalogue = Catalogue.open(path);
      catalogue.put(metainfo, { nowMs: 5 });
    }
    const database = new DatabaseSync(path);
    database.exec("ALTER TABLE torrents DROP COLUMN duration_seconds; DROP TABLE totals; PRAGMA user_version = 1");
    database.close();
    {
      using catalogue = Catalogue.open(path);
      assert.equal(catalogue.find(infoHash)?.addedAtMs, 5);
      catalogue.put(metainfo, { nowMs: 6, durationSeconds: 7.25 });
    }
    using catalogue = Catalogue.open(path);
    assert.equal(catalogue.find(infoHash)?.durationSeconds, 7.25);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("the database of a later version is left alone", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/catalogue.sqlite`;
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => Catalogue.open(path), StoreVersionError);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("any part of the list can be had by its offset, without some kinds of files, or only of what is near", () => {
  using catalogue = Catalogue.open(":memory:");
  for (const name of ["a.mp4", "b.avi", "c.mp4", "d.AVI", "e.webm"]) share(catalogue, name);
  assert.deepEqual(names(catalogue, { offset: 1, limit: 2 }), ["b.avi", "c.mp4"]);
  assert.deepEqual(names(catalogue, { offset: 9 }), []);
  assert.equal(catalogue.page({ sort: "name", limit: 1, offset: 3 }).totalCount, 5);
  const without = new Set(["avi"]);
  assert.deepEqual(names(catalogue, { without }), ["a.mp4", "c.mp4", "e.webm"]);
  assert.deepEqual(names(catalogue, { without: new Set(["mp4"]) }), ["b.avi", "d.AVI", "e.webm"]);
  const near = catalogue.page({ sort: "name", limit: 1 }).entries.map(({ infoHash }) => infoHash);
  assert.deepEqual(names(catalogue, { isNear: (infoHash) => near.includes(infoHash) }), ["a.mp4"]);
  assert.deepEqual(names(catalogue, { isNear: () => false }), [], "whoever asks elsewhere is asked again");
  const folder = sampleFolderTorrent("season.avi", { "1.mp4": 10, "2.mp4": 20 });
  catalogue.put(folder, { nowMs: 0 });
  catalogue.hold(folder.info.infoHash, ONE_SEEDER);
  assert.ok(names(catalogue, { without }).includes("season.avi"), "a folder's name says nothing of its files");
});
