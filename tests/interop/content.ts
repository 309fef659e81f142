/**
 * Content for transfers: pseudo-random, so that no two blocks are alike, and the same on every machine.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededBytes } from "../seeded_bytes.ts";

/** A MiB in bytes. */
export const MIB = 1_048_576;

/** A file to be: its path, folders by slashes, and its length in bytes. */
export type FilePlan = readonly [path: string, length: number];

/** Writes files under a folder, each with content of its own. */
export async function writeContent(folder: string, files: readonly FilePlan[]): Promise<void> {
  for (const [index, [path, length]] of files.entries()) {
    const file = `${folder}/${path}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(file, seededBytes(index + length, length));
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
    assert.equal(firstDifference(bytes, seededBytes(index + length, length)), -1, `${folder}/${path} differs`);
  }
}

/** Where two arrays of one length differ first; -1 where they do not. */
function firstDifference(one: Uint8Array, other: Uint8Array): number {
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return index;
  }
  return -1;
}
