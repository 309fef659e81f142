/**
 * The text of `--help`, which fits a terminal of 80 columns and 24 lines: what is usual with its meaning, the rest by name.
 * `--help-all` tells them all.
 *
 * @module
 */
import { describeFlags, type Flag } from "./command_line.ts";

/** What a program, or a command of one, says of itself. */
export interface Help {
  /** How it is called: `peer download`. */
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  /** What may stand behind the name, and what that does: `SOURCE... --to DIR`. */
  readonly usage: readonly (readonly [line: string, meaning?: string])[];
  /** A sentence on the operands. */
  readonly operands?: string;
  /** The flags that most people need. */
  readonly usual: readonly Flag<unknown>[];
  /** All others. */
  readonly further: readonly Flag<unknown>[];
  readonly examples: readonly string[];
}

/** Columns of the narrowest terminal that is usual. */
const COLUMNS = 80;

/** The help as a text without a newline at its end. */
export function helpText(
  help: Help,
  options: {
    readonly isWhole: boolean;
    /** Flags that every command has; the whole help tells of them, too. */
    readonly standard?: readonly Flag<unknown>[];
  },
): string {
  const { isWhole, standard = [] } = options;
  const flags = isWhole ? [...new Set([...help.usual, ...help.further, ...standard])] : help.usual;
  return [
    help.about,
    "",
    usageLines(help),
    ...(help.operands === undefined ? [] : ["", help.operands]),
    "",
    describeFlags(flags),
    ...(isWhole || help.further.length === 0 ? [] : [furtherLines(help)]),
    "",
    "Any flag may be in the environment (PLAYSWARM_DATA_DIR) or in the --config file",
    "(data-dir = DIR). The line wins over the environment, that over the file.",
    "",
    help.examples.length === 1 ? "Example:" : "Examples:",
    ...help.examples.map((example) => `  ${example}`),
  ].join("\n");
}

function usageLines({ usage }: Help): string {
  const width = Math.max(...usage.map(([line]) => line.length)) + 3;
  return usage
    .map(([line, meaning], index) =>
      `${index === 0 ? "Usage: " : "       "}${meaning === undefined ? line : line.padEnd(width) + meaning}`
    )
    .join("\n");
}

function furtherLines({ name, further }: Help): string {
  const lines = ["  More:"];
  for (const word of further.map((flag) => `--${flag.name}`).concat(`(${name} --help-all tells of each)`)) {
    const last = lines.at(-1) ?? "";
    if (last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines.join("\n");
}
