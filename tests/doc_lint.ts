/**
 * Runs `deno doc --lint` over every file of the product: each exported thing and each method has a docstring, and every
 * type that it names is exported too. A plain field may go without: where its name, with the unit in it, says all, a
 * sentence would only repeat it.
 *
 * @module
 */

const ROOMS: readonly string[] = ["shared", "tracker", "peer", "dashboard"];

/** Fields in the source line that a finding quotes: `readonly lengthBytes: number;`, `override readonly name = "X";`. */
const FIELD = /\|\s+(override |static )*(readonly )?[a-zA-Z_]+\??(:| =)/;

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

/** The findings that count. */
function findings(report: string): readonly string[] {
  const all = report.split(/\n(?=error\[)/).filter((text) => text.startsWith("error["));
  return all.filter((text) => !(text.startsWith("error[missing-jsdoc]") && FIELD.test(text)));
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
  const found = findings(report);
  for (const finding of found) console.error(finding.trimEnd() + "\n");
  console.log(`Documentation of ${files.length} files: ${found.length} findings`);
  Deno.exit(found.length > 0 ? 1 : 0);
}
