/**
 * `tracker`: the meeting point of a community, from the command line.
 *
 * @module
 */
import { reportingCrashes } from "../shared/crash_report.ts";
import { dataFolder } from "../shared/platform_folders.ts";
import { EXIT, runProgram } from "../shared/program.ts";
import { dataFlag } from "../shared/program_flags.ts";
import { COMPLETIONS, flagsOf, printCompletions, readProgramLine } from "../shared/program_line.ts";
import { trackerHelp } from "./flags.ts";

/** Reads the command line and runs the tracker; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "completions") {
    const own = { about: trackerHelp.about, flags: flagsOf(trackerHelp), operands: "nothing" } as const;
    printCompletions(args.slice(1), { name: "tracker", commands: new Map([["", own], ["completions", COMPLETIONS]]) });
    return EXIT.done;
  }
  const line = readProgramLine(args, { help: trackerHelp, maxOperands: 0 });
  if (line === undefined) return EXIT.done;
  const { runTracker } = await import("./program.ts");
  const folder = line.value(dataFlag) ?? dataFolder("tracker");
  return await reportingCrashes({ program: "tracker", folder }, () => runTracker(line));
}

if (import.meta.main) await runProgram("tracker", () => main(Deno.args));
