/**
 * `tracker`: the meeting point of a community, from the command line.
 *
 * @module
 */
import { EXIT, runProgram } from "../shared/program.ts";
import { readProgramLine } from "../shared/program_line.ts";
import { trackerHelp } from "./flags.ts";

/** Reads the command line and runs the tracker; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const line = readProgramLine(args, { help: trackerHelp, maxOperands: 0 });
  if (line === undefined) return EXIT.done;
  const { runTracker } = await import("./program.ts");
  return await runTracker(line);
}

if (import.meta.main) await runProgram("tracker", () => main(Deno.args));
