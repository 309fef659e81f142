/**
 * Reads a command line: every flag is an object that knows its name, its help line and how its text becomes a value, and
 * every flag `--some-name` may also be given as `PLAYSWARM_SOME_NAME` in the environment, or as `some-name = …` in the
 * file that `--config` names. The command line wins over the environment, the environment over the file.
 *
 * @module
 */
// @ts-types="./std_parse_args.d.ts"
import { parseArgs, type ParsedArguments } from "@std/cli/parse-args";
import type { Settings } from "./settings_file.ts";

/** The user's mistake on a command line, as a sentence; a program that gets one exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One flag: what it is called, what it means, and how its texts become a value. */
export interface Flag<Value> {
  /** Without the dashes: `data-dir`. */
  readonly name: string;
  /** What stands behind the flag in the help (`DIR`); absent for a switch, which takes no value. */
  readonly placeholder?: string;
  readonly help: string;
  /** One letter that means the same. */
  readonly letter?: string;
  /** Its value is for nobody to see. */
  readonly isSecret?: boolean;
  readonly isRepeatable: boolean;
  /** The words that it takes, where these are all. */
  readonly choices?: readonly string[];
  /**
   * The value of what was given, in order; nothing was given when `texts` is empty.
   *
   * @throws {UsageError}
   */
  read(texts: readonly string[]): Value;
}

/** What every kind of flag is told. */
export interface FlagOptions {
  readonly help: string;
  readonly placeholder?: string;
  readonly letter?: string;
  readonly isSecret?: boolean;
}

/** A flag with a text, or undefined when it is not given. */
export function textFlag(name: string, options: FlagOptions): Flag<string | undefined> {
  return { placeholder: "TEXT", ...options, name, isRepeatable: false, read: (texts) => texts.at(-1) };
}

/** A flag that may be given several times; in the environment the values stand apart by `:` (`;` on Windows). */
export function listFlag(name: string, options: FlagOptions): Flag<readonly string[]> {
  return { placeholder: "TEXT", ...options, name, isRepeatable: true, read: (texts) => texts };
}

/** A flag that is there or not. In the environment `1` and `true` say yes, `0`, `false` and nothing say no. */
export function switchFlag(name: string, options: FlagOptions): Flag<boolean> {
  return {
    ...options,
    name,
    isRepeatable: false,
    read(texts) {
      const text = texts.at(-1) ?? "false";
      if (["1", "true", "yes"].includes(text)) return true;
      if (["0", "false", "no", ""].includes(text)) return false;
      throw new UsageError(`Cannot read --${name} as yes or no: current value is ${JSON.stringify(text)}`);
    },
  };
}

/** A flag with a whole number between `min` and `max`. */
export function numberFlag(
  name: string,
  options: FlagOptions & { readonly min: number; readonly max: number; readonly fallback: number },
): Flag<number> {
  return {
    placeholder: "N",
    ...options,
    name,
    isRepeatable: false,
    read(texts) {
      const text = texts.at(-1);
      if (text === undefined) return options.fallback;
      const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
      if (value >= options.min && value <= options.max) return value;
      const range = `a whole number from ${options.min} to ${options.max}`;
      throw new UsageError(`Cannot read --${name} as ${range}: current value is ${JSON.stringify(text)}`);
    },
  };
}

/** A flag that takes one of a few words. */
export function choiceFlag<const Choice extends string>(
  name: string,
  options: FlagOptions & { readonly choices: readonly Choice[] },
): Flag<Choice | undefined> {
  return {
    placeholder: options.choices.join("|"),
    ...options,
    name,
    isRepeatable: false,
    read(texts) {
      const text = texts.at(-1);
      if (text === undefined) return undefined;
      const choice = options.choices.find((candidate) => candidate === text);
      if (choice !== undefined) return choice;
      const known = options.choices.join(" or ");
      throw new UsageError(`Cannot read --${name} as ${known}: current value is ${JSON.stringify(text)}`);
    },
  };
}

/** Where the value of a flag is from; `default` where nobody gave one. */
export type FlagOrigin = "line" | "environment" | "file" | "default";

/** A command line that was read: ask it for the value of a flag that it was read with. */
export interface CommandLine {
  /** The value of a flag: from the line, else the environment, else the file, else its fallback. @throws {UsageError} */
  value<Value>(flag: Flag<Value>): Value;
  /** The texts that the value is read from, and where they are from; no text where nobody gave one. */
  given(flag: Flag<unknown>): { readonly texts: readonly string[]; readonly origin: FlagOrigin };
  /** What stands on the line beside the flags, in order. */
  readonly operands: readonly string[];
}

/** Options of {@link readCommandLine}. */
export interface CommandLineOptions {
  readonly flags: readonly Flag<unknown>[];
  /** The environment, by name. */
  readonly environment: (name: string) => string | undefined;
  /** Separates values of a repeatable flag in the environment: `:`, or `;` on Windows. */
  readonly listSeparator: string;
  /** How many operands may stand on the line. */
  readonly maxOperands: number;
  /** The flag that names a settings file, and who reads that file. */
  readonly settings?: SettingsSource;
}

/** Where a line's settings file comes from. */
export interface SettingsSource {
  readonly flag: Flag<string | undefined>;
  /** Flags of the program's other commands: they may stand in the file, and say nothing here. */
  readonly otherFlags: readonly Flag<unknown>[];
  /** Reads the file. @throws {UsageError} */
  read(path: string): Settings;
}

/**
 * Reads `args` by the given flags. Values are read when asked for; unknown flags and too many operands at once.
 *
 * @throws {UsageError} with a sentence for the user, naming the flag that was probably meant.
 */
export function readCommandLine(args: readonly string[], options: CommandLineOptions): CommandLine {
  const { flags } = options;
  const parsed = parseArgs(args, {
    string: flags.filter((flag) => flag.placeholder !== undefined).map((flag) => flag.name).concat("_"),
    boolean: flags.filter((flag) => flag.placeholder === undefined).map((flag) => flag.name),
    collect: flags.filter((flag) => flag.placeholder !== undefined).map((flag) => flag.name),
    alias: Object.fromEntries(flags.flatMap((flag) => flag.letter === undefined ? [] : [[flag.letter, flag.name]])),
    unknown(argument, key) {
      if (key !== undefined && argument.startsWith("-")) throw unknownFlag(argument, flags);
      return true;
    },
  });
  const operands = parsed._.map(String);
  const extra = operands[options.maxOperands];
  if (extra !== undefined) throw new UsageError(`Cannot use ${JSON.stringify(extra)}: nothing is expected there`);
  const lookup = { parsed, settings: readSettings(parsed, options), options };
  return {
    operands,
    value: (flag) => flag.read(givenTexts(flag, lookup).texts),
    given: (flag) => givenTexts(flag, lookup),
  };
}

/** The name of the environment variable that stands for a flag. */
export function environmentName(flag: Flag<unknown>): string {
  return `PLAYSWARM_${flag.name.toUpperCase().replaceAll("-", "_")}`;
}

/** The flags as help lines, two columns. */
export function describeFlags(flags: readonly Flag<unknown>[]): string {
  const left = flags.map((flag) => {
    const letter = flag.letter === undefined ? "" : `-${flag.letter}, `;
    const placeholder = flag.placeholder === undefined ? "" : ` ${flag.placeholder}`;
    return `  ${letter}--${flag.name}${placeholder}${flag.isRepeatable ? " ..." : ""}`;
  });
  const width = Math.max(...left.map((text) => text.length)) + 2;
  return flags.map((flag, index) => `${(left[index] ?? "").padEnd(width)}${flag.help}`).join("\n");
}

/** Where texts of flags are looked for. */
interface Lookup {
  readonly parsed: ParsedArguments;
  readonly settings: Settings;
  readonly options: CommandLineOptions;
}

function givenTexts(
  flag: Flag<unknown>,
  { parsed, settings, options }: Lookup,
): { readonly texts: readonly string[]; readonly origin: FlagOrigin } {
  const given = parsed[flag.name];
  const texts = (Array.isArray(given) ? given : given === undefined || given === false ? [] : [given]).map(String);
  if (flag.placeholder !== undefined && texts.includes("")) {
    throw new UsageError(`Cannot use --${flag.name} without a value: it takes ${flag.placeholder}`);
  }
  if (texts.length > 0) return { texts, origin: "line" };
  const text = options.environment(environmentName(flag)) ?? "";
  const parts = flag.isRepeatable ? text.split(options.listSeparator) : [text];
  const fromEnvironment = parts.filter((part) => part !== "");
  if (fromEnvironment.length > 0) return { texts: fromEnvironment, origin: "environment" };
  const fromFile = (settings.get(flag.name) ?? []).filter((part) => part !== "");
  return fromFile.length > 0 ? { texts: fromFile, origin: "file" } : { texts: [], origin: "default" };
}

/** The settings file, if the line or the environment names one. A name in it that is no flag's is a mistake. */
function readSettings(parsed: ParsedArguments, options: CommandLineOptions): Settings {
  const { settings: source } = options;
  if (source === undefined) return new Map();
  const path = source.flag.read(givenTexts(source.flag, { parsed, settings: new Map(), options }).texts);
  if (path === undefined) return new Map();
  const settings = source.read(path);
  const known = [...options.flags, ...source.otherFlags];
  for (const name of settings.keys()) {
    if (known.some((flag) => flag.name === name)) continue;
    throw new UsageError(`${path}: there is no setting ${name}${suggestion(name, known, "")}`);
  }
  return settings;
}

function unknownFlag(argument: string, flags: readonly Flag<unknown>[]): UsageError {
  const flag = argument.replace(/=.*$/, "");
  return new UsageError(`There is no flag ${flag}${suggestion(flag.replace(/^-+/, ""), flags, "--")}`);
}

/** What was probably meant, as the end of a sentence. */
function suggestion(name: string, flags: readonly Flag<unknown>[], dashes: string): string {
  const nearest = nearestWord(name, flags.map((flag) => flag.name));
  return nearest === undefined ? "; see --help" : `; did you mean ${dashes}${nearest}?`;
}

/** The word that was probably meant: two slips of the finger are a typing mistake; more are another word. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest !== undefined && nearest.distance <= 2 ? nearest.candidate : undefined;
}

/** Levenshtein's distance: how many letters to put in, take out or change. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const change = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
