/**
 * The licences of all that an executable holds of others: every npm package that the programs and their pages import,
 * directly or through another, and the runtime. Most of them ask that their notice goes with each copy.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import * as v from "valibot";

/** What a package says of itself, and its notices. */
interface Notice {
  /** `name@version`. */
  readonly id: string;
  /** Its licence's name (SPDX). */
  readonly licence: string;
  /** Who wrote it, as it says; empty where it does not. */
  readonly author: string;
  /** Its licence files, whole, in order of their names; empty where the package brings none. */
  readonly text: string;
}

/** The repository's folder. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the programs, their worker and their pages begin. */
const ENTRIES: readonly string[] = [
  "tracker/main.ts",
  "peer/main.ts",
  "peer/storage/hash_worker.ts",
  "dashboard/client/tracker.tsx",
  "dashboard/client/peer.tsx",
];

/** What a licence file is called: `LICENSE`, `licence.md`, `COPYING`, `NOTICE.txt`. */
const NOTICE_FILE = /^(licen[cs]e|copying|notice)/i;

/** Stands between two packages. */
const RULE = `\n${"-".repeat(80)}\n\n`;

const RUNTIME = `Deno ${Deno.version.deno}: MIT, the Deno authors\n\n` +
  "The executables begin with Deno's runtime, which holds V8 and further libraries.\n" +
  `Sources and licences: https://github.com/denoland/deno/tree/v${Deno.version.deno}\n`;

/** What `deno info --json` tells of packages; it tells more. */
const ModuleGraph = v.object({
  modules: v.array(v.object({ npmPackage: v.optional(v.string()) })),
  npmPackages: v.record(
    v.string(),
    v.object({ name: v.string(), version: v.string(), localPath: v.string(), dependencies: v.array(v.string()) }),
  ),
});
type ModuleGraph = v.InferOutput<typeof ModuleGraph>;

const Manifest = v.object({
  license: v.optional(v.string(), "unnamed"),
  author: v.optional(v.union([v.string(), v.object({ name: v.string() })]), ""),
});

/** The text of `THIRD_PARTY_LICENCES.txt`: the runtime, then each package with its source's address and its notices. */
export async function thirdPartyLicences(): Promise<string> {
  const notices = new Map<string, Notice>();
  for (const entry of ENTRIES) {
    const graph = await moduleGraph(entry);
    for (const key of packagesOf(graph)) {
      const found = graph.npmPackages[key];
      if (found === undefined) continue;
      const id = `${found.name}@${found.version}`;
      if (!notices.has(id)) notices.set(id, await noticeOf(id, found.localPath));
    }
  }
  const inOrder = [...notices.values()].sort((one, other) => one.id < other.id ? -1 : 1);
  return [RUNTIME, ...inOrder.map(describe)].join(RULE);
}

function describe({ id, licence, author, text }: Notice): string {
  const [, name, version] = id.match(/^(.+)@([^@]+)$/) ?? [];
  const by = author === "" ? "" : `, ${author}`;
  // Who brings no text is bound by the licence that it names.
  const terms = text === "" ? `Its terms: https://spdx.org/licenses/${licence}.html\n` : text;
  return `${id}: ${licence}${by}\nSource: https://www.npmjs.com/package/${name}/v/${version}\n\n${terms}`;
}

/** The keys of all packages that the modules of a graph need. */
function packagesOf(graph: ModuleGraph): ReadonlySet<string> {
  const found = new Set<string>();
  const ahead = graph.modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  for (let key = ahead.pop(); key !== undefined; key = ahead.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    ahead.push(...(graph.npmPackages[key]?.dependencies ?? []));
  }
  return found;
}

async function moduleGraph(entry: string): Promise<ModuleGraph> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: ROOT, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`Cannot tell what ${entry} imports: ${new TextDecoder().decode(stderr).trim()}`);
  return v.parse(ModuleGraph, JSON.parse(new TextDecoder().decode(stdout)));
}

async function noticeOf(id: string, folder: string): Promise<Notice> {
  const { license: licence, author } = v.parse(
    Manifest,
    JSON.parse(await Deno.readTextFile(`${folder}/package.json`)),
  );
  const files: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile && NOTICE_FILE.test(name)) files.push(name);
  const texts = await Promise.all(files.sort().map((name) => Deno.readTextFile(`${folder}/${name}`)));
  return {
    id,
    licence,
    author: typeof author === "string" ? author : author.name,
    text: texts.map((text) => `${text.replaceAll("\r\n", "\n").trim()}\n`).join("\n"),
  };
}
