/**
 * What `--print-config` prints: every flag with its value and where that is from, as a settings file that `--config` takes
 * (see `settings_file.ts`). Secrets are told of, not told.
 *
 * @module
 */
import { type CommandLine, environmentName, type Flag, type FlagOrigin } from "./command_line.ts";
import { formatEndpoint } from "./endpoint.ts";

const ORIGINS: Readonly<Record<FlagOrigin, string>> = {
  line: "from the command line",
  environment: "from the environment",
  file: "from the settings file",
  default: "default",
};

/**
 * The text, without a newline at its end. What nobody set is commented out, so the file goes on following the defaults.
 *
 * @throws {UsageError} when a value is none
 */
export function configurationText(line: CommandLine, flags: readonly Flag<unknown>[]): string {
  return flags.map((flag) => flagText(line, flag)).join("\n\n");
}

function flagText(line: CommandLine, flag: Flag<unknown>): string {
  const { origin } = line.given(flag);
  const values = textsOf(line.value(flag));
  const head = [`# ${flag.help}`, `# ${environmentName(flag)}, ${ORIGINS[origin]}`];
  if (origin !== "default" && flag.isSecret) return [...head, `# ${flag.name} = (not shown)`].join("\n");
  const mark = origin === "default" ? "# " : "";
  const lines = values.length === 0 ? [""] : values.map(quoted);
  return [...head, ...lines.map((text) => `${mark}${flag.name} = ${text}`.trimEnd())].join("\n");
}

/** How a value would be given. */
function textsOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value === "object" && value !== null) {
    const { host, port } = { host: undefined, port: undefined, ...value };
    if (typeof host === "string" && typeof port === "number") return [formatEndpoint({ host, port })];
  }
  return [String(value)];
}

/** In quotes where a settings file would take spaces, quotes or the home folder for something else. */
function quoted(text: string): string {
  return /^[\s"]|[\s"]$/.test(text) ? `"${text}"` : text;
}
