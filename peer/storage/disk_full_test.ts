import assert from "node:assert/strict";
import { join } from "node:path";
import { download, StorageBench, testTorrent } from "./test_torrent.ts";

const KIB = 1024;

/** A disk of a given size: a tmpfs, where we may mount one. */
class TinyDisk implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async mount(bytes: number): Promise<TinyDisk | undefined> {
    const folder = await Deno.makeTempDir({ prefix: "playswarm-tiny-" });
    const { isOk, message } = await run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
    if (isOk) return new TinyDisk(folder);
    console.warn(`SKIPPED: a full disk is not tested here, because no tmpfs can be mounted: ${message}`);
    await Deno.remove(folder);
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", [this.folder]);
    await Deno.remove(this.folder);
  }
}

async function run(command: string, args: readonly string[]): Promise<{ isOk: boolean; message: string }> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args: [...args] }).output();
    return { isOk: success, message: new TextDecoder().decode(stderr).trim() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { isOk: false, message: `there is no ${command}` };
    throw error;
  }
}

Deno.test("a full disk is told, pieces wait in memory, and go on by themselves when there is room", async () => {
  await using disk = await TinyDisk.mount(512 * KIB);
  if (disk === undefined) return;
  const torrent = testTorrent({ version: "hybrid", lengths: [512 * KIB] });
  await Deno.mkdir(join(disk.folder, "downloads"));
  const ballast = join(disk.folder, "ballast");
  await Deno.writeFile(ballast, new Uint8Array(256 * KIB));
  await using bench = new StorageBench({ folder: join(disk.folder, "downloads") });
  const storage = await bench.open(torrent);
  for (const block of torrent.blocks) storage.writeBlock(block, torrent.bytes(block));
  const full = await bench.until("full");
  assert.match(full.error.message, /there is no room left on the disk/);
  await storage.flush();
  assert.ok(storage.isFull);
  const written = storage.verified.count;
  assert.ok(written > 0 && written <= 4, `${written} of 8 pieces fit into half the disk`);
  assert.equal(bench.buffers.usedBytes, (8 - written) * 64 * KIB, "what does not fit is kept");

  await Deno.remove(ballast);
  await bench.until("ready");
  await bench.until("file-complete");
  assert.ok(storage.verified.isComplete && !storage.isFull);
  assert.equal(bench.buffers.usedBytes, 0);
  assert.deepEqual(await Deno.readFile(bench.path("0.bin")), torrent.files[0]);
  assert.equal(bench.events.filter(({ type }) => type === "piece-failed" || type === "failed").length, 0);
});

Deno.test("a storage that ends while the disk is full gives its memory back", async () => {
  await using disk = await TinyDisk.mount(128 * KIB);
  if (disk === undefined) return;
  const torrent = testTorrent({ version: "v1", lengths: [512 * KIB] });
  await Deno.mkdir(join(disk.folder, "downloads"));
  await using bench = new StorageBench({ folder: join(disk.folder, "downloads"), budgetBytes: 256 * KIB });
  const storage = await bench.open(torrent);
  for (const block of torrent.blocks) storage.writeBlock(block, torrent.bytes(block));
  await bench.until("full");
  await storage[Symbol.asyncDispose]();
  assert.equal(bench.buffers.usedBytes, 0);
  assert.equal(bench.buffers.room(), undefined);
});

Deno.test("a spill that does not fit keeps its blocks in memory", async () => {
  await using disk = await TinyDisk.mount(64 * KIB);
  if (disk === undefined) return;
  const torrent = testTorrent({ version: "v1", lengths: [512 * KIB] });
  const ballast = join(disk.folder, "ballast");
  await Deno.mkdir(join(disk.folder, "downloads"));
  await Deno.writeFile(ballast, new Uint8Array(56 * KIB));
  await using bench = new StorageBench({ folder: join(disk.folder, "downloads"), budgetBytes: 128 * KIB });
  const storage = await bench.open(torrent);
  const starts = torrent.blocks.filter(({ begin }) => begin === 0);
  for (const block of starts) storage.writeBlock(block, torrent.bytes(block));
  await bench.until("full");
  await storage.flush();
  await run("mount", ["-o", `remount,size=${2048 * KIB}`, disk.folder]);
  await Deno.remove(ballast);
  await bench.until("ready");
  await download(storage, torrent);
  assert.ok(storage.verified.isComplete);
});
