import assert from "node:assert/strict";
import { RequestError } from "./api/request_error.ts";
import { takeFile } from "./uploads.ts";

/** A body that comes in parts, each in a turn of its own. */
function bodyOf(bytes: Uint8Array, partLength: number): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    async pull(controller) {
      await Promise.resolve();
      controller.enqueue(bytes.subarray(offset, offset + partLength));
      offset += partLength;
      if (offset >= bytes.length) controller.close();
    },
  });
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const { signal } = new AbortController();
const bytes = Uint8Array.from({ length: 200_003 }, (_, index) => index * 31 % 251);

Deno.test("every byte of an upload is in the file when it is taken, whatever the parts it came in", () =>
  inFolder(async (folder) => {
    for (const partLength of [65_536, 200_003, 7_919]) {
      const taken = await takeFile(bodyOf(bytes, partLength), {
        folder,
        name: "film.mp4",
        length: bytes.length,
        signal,
      });
      assert.equal(taken.sizeBytes, bytes.length);
      assert.deepEqual(await Deno.readFile(`${folder}/${taken.name}`), bytes, `parts of ${partLength}`);
    }
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(names, ["film (2).mp4", "film (3).mp4", "film.mp4"]);
  }));

Deno.test("an upload that ends early, fails or is given up leaves nothing behind", () =>
  inFolder(async (folder) => {
    const options = { folder, name: "film.mp4", signal };
    await assert.rejects(
      takeFile(bodyOf(bytes, 65_536), { ...options, length: bytes.length + 1 }),
      (error) => error instanceof RequestError && error.status === 400,
    );
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("the connection broke")),
    });
    await assert.rejects(takeFile(broken, options), /the connection broke/);
    await assert.rejects(
      takeFile(bodyOf(bytes, 10), { ...options, signal: AbortSignal.abort(new Error("given up")) }),
      /given up/,
    );
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));
