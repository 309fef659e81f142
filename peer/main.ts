/**
 * `peer`: shares, shows and plays a community's media, from the command line.
 *
 * @module
 */
import { type CommandLine, nearestWord, UsageError } from "../shared/command_line.ts";
import type { CompletedCommand, CompletedProgram } from "../shared/completions.ts";
import { reportingCrashes } from "../shared/crash_report.ts";
import type { Help } from "../shared/help_text.ts";
import { dataFolder } from "../shared/platform_folders.ts";
import { EXIT, runProgram } from "../shared/program.ts";
import { dataFlag } from "../shared/program_flags.ts";
import { COMPLETIONS, flagsOf, printCompletions, readProgramLine } from "../shared/program_line.ts";
import { createHelp, dashboardHelp, downloadHelp, shareHelp } from "./commands/command_help.ts";

/** A command: what it takes, and what it does, which is loaded when it is needed. */
interface Command {
  readonly help: Help;
  readonly maxOperands: number;
  load(): Promise<(line: CommandLine) => Promise<number>>;
}

/** Files on one line at most: what a shell may make of `*`. */
const MAX_FILES = 1_000;

/** The peer with its dashboard. */
const DASHBOARD: Command = {
  help: dashboardHelp,
  maxOperands: 0,
  load: async () => (await import("./commands/dashboard.ts")).runDashboard,
};

/** What stands first on the line, and what it does. */
const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ["create", {
    help: createHelp,
    maxOperands: 1,
    load: async () => (await import("./commands/create.ts")).runCreate,
  }],
  ["download", {
    help: downloadHelp,
    maxOperands: MAX_FILES,
    load: async () => (await import("./commands/download.ts")).runDownload,
  }],
  ["share", {
    help: shareHelp,
    maxOperands: MAX_FILES,
    load: async () => (await import("./commands/share.ts")).runShare,
  }],
]);

/** Reads the command line and runs what it says; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "completions") {
    printCompletions(args.slice(1), completed());
    return EXIT.done;
  }
  const named = COMMANDS.get(args[0] ?? "");
  checkCommand(args[0], named);
  const { help, maxOperands, load } = named ?? DASHBOARD;
  const others = [DASHBOARD, ...COMMANDS.values()].map((command) => command.help);
  const line = readProgramLine(named === undefined ? args : args.slice(1), { help, maxOperands, others });
  if (line === undefined) return EXIT.done;
  const run = await load();
  return await reportingCrashes(
    { program: "peer", folder: line.value(dataFlag) ?? dataFolder("peer") },
    () => run(line),
  );
}

/** A word that is no flag and no command is a mistyped command. @throws UsageError */
function checkCommand(word: string | undefined, command: Command | undefined): void {
  if (word === undefined || word.startsWith("-") || command !== undefined) return;
  const nearest = nearestWord(word, [...COMMANDS.keys(), "completions"]);
  const hint = nearest === undefined ? "see peer --help" : `did you mean ${nearest}?`;
  throw new UsageError(`Cannot use ${JSON.stringify(word)}: there is no such command; ${hint}`);
}

/** The program as shells complete it. */
function completed(): CompletedProgram {
  const told = ({ help, maxOperands }: Command): CompletedCommand => ({
    about: help.about,
    flags: flagsOf(help),
    operands: maxOperands === 0 ? "nothing" : "files",
  });
  const commands = [...COMMANDS].map(([name, command]) => [name, told(command)] as const);
  return { name: "peer", commands: new Map([["", told(DASHBOARD)], ...commands, ["completions", COMPLETIONS]]) };
}

if (import.meta.main) await runProgram("peer", () => main(Deno.args));
