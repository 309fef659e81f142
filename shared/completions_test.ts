import assert from "node:assert/strict";
import { choiceFlag, switchFlag, textFlag } from "./command_line.ts";
import { completionScript, type Shell } from "./completions.ts";

const mode = choiceFlag("mode", { help: "What: [these]", choices: ["audio", "video"] });
const flags = [
  mode,
  switchFlag("open", { help: "It's opened" }),
  textFlag("to", { help: "Where", placeholder: "DIR" }),
];
const program = {
  name: "peer",
  commands: new Map([
    ["", { about: "Watch", flags, operands: "nothing" as const }],
    ["download", { about: "Fetch: it's quick", flags: flags.slice(2), operands: "files" as const }],
    ["completions", { about: "Complete", flags: [], operands: ["bash", "zsh"] }],
  ]),
};

/** What a line of bash completes to. */
async function completed(words: readonly string[], cwd: string): Promise<readonly string[]> {
  const script = `${completionScript("bash", program)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _peer
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", { args: ["--norc", "-c", script], cwd }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").sort();
}

Deno.test(
  { name: "bash completes commands, flags, words, folders and files", ignore: Deno.build.os === "windows" },
  async () => {
    const cwd = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${cwd}/my films`);
      await Deno.writeTextFile(`${cwd}/my.torrent`, "");
      assert.deepEqual(await completed(["peer", "d"], cwd), ["download"]);
      assert.deepEqual(await completed(["peer", "--m"], cwd), ["--mode"]);
      assert.deepEqual(await completed(["peer", "--mode", ""], cwd), ["audio", "video"]);
      assert.deepEqual(await completed(["peer", "download", "my"], cwd), ["my films", "my.torrent"]);
      assert.deepEqual(await completed(["peer", "download", "--to", "m"], cwd), ["my films"]);
      assert.deepEqual(await completed(["peer", "completions", "z"], cwd), ["zsh"]);
    } finally {
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

for (const shell of ["bash", "zsh", "fish"] as const) {
  const isThere = await canRun(shell);
  if (!isThere) console.warn(`SKIPPED, ${shell} is not installed: ${shell} reads its completion script`);
  Deno.test({ name: `${shell} reads its completion script`, ignore: !isThere }, async () => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(path, completionScript(shell, program));
      const { stderr, code } = await new Deno.Command(shell, { args: ["-n", path] }).output();
      assert.equal(new TextDecoder().decode(stderr), "");
      assert.equal(code, 0);
    } finally {
      await Deno.remove(path);
    }
  });
}

async function canRun(shell: Shell): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "true"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
