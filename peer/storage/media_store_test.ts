import assert from "node:assert/strict";
import { infoHash } from "../../shared/ids.ts";
import { openDatabase } from "./database.ts";
import { MediaStore } from "./media_store.ts";

const HASH = infoHash(new Uint8Array(20).fill(0xab));

Deno.test("what was read out of a file is remembered, and replaced", () => {
  using database = openDatabase(":memory:");
  const store = new MediaStore(database);
  assert.deepEqual(store.all(), []);
  const facts = {
    title: "Tide",
    durationSeconds: 8.5,
    container: "Matroska",
    tracks: [{ number: 1, type: "video" as const, codec: "VP9", codecString: "vp09.00.10.08", width: 320 }],
  };
  store.put({ infoHash: HASH, index: 0, facts: {} });
  store.put({ infoHash: HASH, index: 2, facts: {}, picture: "aa" });
  store.put({ infoHash: HASH, index: 0, facts });
  assert.deepEqual(new MediaStore(database).all(), [
    { infoHash: HASH, index: 0, facts },
    { infoHash: HASH, index: 2, facts: {}, picture: "aa" },
  ]);
});

Deno.test("a picture is kept once, by its digest", () => {
  using database = openDatabase(":memory:");
  const store = new MediaStore(database);
  assert.equal(store.picture("aa"), undefined);
  const picture = { hash: "aa", contentType: "image/jpeg", bytes: Uint8Array.of(1, 2, 3) };
  assert.equal(store.putPicture(picture), true);
  assert.equal(store.putPicture(picture), true);
  assert.deepEqual(store.picture("aa"), picture);
});
