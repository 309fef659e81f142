/**
 * The command line of a program, or of one of its commands, from everything that a flag may be given in: the line itself,
 * the environment of the process, and the file that `--config` names. `--help` and `--version` are answered here, before
 * anything is loaded that they do not need.
 *
 * @module
 */
import { type CommandLine, type Flag, readCommandLine, UsageError } from "./command_line.ts";
import { type CompletedCommand, type CompletedProgram, completionScript, SHELLS } from "./completions.ts";
import { configurationText } from "./configuration_text.ts";
import { type Help, helpText } from "./help_text.ts";
import { homeFolder } from "./platform_folders.ts";
import { isDesktop, isNothingThere } from "./program.ts";
import {
  configFlag,
  helpAllFlag,
  helpFlag,
  logFormatFlag,
  logLevelFlag,
  noOpenFlag,
  openFlag,
  printConfigFlag,
  versionFlag,
} from "./program_flags.ts";
import { MAX_SETTINGS_LENGTH, parseSettings, type Settings, SettingsSyntaxError } from "./settings_file.ts";
import { VERSION } from "./version.ts";

/** Flags that every command has beside its own. */
const STANDARD_FLAGS: readonly Flag<unknown>[] = [
  configFlag,
  printConfigFlag,
  logLevelFlag,
  logFormatFlag,
  helpFlag,
  helpAllFlag,
  versionFlag,
];

/** Flags that say what to do now, not how things are: they are no part of a configuration. */
const ACTION_FLAGS: readonly Flag<unknown>[] = [configFlag, printConfigFlag, helpFlag, helpAllFlag, versionFlag];

/** All flags that may stand on a line, each once. */
export function flagsOf(help: Help): readonly Flag<unknown>[] {
  return [...new Set([...help.usual, ...help.further, ...STANDARD_FLAGS])];
}

/**
 * Reads a line; undefined when it asked for the help, the version or the configuration, and got it.
 *
 * @param args what stands behind the program's name, or the command's
 * @throws {UsageError}
 */
export function readProgramLine(
  args: readonly string[],
  options: {
    readonly help: Help;
    readonly maxOperands: number;
    /** The program's other commands: one settings file serves them all. */
    readonly others?: readonly Help[];
  },
): CommandLine | undefined {
  const { help, maxOperands, others = [] } = options;
  const line = readCommandLine(args, {
    flags: flagsOf(help),
    maxOperands,
    environment: (name) => Deno.env.get(name),
    listSeparator: Deno.build.os === "windows" ? ";" : ":",
    settings: { flag: configFlag, otherFlags: others.flatMap(flagsOf), read: readSettingsFile },
  });
  const isWhole = line.value(helpAllFlag);
  if (isWhole || line.value(helpFlag)) console.log(helpText(help, { isWhole, standard: STANDARD_FLAGS }));
  else if (line.value(versionFlag)) console.log(`${help.name.replace(/ .*/, "")} (Playswarm) ${VERSION}`);
  else if (line.value(printConfigFlag)) console.log(configurationText(line, configuredFlags(help)));
  else return line;
  return undefined;
}

/** Answers `completions SHELL`. @throws UsageError */
export function printCompletions(args: readonly string[], program: CompletedProgram): void {
  const shell = SHELLS.find((known) => known === args[0]);
  if (shell === undefined || args.length > 1) {
    throw new UsageError(`Say for which shell: ${program.name} completions ${SHELLS.join("|")}`);
  }
  console.log(completionScript(shell, program));
}

/** The command that prints completions, as they tell of it. */
export const COMPLETIONS: CompletedCommand = {
  about: "print a completion script for a shell",
  flags: [],
  operands: SHELLS,
};

function configuredFlags(help: Help): readonly Flag<unknown>[] {
  return flagsOf(help).filter((flag) => !ACTION_FLAGS.includes(flag));
}

/** Whether the browser is to be opened: as the line says, else by an executable that a person started at a screen. */
export function opensBrowser(line: CommandLine): boolean {
  return line.value(openFlag) || (!line.value(noOpenFlag) && Deno.build.standalone && isDesktop());
}

function readSettingsFile(path: string): Settings {
  try {
    if (Deno.statSync(path).size > MAX_SETTINGS_LENGTH) {
      throw new UsageError(`Cannot read --config ${path}: it is too large for a settings file`);
    }
    return parseSettings(Deno.readTextFileSync(path), { home: homeFolder() });
  } catch (error) {
    if (error instanceof SettingsSyntaxError) throw new UsageError(`${path}: ${error.message}`);
    if (isNothingThere(error)) throw new UsageError(`Cannot read --config ${path}: there is no such file`);
    if (error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.PermissionDenied) {
      throw new UsageError(`Cannot read --config ${path}: it is a folder, or not ours to read`);
    }
    throw error;
  }
}
