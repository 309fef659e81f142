/**
 * The file that `--config` names: a flag a line, as on the command line but without dashes.
 *
 * ```
 * # What our community shares.
 * tracker = media.home
 * share = ~/Videos
 * share = ~/Music
 * no-lan
 * ```
 *
 * @module
 */

/** A file beyond this is no settings file: 256 lines of 256 characters, many times what all flags need. */
export const MAX_SETTINGS_LENGTH: number = 256 * 256;

/** What a settings file says: texts by the name of their flag, in order. */
export type Settings = ReadonlyMap<string, readonly string[]>;

/** A line of a settings file that cannot be read. */
export class SettingsSyntaxError extends SyntaxError {
  override readonly name = "SettingsSyntaxError";
  /** Which line it is, from 1. */
  readonly line: number;

  /** A mistake in a line. */
  constructor(message: string, options: { readonly line: number }) {
    super(message);
    this.line = options.line;
  }
}

/**
 * Reads a settings file's text. A value may stand in double quotes; `~/` at its start is the home folder. A name alone is
 * a switch that is on. Lines that are empty or begin with `#` say nothing.
 *
 * @throws {SettingsSyntaxError} at the first line without a name
 */
export function parseSettings(text: string, options: { readonly home: string }): Settings {
  const settings = new Map<string, string[]>();
  for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const match = /^\s*(?:--)?([a-z][a-z0-9-]*)\s*(?:=\s*(.*?)\s*)?$/.exec(line);
    const [, name, value = "true"] = match ?? [];
    if (name === undefined) {
      throw new SettingsSyntaxError(`Cannot read line ${index + 1} as NAME = VALUE: current value is ${line.trim()}`, {
        line: index + 1,
      });
    }
    const texts = settings.get(name) ?? [];
    texts.push(value.replace(/^"(.*)"$/, "$1").replace(/^~(?=$|[/\\])/, () => options.home));
    settings.set(name, texts);
  }
  return settings;
}
