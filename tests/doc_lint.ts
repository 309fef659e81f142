/**
 * Runs `deno doc --lint` over every file of the product: each exported thing and each method has a docstring, and every
 * type of ours that it names is exported too. Two kinds of findings do not count. A plain field may go without a
 * docstring: where its name, with the unit in it, says all, a sentence would only repeat it. And a type of a package
 * (`Hono`, `JSX.Element`) is public where it comes from, which the tool cannot see.
 *
 * @module
 */

const ROOMS: readonly string[] = ["shared", "tracker", "peer", "dashboard"];

/** Fields in the source line that a finding quotes: `readonly lengthBytes: number;`, `override readonly name = "X";`. */
const FIELD = /\|\s+(override |static )*(readonly )?[a-zA-Z_0-9]+\??(:| =)/;

/** Reads the source that a finding points to. */
export type ReadSource = (path: string) => string;

/** The findings in the tool's report that count, each with its place in the source. */
export function findings(report: string, readSource: ReadSource): readonly string[] {
  const all = report.split(/\n(?=error\[)/).filter((text) => text.startsWith("error["));
  return all.filter((finding) => !isPlainField(finding) && !namesPackageType(finding, readSource));
}

function isPlainField(finding: string): boolean {
  return finding.startsWith("error[missing-jsdoc]") && FIELD.test(finding);
}

/**
 * Whether the private type is one of a package. A type of ours that is not exported can only be named in the file that
 * declares it; whatever is named elsewhere was imported, and what we import from ourselves is exported.
 */
function namesPackageType(finding: string, readSource: ReadSource): boolean {
  const type = /^error\[private-type-ref\].*references private type '([\w$]+)/.exec(finding)?.[1];
  const path = /-->\s*(.+?):\d+:\d+/.exec(finding)?.[1];
  if (type === undefined || path === undefined) return false;
  const declaration = new RegExp(`^(declare |abstract )*(interface|class|type|namespace) ${type}\\b`, "m");
  return !declaration.test(readSource(path));
}

/** The product's sources below a folder: no tests, no declarations, nothing generated. */
async function sources(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...(entry.name === "generated" ? [] : await sources(path)));
    else if (/\.tsx?$/.test(entry.name) && !/(_test|_bench)\.tsx?$|\.d\.ts$/.test(entry.name)) found.push(path);
  }
  return found.sort();
}

if (import.meta.main) {
  const files = (await Promise.all(ROOMS.map(sources))).flat();
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...files],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stderr } = await command.output();
  const report = new TextDecoder().decode(stderr);
  // A failure without a finding is one of the tool itself, such as a file that does not parse.
  if (code !== 0 && !report.includes("error[")) {
    console.error(report);
    Deno.exit(1);
  }
  const found = findings(report, (path) => Deno.readTextFileSync(path));
  for (const finding of found) console.error(finding.trimEnd() + "\n");
  console.log(`Documentation of ${files.length} files: ${found.length} findings`);
  Deno.exit(found.length > 0 ? 1 : 0);
}
