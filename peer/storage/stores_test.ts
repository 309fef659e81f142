import assert from "node:assert/strict";
import { join } from "node:path";
import { infoHash } from "../../shared/ids.ts";
import { openDatabase } from "./database.ts";
import type { Metainfo } from "../../shared/metainfo.ts";
import { createMetainfo } from "../../shared/metainfo_create.ts";
import { FileHashStore } from "./file_hash_store.ts";
import { summarize } from "./shared_file.ts";
import { SettingsStore } from "./settings_store.ts";
import { ShareStore } from "./share_store.ts";
import { type TorrentRow, TorrentStore } from "./torrent_store.ts";

const HASH = infoHash(new Uint8Array(20).fill(0xab));
const OTHER = infoHash(new Uint8Array(20).fill(0x01));

const row: TorrentRow = {
  infoHash: HASH,
  source: "magnet:?xt=urn:btih:abababababababababababababababababababab",
  folder: "/downloads",
  isPaused: false,
  addedAtMs: 1_700_000_000_000,
  uploadedBytes: 2 ** 45,
  downloadedBytes: 7,
};

Deno.test("a torrent is remembered with all that is known of it", () => {
  using database = openDatabase(":memory:");
  const store = new TorrentStore(database);
  assert.equal(store.get(HASH), undefined);
  store.put(row);
  assert.deepEqual(store.get(HASH), row);
  const record = {
    verified: Uint8Array.of(0xf0),
    stamps: [{ length: 5, modifiedAtMs: 1_700_000_000_123, inode: 2 ** 40 }, undefined],
  };
  store.saveMetainfo(HASH, Uint8Array.of(1, 2, 3), { rootName: "film (2).mp4" });
  store.saveRecord(HASH, record);
  store.savePaused(HASH, true);
  store.saveWanted(HASH, [0, 2]);
  store.saveTotals(HASH, { uploadedBytes: 1, downloadedBytes: 2 });
  const full: TorrentRow = {
    ...row,
    metainfo: Uint8Array.of(1, 2, 3),
    rootName: "film (2).mp4",
    record,
    isPaused: true,
    wantedFiles: [0, 2],
    uploadedBytes: 1,
    downloadedBytes: 2,
  };
  assert.deepEqual(store.get(HASH), full);
  store.put({ ...full, infoHash: OTHER, addedAtMs: 5 });
  assert.deepEqual(store.all().map(({ infoHash }) => infoHash), [OTHER, HASH], "in the order in which they were added");
  store.saveRecord(HASH, { verified: new Uint8Array(1) });
  store.saveWanted(HASH, undefined);
  assert.equal(store.get(HASH)?.record?.stamps, undefined);
  assert.equal(store.get(HASH)?.wantedFiles, undefined);
  store.remove(HASH);
  assert.equal(store.get(HASH), undefined);
});

Deno.test("what another program wrote into a row is found out", () => {
  using database = openDatabase(":memory:");
  const store = new TorrentStore(database);
  store.put(row);
  database.exec("UPDATE torrents SET wanted_files = 'no list'");
  assert.throws(() => store.get(HASH));
});

Deno.test("shares have ids that are never given twice", () => {
  using database = openDatabase(":memory:");
  const store = new ShareStore(database);
  const film = store.add("/film", { addedAtMs: 1 });
  assert.deepEqual(store.add("/film", { addedAtMs: 2 }), film);
  assert.ok(store.remove(film.id));
  assert.ok(!store.remove(film.id));
  const again = store.add("/film", { addedAtMs: 3 });
  assert.notEqual(again.id, film.id);
  assert.deepEqual(store.all(), [again]);
});

Deno.test("settings are JSON", () => {
  using database = openDatabase(":memory:");
  const store = new SettingsStore(database);
  assert.equal(store.get("mode"), undefined);
  store.set("mode", "video");
  store.set("limits", { downloadRate: 5, list: [null] });
  assert.equal(store.get("mode"), "video");
  assert.deepEqual(store.get("limits"), { downloadRate: 5, list: [null] });
  store.remove("mode");
  assert.equal(store.get("mode"), undefined);
  assert.throws(() => store.set("f", undefined), TypeError);
});

Deno.test("a file's hashes count only for the very same file, and are forgotten when it is not seen for long", () => {
  using database = openDatabase(":memory:");
  const day = 24 * 3600 * 1000;
  let now = 100 * day;
  const nowMs = () => now;
  const store = new FileHashStore(database, { nowMs });
  const stamp = { length: 10, modifiedAtMs: 3, inode: 4 };
  const audio = { kind: "audio", contentType: "audio/mpeg" } as const;
  const metainfo = hybridOf("a.mp3", 10);
  const { infoHash, infoHashV2 } = metainfo.info;
  assert.ok(store.put("/m/a.mp3", { stamp, row: { ...audio, metainfo } }));
  store.put("/m/b.txt", { stamp, row: { kind: "other", contentType: "text/plain" } });
  const found = store.get("/m/a.mp3", stamp);
  assert.deepEqual(found, { ...audio, torrent: summarize(metainfo) });
  assert.equal(found?.torrent?.infoHashes[0], infoHash);
  assert.equal(found?.torrent?.infoHashV2, infoHashV2);
  assert.deepEqual(store.metainfo("/m/a.mp3"), metainfo);
  assert.equal(store.metainfo("/m/b.txt"), undefined);
  assert.deepEqual(store.get("/m/b.txt", stamp), { kind: "other", contentType: "text/plain" });
  assert.equal(store.get("/m/a.mp3", { ...stamp, length: 11 }), undefined);
  assert.equal(store.get("/m/a.mp3", { ...stamp, modifiedAtMs: 4 }), undefined);
  assert.equal(store.get("/m/a.mp3", { ...stamp, inode: 5 }), undefined);
  now += 60 * day;
  assert.ok(store.get("/m/a.mp3", stamp), "seen now");
  now += 60 * day;
  const later = new FileHashStore(database, { nowMs });
  assert.ok(later.get("/m/a.mp3", stamp));
  assert.equal(later.get("/m/b.txt", stamp), undefined);
});

Deno.test("a database is opened again as it was, and one of a newer program is refused", async () => {
  const folder = await Deno.makeTempDir({ prefix: "playswarm-database-" });
  const path = join(folder, "playswarm.sqlite");
  {
    using database = openDatabase(path);
    new SettingsStore(database).set("a", 1);
    assert.equal(database.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal");
  }
  {
    using database = openDatabase(path);
    assert.equal(new SettingsStore(database).get("a"), 1);
    database.exec("PRAGMA user_version = 99");
  }
  assert.throws(() => openDatabase(path), /version 99/);
  await Deno.writeTextFile(join(folder, "no.sqlite"), "this is no database at all, but long enough to be read as one");
  assert.throws(() => openDatabase(join(folder, "no.sqlite")));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("on a full disk a torrent's own news wait, the newest of each kind, until there is room", () => {
  using database = openDatabase(":memory:");
  const store = new TorrentStore(database);
  store.put(row);
  const { page_count: pages } = database.prepare("PRAGMA page_count").get() ?? {};
  database.exec(`PRAGMA max_page_count = ${Number(pages)}`);
  const long = new Uint8Array(100_000);
  store.saveRecord(HASH, { verified: long });
  store.saveMetainfo(HASH, long, { rootName: "film.mp4" });
  store.saveRecord(HASH, { verified: long.fill(1) });
  assert.deepEqual(store.get(HASH), row, "nothing was written");
  assert.throws(() => store.put({ ...row, infoHash: OTHER, metainfo: long }), /full/, "who adds one is told");
  const cache = new FileHashStore(database);
  const stamp = { length: 1, modifiedAtMs: 2, inode: 3 };
  const metainfo = hybridOf("a.mp4", 50_000_000);
  assert.equal(cache.put("/a", { stamp, row: { kind: "video", contentType: "x/y", metainfo } }), false);
  assert.equal(cache.get("/a", stamp), undefined);

  database.exec("PRAGMA max_page_count = 10000");
  store.saveTotals(HASH, { uploadedBytes: 3, downloadedBytes: 4 });
  const saved = store.get(HASH);
  assert.deepEqual(saved, {
    ...row,
    uploadedBytes: 3,
    downloadedBytes: 4,
    metainfo: long,
    rootName: "film.mp4",
    record: { verified: long },
  });
});

Deno.test("a database of the first version keeps its hashes: the summaries are made when they are asked for", () => {
  using database = openDatabase(":memory:");
  const store = new FileHashStore(database);
  const stamp = { length: 10, modifiedAtMs: 3, inode: 4 };
  const metainfo = hybridOf("a.mp3", 10);
  store.put("/a.mp3", { stamp, row: { kind: "audio", contentType: "audio/mpeg", metainfo } });
  database.exec("UPDATE file_hashes SET torrent = NULL");
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(store.get("/a.mp3", stamp)?.torrent, summarize(metainfo));
    assert.notEqual(database.prepare("SELECT torrent FROM file_hashes").get()?.torrent, null);
  }
});

/** A torrent of our own making; what its hashes are does not matter. */
function hybridOf(name: string, length: number): Metainfo {
  const pieceLength = 524_288;
  return createMetainfo(name, {
    length,
    pieceLength,
    pieceHashes: new Uint8Array(Math.ceil(length / pieceLength) * 20).fill(7),
    leaves: new Uint8Array(Math.ceil(length / 16_384) * 32).fill(8),
  });
}
