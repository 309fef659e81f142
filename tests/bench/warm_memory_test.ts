import assert from "node:assert/strict";
import { Folder } from "../program.ts";
import { WarmMemory } from "./warm_memory.ts";

/** Lengths of all files in the folders below one. */
async function lengthsBelow(path: string): Promise<readonly number[]> {
  const lengths: number[] = [];
  for await (const folder of Deno.readDir(path)) {
    for await (const file of Deno.readDir(`${path}/${folder.name}`)) {
      lengths.push((await Deno.stat(`${path}/${folder.name}/${file.name}`)).size);
    }
  }
  return lengths;
}

Deno.test("memory is taken in parts, freed from the beginning on, and all of it at the end", async () => {
  await using scene = await Folder.create();
  const folder = await scene.folder("memory");
  {
    await using memory = await WarmMemory.take({ byteCount: 250_000, folder, partLength: 100_000 });
    assert.deepEqual(await lengthsBelow(folder), [100_000, 100_000, 100_000]);
    memory.begin();
    assert.equal((await lengthsBelow(folder)).length, 2);
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
});

Deno.test("where files cannot lie in memory nothing is taken", async () => {
  await using scene = await Folder.create();
  await using memory = await WarmMemory.take({ byteCount: 1, folder: `${scene.path}/nowhere` });
  memory.begin();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(scene.path)), []);
});
