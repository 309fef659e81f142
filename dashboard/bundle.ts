/**
 * Builds the dashboards' client scripts with `deno bundle` into `assets/generated/`; does nothing when they are newer
 * than all that they are made of, and says nothing unless it fails. Several processes may build at once: each script
 * is written aside and renamed into place.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { DashboardProgram } from "./assets.ts";

/** Where the sources are and what to build. */
export interface BundleOptions {
  /** The scripts to build. Default: both. */
  readonly programs?: readonly DashboardProgram[];
  /** The repository's folder, with a slash at the end. Default: the one above this file. */
  readonly root?: URL;
  /** Ends the build. */
  readonly signal?: AbortSignal;
}

/** The client could not be built; the message has what `deno bundle` said. */
export class BundleError extends Error {
  /** The class's name, for logs. */
  override readonly name = "BundleError";
}

/**
 * Builds the client scripts that are out of date.
 *
 * @param options What to build.
 * @returns The programs whose scripts were built anew; empty when all were fresh.
 * @throws BundleError when `deno bundle` fails.
 */
export async function bundleDashboard(options: BundleOptions = {}): Promise<readonly DashboardProgram[]> {
  const root = options.root ?? new URL("../", import.meta.url);
  const changedAtMs = await newestInput(root);
  const built: DashboardProgram[] = [];
  const programs: readonly DashboardProgram[] = options.programs ?? ["peer", "tracker"];
  for (const program of programs) {
    if (await modifiedAt(scriptOf(root, program)) > changedAtMs) continue;
    await bundleProgram(program, { root, ...(options.signal === undefined ? {} : { signal: options.signal }) });
    built.push(program);
  }
  return built;
}

async function bundleProgram(
  program: DashboardProgram,
  { root, signal }: { readonly root: URL; readonly signal?: AbortSignal },
): Promise<void> {
  const script = scriptOf(root, program);
  const aside = new URL(`${program}.${crypto.randomUUID()}.js`, script);
  await Deno.mkdir(new URL(".", script), { recursive: true });
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform",
      "browser",
      "--minify",
      "-o",
      fileURLToPath(aside),
      `dashboard/client/${program}.tsx`,
    ],
    cwd: fileURLToPath(root),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    const { success, stdout, stderr } = await command.output();
    signal?.throwIfAborted();
    if (!success) {
      const said = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
      throw new BundleError(`Cannot bundle dashboard/client/${program}.tsx as a script: ${said.trim()}`);
    }
    await Deno.rename(aside, script);
  } finally {
    await removeIfThere(aside);
  }
}

function scriptOf(root: URL, program: DashboardProgram): URL {
  return new URL(`dashboard/assets/generated/${program}.js`, root);
}

/** When the newest of all sources changed: the client, what it takes from `shared/`, and the import map. */
async function newestInput(root: URL): Promise<number> {
  const folders = ["dashboard/client/", "shared/"].map((folder) => new URL(folder, root));
  let newestMs = await modifiedAt(new URL("deno.json", root));
  for (const folder of folders) newestMs = Math.max(newestMs, await newestScriptIn(folder));
  return newestMs;
}

async function newestScriptIn(folder: URL): Promise<number> {
  let newestMs = 0;
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(encodeURIComponent(entry.name) + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) newestMs = Math.max(newestMs, await newestScriptIn(url));
    else if (/\.tsx?$/.test(entry.name) && !entry.name.includes("_test.")) {
      newestMs = Math.max(newestMs, await modifiedAt(url));
    }
  }
  return newestMs;
}

/** Milliseconds since 1970, or -Infinity of a file that is not there. */
async function modifiedAt(url: URL): Promise<number> {
  try {
    return (await Deno.stat(url)).mtime?.getTime() ?? -Infinity;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return -Infinity;
    throw error;
  }
}

async function removeIfThere(url: URL): Promise<void> {
  try {
    await Deno.remove(url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) await bundleDashboard();
