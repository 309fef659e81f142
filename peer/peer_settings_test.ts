import assert from "node:assert/strict";
import { readSettings, startSettings, writeSettings } from "./peer_settings.ts";
import { openDatabase } from "./storage/database.ts";
import { SettingsStore } from "./storage/settings_store.ts";

function withStore(test: (store: SettingsStore) => void): void {
  const database = openDatabase(":memory:");
  try {
    test(new SettingsStore(database));
  } finally {
    database.close();
  }
}

Deno.test("what is absent stays, null takes a limit away", () =>
  withStore((store) => {
    assert.deepEqual(readSettings(store), {});
    writeSettings(store, { mode: "audio", downloadRate: 1000, uploadRate: 2000 });
    writeSettings(store, { uploadRate: null });
    assert.deepEqual(readSettings(store), { mode: "audio", downloadRate: 1000 });
  }));

Deno.test("settings that cannot be read count as not set", () =>
  withStore((store) => {
    store.set("peer", { mode: "smell" });
    assert.deepEqual(readSettings(store), {});
  }));

Deno.test("what is given for this run goes before what was set, and is not kept", () =>
  withStore((store) => {
    writeSettings(store, { mode: "audio", downloadRate: 1000 });
    assert.deepEqual(startSettings(store, { mode: "video", uploadRate: 5, name: "Anna's laptop" }), {
      mode: "video",
      downloadRate: 1000,
      uploadRate: 5,
      name: "Anna's laptop",
    });
    assert.deepEqual(readSettings(store), { mode: "audio", downloadRate: 1000 });
  }));
