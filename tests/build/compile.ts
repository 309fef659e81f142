/**
 * Makes an executable of a program's bundle.
 *
 * `DENO_COMPILE` names another deno to compile with, and `DENORT_BIN` the runtime to put in front, which must be of the
 * same line: where the host that runtimes are fetched from cannot be reached, both together still build for this machine.
 *
 * @module
 */
import { type Platform, thisPlatform } from "./platform.ts";

/** A small young generation: the programs move bytes, they do not make objects, and memory is what a home server lacks. */
const SMALL_YOUNG_GENERATION = "--max-semi-space-size=2";

/**
 * A peer's heap grows by a quarter between two collections, and not to twice of what lives: thousands of files hashed for
 * the first time leave much garbage that is old. Measured with 10,000 songs, their tags and a tracker: 256 to 291 MB
 * instead of 342 MB.
 */
const V8_FLAGS = {
  tracker: SMALL_YOUNG_GENERATION,
  peer: `${SMALL_YOUNG_GENERATION},--heap-growing-percent=25`,
} as const;

/** An executable that could not be made, as a sentence. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}

/**
 * Compiles the bundle of `program` in `folder` to the executable `output`. It may read, write, reach the network, read the
 * environment and ask about the machine, and run the one command that opens a browser; it never asks for more.
 *
 * @throws {CompileError} with what stood in the way
 */
export async function compile(options: {
  readonly program: keyof typeof V8_FLAGS;
  readonly folder: string;
  readonly output: string;
  readonly platform: Platform;
}): Promise<void> {
  const { program, folder, output, platform } = options;
  const isForUs = platform === thisPlatform();
  const command = new Deno.Command(Deno.env.get("DENO_COMPILE") ?? Deno.execPath(), {
    args: [
      // A code cache would save 15 ms of a start, by a file in the folder for temporary files where others may write, too.
      ...[
        "compile",
        "--quiet",
        "--no-code-cache",
        "--no-check",
        "--no-lock",
        "--no-remote",
        "--no-npm",
        "--target",
        platform.target,
      ],
      ...["--no-prompt", "--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys"],
      ...[`--allow-run=${platform.opener}`, `--v8-flags=${V8_FLAGS[program]}`],
      ...["--include", "assets", "--include", "hash_worker.ts", "--output", output, "main.js"],
    ],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    clearEnv: true,
    env: environment({ keepsRuntime: isForUs }),
  });
  const { success, stderr } = await command.output();
  if (success) return;
  const remedy = isForUs
    ? "it could neither be fetched nor taken from DENORT_BIN"
    : "it can only be fetched, because DENORT_BIN is of this machine";
  const reason = reasonIn(new TextDecoder().decode(stderr));
  throw new CompileError(`Cannot compile for ${platform.name} without its runtime: ${remedy} (${reason})`);
}

/** Ours, plain, and without the runtime that is here where one of another machine is wanted. */
function environment({ keepsRuntime }: { readonly keepsRuntime: boolean }): Record<string, string> {
  const { DENORT_BIN, ...rest } = Deno.env.toObject();
  return { ...rest, NO_COLOR: "1", ...(keepsRuntime && DENORT_BIN !== undefined ? { DENORT_BIN } : {}) };
}

/** The line of the compiler's complaint that says what is missing. */
function reasonIn(complaint: string): string {
  const lines = complaint.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const causes = lines.flatMap((line) => /^\d+: (.*)$/.exec(line)?.[1] ?? []);
  return causes.find((cause) => /denort/.test(cause)) ?? causes[0] ?? lines[0] ?? "no reason given";
}
