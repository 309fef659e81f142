import assert from "node:assert/strict";
import { Folder } from "../tests/program.ts";
import { RequestError } from "./api/request_error.ts";
import { takeFile, type TakenFile, type TakeOptions } from "./uploads.ts";

const bytes = new TextEncoder().encode("some music");

function bodyOf(...parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(parts);
}

async function take(folder: string, options: Partial<TakeOptions> = {}): Promise<TakenFile> {
  return await takeFile(bodyOf(bytes), { folder, name: "song.mp3", signal: new AbortController().signal, ...options });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map((entry) => entry.name).sort();
}

const refused = (status: number) => (error: unknown) => error instanceof RequestError && error.status === status;

Deno.test("a file is put into the folder under its name", async () => {
  await using folder = await Folder.create();
  assert.deepEqual(await take(folder.path, { length: bytes.length }), { name: "song.mp3", sizeBytes: bytes.length });
  assert.deepEqual(await Deno.readFile(`${folder.path}/song.mp3`), bytes);
  assert.deepEqual(await namesIn(folder.path), ["song.mp3"]);
});

Deno.test("every byte is in the file when it is taken, whatever the parts it came in", async () => {
  await using folder = await Folder.create();
  const film = Uint8Array.from({ length: 200_003 }, (_, index) => index * 31 % 251);
  for (const partLength of [65_536, 200_003, 7_919]) {
    const parts = Array.from(
      { length: Math.ceil(film.length / partLength) },
      (_, index) => film.slice(index * partLength, (index + 1) * partLength),
    );
    const { signal } = new AbortController();
    const taken = await takeFile(bodyOf(...parts), { folder: folder.path, name: "film.mp4", signal });
    assert.deepEqual(await Deno.readFile(`${folder.path}/${taken.name}`), film, `parts of ${partLength}`);
  }
});

Deno.test("an upload never overwrites: neither what is there nor one that ends together with it", async () => {
  await using folder = await Folder.create();
  await Deno.writeTextFile(`${folder.path}/song.mp3`, "an older song");
  const taken = await Promise.all(Array.from({ length: 5 }, () => take(folder.path)));
  const names = ["song (2).mp3", "song (3).mp3", "song (4).mp3", "song (5).mp3", "song (6).mp3"];
  assert.deepEqual(taken.map(({ name }) => name).sort(), names);
  assert.deepEqual(await namesIn(folder.path), [...names, "song.mp3"]);
  assert.equal(await Deno.readTextFile(`${folder.path}/song.mp3`), "an older song");
  for (const name of names) assert.deepEqual(await Deno.readFile(`${folder.path}/${name}`), bytes);
});

Deno.test("names are made safe, visible, and short enough for their number", async () => {
  await using folder = await Folder.create();
  assert.equal((await take(folder.path, { name: "../../escape.mp3" })).name, "_.._escape.mp3");
  assert.equal((await take(folder.path, { name: ".hidden.mp3" })).name, "hidden.mp3");
  assert.equal((await take(folder.path, { name: "..." })).name, "_");
  const long = `${"ä".repeat(125)}.mp3`;
  assert.equal((await take(folder.path, { name: long })).name, long);
  assert.equal((await take(folder.path, { name: long })).name, `${"ä".repeat(123)} (2).mp3`);
});

Deno.test("a body that ends early, or breaks off, leaves nothing behind", async () => {
  await using folder = await Folder.create();
  await assert.rejects(take(folder.path, { length: 11 }), refused(400));
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => controller.error(new TypeError("the browser left")),
  });
  const { signal } = new AbortController();
  await assert.rejects(takeFile(broken, { folder: folder.path, name: "song.mp3", signal }), /the browser left/);
  const stop = new AbortController();
  const asked = Promise.withResolvers<void>();
  let pulls = 0;
  const stalled = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(bytes);
      else asked.resolve();
    },
  });
  const taking = takeFile(stalled, { folder: folder.path, name: "song.mp3", signal: stop.signal });
  await asked.promise;
  stop.abort(new Error("the session was closed"));
  await assert.rejects(taking, /the session was closed/);
  assert.deepEqual(await namesIn(folder.path), []);
});

Deno.test("a folder that is gone is said, and the body is let go", async () => {
  let isLetGo = false;
  const body = new ReadableStream<Uint8Array>({ cancel: () => void (isLetGo = true) });
  const { signal } = new AbortController();
  await assert.rejects(takeFile(body, { folder: "/no/such/folder", name: "a.mp3", signal }), refused(409));
  assert.equal(isLetGo, true);
});
