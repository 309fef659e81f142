/**
 * Bundles a program into a folder that has everything it needs at run time, and nothing else: its code in parts that are
 * loaded when a command needs them, its worker, and what its dashboard is made of.
 *
 * @module
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** One of the two programs. */
export type ProgramName = "tracker" | "peer";

/** A bundle that could not be made, as a sentence. */
export class BundleError extends Error {
  override readonly name = "BundleError";
}

/** The repository's folder. */
const ROOT = new URL("../../", import.meta.url);

/** What a program starts in threads of its own; each is found beside the code that starts it, under its source's name. */
const WORKERS: readonly string[] = ["peer/storage/hash_worker.ts"];

/** What a dashboard is made of, found in `assets/` beside the code that serves it. */
const ASSETS: readonly string[] = ["icon.svg", "generated/dashboard.css", "generated/peer.js", "generated/tracker.js"];

/** A file that code names relative to itself: `new URL("./hash_worker.ts", import.meta.url)`. */
const NAMED_FILE = /new URL\(\s*"(\.[^"]*)"\s*,\s*import\.meta\.url\s*\)/g;

/**
 * Makes `main.js` and all beside it in an empty folder. The dashboard must be bundled already.
 *
 * @throws {BundleError}
 */
export async function bundleProgram(program: ProgramName, folder: string): Promise<void> {
  await bundle([`${program}/main.ts`], ["--code-splitting", "--outdir", folder]);
  for (const worker of WORKERS) await bundle([worker], ["--output", `${folder}/${basename(worker)}`]);
  for (const asset of ASSETS) {
    // A tracker has no use for the page of a peer.
    if (asset.endsWith(".js") && asset !== `generated/${program}.js`) continue;
    await Deno.mkdir(`${folder}/assets/generated`, { recursive: true });
    await Deno.copyFile(new URL(`dashboard/assets/${asset}`, ROOT), `${folder}/assets/${asset}`);
  }
  await checkNamedFiles(folder);
  const { unstable } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ unstable }));
}

/** Whatever the code names beside itself must be in the folder: a worker that was forgotten would only be missed when used. */
export async function checkNamedFiles(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js")) continue;
    const code = await Deno.readTextFile(`${folder}/${name}`);
    for (const [, path = ""] of code.matchAll(NAMED_FILE)) {
      // The dashboard is bundled from the sources only.
      if (path === "../") continue;
      try {
        await Deno.stat(`${folder}/${path}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new BundleError(`Cannot bundle the program: its code needs ${path}, which is not beside it`);
      }
    }
  }
}

async function bundle(entries: readonly string[], output: readonly string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", ...output, ...entries],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stderr } = await command.output();
  if (!success) throw new BundleError(`Cannot bundle ${entries.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
