import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { PeerMode } from "../../shared/media_kind.ts";
import { openDatabase } from "./database.ts";
import { FileHashStore } from "./file_hash_store.ts";
import { HashPool } from "./hash_pool.ts";
import type { ShareEvent } from "./share_event.ts";
import { isIgnoredName, isSharedPath } from "./share_scan.ts";
import { ShareWatcher } from "./share_watcher.ts";
import { testBytes } from "./test_torrent.ts";

/** The start of a FLAC file, of an MP4 with a video track's handler, and what follows. */
const FLAC = Uint8Array.from([..."fLaC"].map((char) => char.charCodeAt(0)));

/** A shared folder with its events; hashes are counted. */
class ShareBench implements AsyncDisposable {
  readonly root = Deno.makeTempDirSync({ prefix: "playswarm-share-" });
  readonly folder = join(this.root, "share");
  /** Events nobody has waited for yet. */
  readonly events: ShareEvent[] = [];
  /** All events since the start. */
  readonly log: ShareEvent[] = [];
  readonly #database = openDatabase(":memory:");
  readonly cache = new FileHashStore(this.#database);
  readonly pool = new HashPool({ workerCount: 1 });
  #watcher: ShareWatcher | undefined;
  readonly #waiting = new Set<() => void>();

  constructor() {
    Deno.mkdirSync(this.folder);
  }

  start(options: { readonly mode?: PeerMode; readonly rescanMs?: number } = {}): ShareWatcher {
    const { pool, cache, folder: path } = this;
    const onEvent = (event: ShareEvent) => {
      this.events.push(event);
      this.log.push(event);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    };
    return this.#watcher = ShareWatcher.start({ path, pool, cache, onEvent, ...options });
  }

  /** Stops watching, as at the end of a program. */
  async stop(): Promise<void> {
    await this.#watcher?.[Symbol.asyncDispose]();
    this.#watcher = undefined;
    this.events.length = 0;
    this.log.length = 0;
  }

  /** Takes events away up to the first that is meant, and gives that one. */
  async next(isMeant: (event: ShareEvent) => boolean): Promise<ShareEvent> {
    for (;;) {
      const index = this.events.findIndex(isMeant);
      if (index >= 0) {
        const event = this.events[index];
        this.events.splice(0, index + 1);
        if (event !== undefined) return event;
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async nextOf(type: ShareEvent["type"], name?: string): Promise<ShareEvent> {
    return await this.next((event) => event.type === type && (name === undefined || nameOf(event) === name));
  }

  async write(name: string, bytes: Uint8Array, options: { readonly isOld?: boolean } = {}): Promise<string> {
    const path = join(this.folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
    // What was not touched lately need not be waited for.
    const { isOld = true } = options;
    if (isOld) await Deno.utime(path, new Date(), new Date(1_700_000_000_000 + bytes.length));
    return path;
  }

  get names(): readonly string[] {
    return [...this.#watcher?.files.keys() ?? []].map((path) => path.slice(this.folder.length + 1)).sort();
  }

  /** Names of the files that were hashed since the start. */
  get hashed(): readonly string[] {
    const paths = this.log.flatMap((event) => event.type === "progress" && event.hashing ? [event.hashing.path] : []);
    return [...new Set(paths)].map((path) => path.slice(this.folder.length + 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.pool[Symbol.asyncDispose]();
    this.#database.close();
    await Deno.remove(this.root, { recursive: true });
  }
}

function nameOf(event: ShareEvent): string | undefined {
  return "file" in event ? event.file.path.split("/").at(-1) : undefined;
}

function flac(seed: number, length = 5000): Uint8Array {
  const bytes = testBytes(length, seed);
  bytes.set(FLAC);
  return bytes;
}

Deno.test("media files are offered, recursively; hidden, unfinished and other files are not", async () => {
  await using bench = new ShareBench();
  await bench.write("a.flac", flac(1));
  await bench.write("deep/er/b.flac", flac(2));
  await bench.write("empty.mp3", new Uint8Array());
  for (const name of [".hidden.flac", ".cache/c.flac", "d.flac.part", "e.crdownload", "f.flac~"]) {
    await bench.write(name, flac(3));
  }
  await bench.write("notes.txt", new TextEncoder().encode("nothing to hear"));
  await Deno.symlink("/etc/hostname", join(bench.folder, "link.mp3"));
  const watcher = bench.start();
  assert.equal(bench.events.length, 0, "nothing comes from inside start");
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, ["a.flac", "deep/er/b.flac", "empty.mp3"]);
  const file = watcher.files.get(join(bench.folder, "a.flac"));
  assert.equal(file?.kind, "audio");
  assert.equal(file?.metainfo.info.name, "a.flac");
  assert.equal(file?.metainfo.info.version, "hybrid");
  assert.equal(watcher.files.get(join(bench.folder, "empty.mp3"))?.metainfo.info.geometry.length, 0);
  assert.equal(watcher.message, undefined);
});

Deno.test("a mode offers only its own kind, by content", async () => {
  await using bench = new ShareBench();
  await bench.write("really-audio.mp4", flac(1));
  await bench.write("film.mp4", new Uint8Array());
  bench.start({ mode: "video" });
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, ["film.mp4"]);
  await bench.stop();
  bench.start({ mode: "audio" });
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, ["really-audio.mp4"], "what was not wanted before is hashed now");
});

Deno.test("subtitles are offered with the film beside them, whichever comes first, and withdrawn with it", async () => {
  await using bench = new ShareBench();
  const words = new TextEncoder().encode("1\n00:00:01,000 --> 00:00:02,000\nHello\n");
  await bench.write("a.film.srt", words);
  await bench.write("deep/b.en.vtt", words);
  bench.start({ mode: "video" });
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, [], "there is no film beside them");
  assert.deepEqual(bench.hashed, []);
  const film = await bench.write("A.Film.mkv", testBytes(3000, 1));
  await bench.write("b.mkv", testBytes(3000, 2));
  await bench.nextOf("added", "a.film.srt");
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, ["A.Film.mkv", "a.film.srt", "b.mkv"]);
  await bench.write("a.film.de.srt", words);
  await bench.nextOf("added", "a.film.de.srt");
  await Deno.remove(film);
  for (let count = 0; count < 3; count++) await bench.nextOf("removed");
  assert.deepEqual(bench.names, ["b.mkv"]);
  await bench.write("A.Film.mkv", testBytes(3000, 1));
  await bench.nextOf("added", "a.film.srt");

  await bench.stop();
  bench.start({ mode: "audio" });
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, []);
});

Deno.test("a restart hashes nothing, and only what changed meanwhile is hashed", async () => {
  await using bench = new ShareBench();
  await bench.write("a.flac", flac(1));
  await bench.write("b.flac", flac(2));
  bench.start();
  await bench.nextOf("settled");
  const before = bench.log.find((event) => nameOf(event) === "a.flac");
  assert.deepEqual([...bench.hashed].sort(), ["a.flac", "b.flac"]);
  await bench.stop();

  bench.start();
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, ["a.flac", "b.flac"]);
  assert.deepEqual(bench.hashed, []);
  await bench.stop();

  await bench.write("b.flac", flac(3, 6000));
  bench.start();
  await bench.nextOf("settled");
  assert.deepEqual(bench.hashed, ["b.flac"]);
  assert.deepEqual(bench.log.find((event) => nameOf(event) === "a.flac"), before, "the same torrent as before");
});

Deno.test("a new file is offered when it stands still, and withdrawn when it goes", async () => {
  await using bench = new ShareBench();
  bench.start();
  await bench.nextOf("settled");
  const path = await bench.write("new.flac", flac(1, 1000), { isOld: false });
  using file = await Deno.open(path, { append: true });
  await file.write(testBytes(2000, 2));
  const added = await bench.nextOf("added");
  assert.ok(added.type === "added" && added.file.stamp.length === 3000);
  await bench.nextOf("settled");
  await Deno.remove(path);
  const removed = await bench.nextOf("removed");
  assert.ok(removed.type === "removed" && removed.reason === "gone");
  assert.deepEqual(bench.names, []);
});

Deno.test("a changed file is withdrawn at once and offered again with its new content", async () => {
  await using bench = new ShareBench();
  const path = await bench.write("a.flac", flac(1));
  bench.start();
  const before = await bench.nextOf("added");
  await bench.nextOf("settled");
  const file = await Deno.open(path, { write: true });
  await file.seek(100, Deno.SeekMode.Start);
  await file.write(testBytes(100, 9));
  file.close();
  const removed = await bench.nextOf("removed");
  assert.ok(removed.type === "removed" && removed.reason === "changed");
  assert.deepEqual(bench.names, []);
  const after = await bench.nextOf("added");
  assert.ok(before.type === "added" && after.type === "added");
  assert.notEqual(after.file.infoHash, before.file.infoHash);
  assert.equal(after.file.metainfo.info.infoHash, after.file.infoHash);
  assert.throws(() => before.file.metainfo, { code: "changed" });
});

Deno.test("folders that come, move and go are followed", async () => {
  await using bench = new ShareBench();
  bench.start();
  await bench.nextOf("settled");
  await Deno.mkdir(join(bench.root, "album"));
  for (const name of ["1.flac", "2.flac"]) {
    await Deno.writeFile(join(bench.root, "album", name), flac(name.charCodeAt(0)));
    await Deno.utime(join(bench.root, "album", name), new Date(), new Date(1_600_000_000_000));
  }
  await Deno.rename(join(bench.root, "album"), join(bench.folder, "album"));
  await bench.nextOf("added", "2.flac");
  await bench.nextOf("settled");
  assert.deepEqual(bench.names, ["album/1.flac", "album/2.flac"]);
  await Deno.rename(join(bench.folder, "album"), join(bench.folder, "renamed"));
  await bench.next(() => bench.names.join() === "renamed/1.flac,renamed/2.flac");
  await bench.nextOf("settled");
  await Deno.rename(join(bench.folder, "renamed"), join(bench.root, "elsewhere"));
  await bench.next(() => bench.names.length === 0);
});

Deno.test("a folder that is not there says so, and is noticed when it comes, goes and comes back", async () => {
  await using bench = new ShareBench();
  await Deno.remove(bench.folder);
  const watcher = bench.start();
  const missing = await bench.nextOf("unavailable");
  assert.ok(missing.type === "unavailable");
  assert.equal(missing.message, `The folder ${bench.folder} does not exist`);
  assert.equal(watcher.message, missing.message);
  for (const round of [1, 2]) {
    await bench.write("a.flac", flac(1));
    await bench.nextOf("added");
    await bench.nextOf("settled");
    assert.equal(watcher.message, undefined, `round ${round}`);
    await Deno.remove(bench.folder, { recursive: true });
    await bench.nextOf("removed");
    await bench.nextOf("unavailable");
  }
  await Deno.writeTextFile(bench.folder, "a file");
  const file = await bench.nextOf("unavailable");
  assert.ok(file.type === "unavailable" && file.message.endsWith("is not a folder"));
  await Deno.remove(bench.folder);
});

Deno.test("a file found changed by a reader is withdrawn and looked at again", async () => {
  await using bench = new ShareBench();
  const path = await bench.write("a.flac", flac(1));
  const watcher = bench.start();
  await bench.nextOf("settled");
  watcher.invalidate(path);
  assert.deepEqual(bench.names, []);
  await bench.nextOf("added");
});

Deno.test("hashing can be given up in the middle", async () => {
  await using bench = new ShareBench();
  await bench.write("large.flac", flac(1, 60_000_000));
  bench.start();
  await bench.next((event) => event.type === "progress" && event.hashing !== undefined);
  await bench.stop();
  assert.deepEqual(bench.events, []);
});

Deno.test("what is ignored", () => {
  for (const name of [".a", "a.part", "a.mp4.PART", "x.crdownload", "a~", "~$doc", "film.!qB", "a.aria2"]) {
    assert.ok(isIgnoredName(name), name);
  }
  for (const name of ["a.mp4", "part", "a.part.mp4", "~a.mp3"]) assert.ok(!isIgnoredName(name), name);
  assert.ok(isSharedPath("/s/a/b.mp3", "/s"));
  assert.ok(isSharedPath("/s/..a.mp3", "/s") === false, "hidden");
  for (const path of ["/s", "/other/a.mp3", "/s/.a/b.mp3", "/"]) assert.ok(!isSharedPath(path, "/s"), path);
});
