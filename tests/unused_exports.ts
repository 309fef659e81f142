/**
 * Finds what is exported for nobody: a value that no other file imports, a type that is named nowhere else. Such an export
 * promises a use that is not there, and hides code that could go.
 *
 * @module
 */
import { dirname, join } from "node:path";

/** The project's sources by their paths from its root, `/` between folders. */
export type Sources = ReadonlyMap<string, string>;

const EXPORT = /^export (?:async |abstract )*(function\*?|class|const|let|interface|type) ([\w$]+)/gm;
const STATIC_IMPORT = /^import (?:type )?(?:\{([^}]*)\}|(\* as [\w$]+)) from "(\.[^"]+)";/gm;
const DYNAMIC_IMPORT = /\bimport\("(\.[^"]+)"\)/g;

/** Each with its place: `shared/ids.ts: parseId`. Declarations of packages (`.d.ts`) are not ours to judge. */
export function unusedExports(sources: Sources): readonly string[] {
  const imported = importedNames(sources);
  return [...sources].filter(([path]) => !path.endsWith(".d.ts")).flatMap(([path, text]) =>
    [...text.matchAll(EXPORT)].flatMap(([, keyword = "", name = ""]) => {
      const isType = keyword === "interface" || keyword === "type";
      const isUsed = imported.has(`${path} ${name}`) || (isType && occurrences(text, name) > 1);
      return isUsed ? [] : [`${path}: ${name}`];
    })
  );
}

/** What is imported by another file, as `path name`. */
function importedNames(sources: Sources): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [path, text] of sources) {
    const resolve = (specifier: string) => join(dirname(path), specifier).replaceAll("\\", "/");
    for (const [, list, whole, specifier = ""] of text.matchAll(STATIC_IMPORT)) {
      const target = resolve(specifier);
      const listed = list?.split(",").map((item) => item.trim().replace(/^type /, "").replace(/ as .*$/, "")) ?? [];
      for (const name of whole === undefined ? listed : namesIn(text)) names.add(`${target} ${name}`);
    }
    for (const [, specifier = ""] of text.matchAll(DYNAMIC_IMPORT)) {
      for (const name of namesIn(text)) names.add(`${resolve(specifier)} ${name}`);
    }
  }
  return names;
}

function namesIn(text: string): readonly string[] {
  return text.match(/[\w$]+/g) ?? [];
}

function occurrences(text: string, name: string): number {
  return namesIn(text).filter((word) => word === name).length;
}

async function readSources(folder: string, into: Map<string, string>): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) {
      if (entry.name !== "generated") await readSources(path, into);
    } else if (/\.tsx?$/.test(entry.name)) into.set(path, await Deno.readTextFile(path));
  }
}

if (import.meta.main) {
  const sources = new Map<string, string>();
  for (const folder of ["shared", "tracker", "peer", "dashboard", "tests"]) await readSources(folder, sources);
  const unused = unusedExports(sources);
  for (const place of unused) console.error(`Exported for nobody: ${place}`);
  console.log(`Exports of ${sources.size} files: ${unused.length} for nobody`);
  Deno.exit(unused.length > 0 ? 1 : 0);
}
