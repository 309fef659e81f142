import assert from "node:assert/strict";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, MIB, PATIENCE_MS, Stage } from "./stage.ts";

/** A disk of a given size, that can grow: a tmpfs. */
class TinyDisk implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  /** Mounts one at a folder; a sentence when that is not allowed. */
  static async mount(folder: string, bytes: number): Promise<TinyDisk | string> {
    await Deno.mkdir(folder);
    const refusal = await mount(["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder]);
    return refusal ?? new TinyDisk(folder);
  }

  /** Makes room. */
  async grow(bytes: number): Promise<void> {
    assert.equal(await mount(["-o", `remount,size=${bytes}`, this.folder]), undefined);
  }

  /** Takes it away. */
  async [Symbol.asyncDispose](): Promise<void> {
    await new Deno.Command("umount", { args: [this.folder] }).output();
  }
}

/** Runs a test with a disk that holds half of a film, where one can be mounted. */
function diskTest(name: string, run: (stage: Stage, disk: TinyDisk) => Promise<void>): void {
  Deno.test(name, async () => {
    await using stage = await Stage.create();
    const disk = await TinyDisk.mount(`${stage.folder.path}/disk`, 3 * MIB);
    if (typeof disk === "string") {
      return console.warn(`SKIPPED, no tmpfs can be mounted here (${disk}): ${name}`);
    }
    stage.use(disk);
    await stage.play(() => run(stage, disk));
  });
}

const content = seededBytes(31, 6 * MIB);

diskTest("a download on a full disk pauses, says so, and goes on by itself", async (stage, disk) => {
  const { tracker, infoHash } = await scene(stage);
  const leecher = await stage.peer("leecher", "--tracker", tracker.address, "--downloads", `${disk.folder}/downloads`);
  await leecher.send("POST", "/api/torrents", { source: infoHash });
  const full = await leecher.untilTorrent(infoHash, ({ state }) => state === "disk-full", {
    timeoutMs: PATIENCE_MS,
    what: "a full disk",
  });
  assert.match(full.message ?? "", /^The disk is full: the download goes on by itself when there is room again$/);
  assert.ok(full.verifiedBytes < content.length);
  await disk.grow(64 * MIB);
  await leecher.untilTorrent(infoHash, ({ state }) => state === "seeding", {
    timeoutMs: PATIENCE_MS,
    what: "a whole film, as there is room",
  });
  await assertFile(`${disk.folder}/downloads/film.mp4`, content);
  await leecher.program[Symbol.asyncDispose]();
});

diskTest("peer download waits for room on the disk, and finishes", async (stage, disk) => {
  const { seeder, tracker, infoHash } = await scene(stage);
  // Its memory of the download lies on the full disk, too.
  const download = stage.start("peer", [
    ...["download", infoHash, "--to", `${disk.folder}/to`, "--tracker", tracker.address],
    ...["--host", "127.0.0.1", "--no-lan"],
  ]);
  await download.line(/^The disk is full: waiting for room$/);
  await seeder.status();
  await disk.grow(64 * MIB);
  assert.equal(await download.exitCode(), 0, download.output);
  await assertFile(`${disk.folder}/to/film.mp4`, content);
});

async function scene(stage: Stage) {
  const tracker = await stage.tracker();
  const share = await stage.write("films", "film.mp4", content);
  const seeder = await stage.peer("seeder", "--tracker", tracker.address, "--share", share);
  const { infoHash } = await seeder.rowWithSeeders("film.mp4", 1);
  return { seeder, tracker, infoHash };
}

/** Runs `mount`; gives what it says when it does not do it. */
async function mount(args: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("mount", { args: [...args] }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no mount";
    throw error;
  }
}
