/**
 * Content for transfers: pseudo-random, so that no two blocks are alike, and the same on every machine.
 *
 * @module
 */
import assert from "node:assert/strict";

/** A MiB in bytes. */
export const MIB = 1_048_576;

/** The bytes of a seed (xorshift32); the same seed and length give the same bytes. */
function contentOf(seed: number, length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed * 2_654_435_761 >>> 0) || 1;
  for (let index = 0; index < words.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** A file to be: its path, folders by slashes, and its length in bytes. */
export type FilePlan = readonly [path: string, length: number];

/** Writes files under a folder, each with content of its own. */
export async function writeContent(folder: string, files: readonly FilePlan[]): Promise<void> {
  for (const [index, [path, length]] of files.entries()) {
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(file, contentOf(index + length, length));
  }
}

/**
 * Fails unless the files lie under the folder with the very bytes that {@link writeContent} gave them; those of no length
 * are not looked for when `lacksEmpty`.
 */
export async function assertContent(
  folder: string,
  files: readonly FilePlan[],
  options: { readonly lacksEmpty?: boolean } = {},
): Promise<void> {
  for (const [index, [path, length]] of files.entries()) {
    if (length === 0 && options.lacksEmpty) continue;
    const bytes = await Deno.readFile(`${folder}/${path}`);
    assert.equal(bytes.length, length, `${folder}/${path} has another length`);
    assert.equal(firstDifference(bytes, contentOf(index + length, length)), -1, `${folder}/${path} differs`);
  }
}

/** Where two arrays of one length differ first; -1 where they do not. */
function firstDifference(one: Uint8Array, other: Uint8Array): number {
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return index;
  }
  return -1;
}
