/**
 * What a user downloads: both executables, the README and the licences in one folder, packed as the platform expects it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { zipSync } from "fflate";
import type { Platform } from "./platform.ts";

/** Unix, as the zip format calls the system that an entry's mode is of (APPNOTE 4.4.2). */
const ZIP_UNIX = 3;

/**
 * Packs a folder as `<folder>.tar.gz` or `<folder>.zip` beside it, with the folder's name in front of every path.
 *
 * @returns the archive's path
 */
export async function packFolder(folder: string, platform: Platform): Promise<string> {
  const archive = `${folder}.${platform.archive}`;
  if (platform.archive === "zip") await Deno.writeFile(archive, await zip(folder));
  else await tar(folder, archive);
  return archive;
}

/** `SHA256SUMS` of some files, as `sha256sum --check` reads it. */
export async function checksums(paths: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const path of paths) {
    const digest = createHash("sha256");
    using file = await Deno.open(path);
    for await (const bytes of file.readable) digest.update(bytes);
    lines.push(`${digest.digest("hex")}  ${basename(path)}\n`);
  }
  return lines.join("");
}

async function zip(folder: string): Promise<Uint8Array> {
  const entries: Record<string, [Uint8Array, { readonly os: number; readonly attrs: number }]> = {};
  for await (const { name } of Deno.readDir(folder)) {
    const { mode } = await Deno.stat(`${folder}/${name}`);
    const attrs = (mode ?? 0o100755) << 16;
    entries[`${basename(folder)}/${name}`] = [await Deno.readFile(`${folder}/${name}`), { os: ZIP_UNIX, attrs }];
  }
  return zipSync(entries);
}

async function tar(folder: string, archive: string): Promise<void> {
  const command = new Deno.Command("tar", {
    args: ["-czf", archive, "-C", `${folder}/..`, basename(folder)],
    stdin: "null",
  });
  const { success } = await command.spawn().status;
  if (!success) throw new Error(`Cannot pack ${archive}: tar failed`);
}
