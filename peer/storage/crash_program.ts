/**
 * A program that downloads into a folder and is killed while it does: `crash_program.ts FOLDER`. Says each event and
 * each save in a line of its own; goes on until it has said `saved`, then writes halves of pieces and waits for its
 * end. For `crash_test.ts` only.
 *
 * @module
 */
import { join } from "node:path";
import { openDatabase } from "./database.ts";
import { StorageBench, testTorrent } from "./test_torrent.ts";
import { TorrentStore } from "./torrent_store.ts";

if (import.meta.main) await run(Deno.args[0] ?? ".");

async function run(folder: string): Promise<void> {
  const torrent = testTorrent({ version: "hybrid", lengths: [40 * 65_536] });
  const { infoHash } = torrent.info;
  const store = new TorrentStore(openDatabase(join(folder, "database.sqlite")));
  store.put({
    infoHash,
    source: "test",
    folder,
    rootName: "0.bin",
    isPaused: false,
    addedAtMs: 1,
    uploadedBytes: 0,
    downloadedBytes: 0,
  });
  const saved = Promise.withResolvers<void>();
  const bench = new StorageBench({ folder });
  const storage = await bench.open(torrent, {
    save: (record) => {
      store.saveRecord(infoHash, record);
      saved.resolve();
    },
  });
  for (const block of torrent.blocks.filter(({ piece }) => piece < 20)) storage.writeBlock(block, torrent.bytes(block));
  await saved.promise;
  for (const block of torrent.blocks.filter(({ piece }) => piece >= 20 && piece < 30)) {
    storage.writeBlock(block, torrent.bytes(block));
  }
  await storage.flush();
  for (const block of torrent.blocks.filter(({ piece, begin }) => piece >= 30 && begin === 0)) {
    storage.writeBlock(block, torrent.bytes(block));
  }
  console.log("ready to die");
  // Whoever started it kills it; nothing here ends by itself.
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
