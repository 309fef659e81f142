import assert from "node:assert/strict";
import { openDatabase } from "./database.ts";
import { download, StorageBench, testTorrent } from "./test_torrent.ts";
import { TorrentStore } from "./torrent_store.ts";

Deno.test("kill -9 loses only what was verified since the last save, and nothing else is believed", async () => {
  await using bench = new StorageBench();
  const torrent = testTorrent({ version: "hybrid", lengths: [40 * 65_536] });
  const program = new URL("./crash_program.ts", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", program.href, bench.folder], stdout: "piped" })
    .spawn();
  for await (const line of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (line.includes("ready to die")) child.kill("SIGKILL");
  }
  assert.equal((await child.status).signal, "SIGKILL");

  using database = openDatabase(bench.path("database.sqlite"));
  const row = new TorrentStore(database).get(torrent.info.infoHash);
  assert.ok(row?.record);
  const storage = await bench.open(torrent, { record: row.record });
  assert.deepEqual([...storage.verified.indices()], [...Array(20).keys()], "what was saved is there, hashed again");
  await download(storage, torrent, torrent.blocks.filter(({ piece }) => piece >= 20));
  assert.ok(storage.verified.isComplete);
  assert.deepEqual(await Deno.readFile(bench.path("0.bin")), torrent.files[0]);
});
