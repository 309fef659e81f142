/**
 * Builds what the dashboards' pages load, the client scripts and the style sheet, with `deno bundle` into
 * `assets/generated/`; does nothing for those that are newer than all that they are made of, and says nothing unless it
 * fails. Several processes may build at once: each bundle is written aside and renamed into place.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** A file of `assets/generated/`: the client of a program, or the style sheet of both. */
export type BundleName = "peer.js" | "tracker.js" | "dashboard.css";

/** Where the sources are and what to build. */
export interface BundleOptions {
  /** The bundles to build. Default: all. */
  readonly names?: readonly BundleName[];
  /** The repository's folder, with a slash at the end. Default: the one above this file. */
  readonly root?: URL;
  /** Ends the build. */
  readonly signal?: AbortSignal;
}

/** A bundle could not be built; the message has what `deno bundle` said. */
export class BundleError extends Error {
  /** The class's name, for logs. */
  override readonly name = "BundleError";
}

/** What a bundle begins with. */
const ENTRIES: Readonly<Record<BundleName, string>> = {
  "peer.js": "dashboard/client/peer.tsx",
  "tracker.js": "dashboard/client/tracker.tsx",
  "dashboard.css": "dashboard/assets/styles/dashboard.css",
};

/** The folders of the sources: the client and what it takes from `shared/`, and the rooms of the style sheet. */
const SOURCES: Readonly<Record<"js" | "css", readonly string[]>> = {
  js: ["dashboard/client/", "shared/"],
  css: ["dashboard/assets/styles/"],
};

/**
 * Builds the bundles that are out of date.
 *
 * @param options What to build.
 * @returns The bundles that were built anew; empty when all were fresh.
 * @throws BundleError when `deno bundle` fails.
 */
export async function bundleDashboard(options: BundleOptions = {}): Promise<readonly BundleName[]> {
  const { root = new URL("../", import.meta.url), signal } = options;
  const names: readonly BundleName[] = options.names ?? ["peer.js", "tracker.js", "dashboard.css"];
  const built: BundleName[] = [];
  for (const name of names) {
    if (await modifiedAt(bundleUrl(root, name)) > await newestInput(root, name)) continue;
    await build(name, { root, ...(signal === undefined ? {} : { signal }) });
    built.push(name);
  }
  return built;
}

async function build(
  name: BundleName,
  { root, signal }: { readonly root: URL; readonly signal?: AbortSignal },
): Promise<void> {
  const bundle = bundleUrl(root, name);
  const aside = new URL(`${crypto.randomUUID()}.${name}`, bundle);
  await Deno.mkdir(new URL(".", bundle), { recursive: true });
  const command = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", "-o", fileURLToPath(aside), ENTRIES[name]],
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
      throw new BundleError(`Cannot bundle ${ENTRIES[name]} as ${name}: ${said.trim()}`);
    }
    await Deno.rename(aside, bundle);
  } finally {
    await removeIfThere(aside);
  }
}

function bundleUrl(root: URL, name: BundleName): URL {
  return new URL(`dashboard/assets/generated/${name}`, root);
}

/** When the newest source of a bundle changed; the import map is one of every script's. */
async function newestInput(root: URL, name: BundleName): Promise<number> {
  const kind = name.endsWith(".css") ? "css" : "js";
  let newestMs = kind === "js" ? await modifiedAt(new URL("deno.json", root)) : -Infinity;
  for (const folder of SOURCES[kind]) newestMs = Math.max(newestMs, await newestSourceIn(new URL(folder, root)));
  return newestMs;
}

async function newestSourceIn(folder: URL): Promise<number> {
  let newestMs = 0;
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(encodeURIComponent(entry.name) + (entry.isDirectory ? "/" : ""), folder);
    if (entry.isDirectory) newestMs = Math.max(newestMs, await newestSourceIn(url));
    else if (/\.(?:tsx?|css)$/.test(entry.name) && !entry.name.includes("_test.")) {
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
