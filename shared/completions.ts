/**
 * Completion scripts for shells: what may stand on a command line, as bash, zsh and fish want it told.
 *
 * @module
 */
import type { Flag } from "./command_line.ts";

/** The shells that are known. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** A program, and its commands by name; that of the program without a command is "". */
export interface CompletedProgram {
  readonly name: string;
  readonly commands: ReadonlyMap<string, CompletedCommand>;
}

/** What may stand behind a command. */
export interface CompletedCommand {
  readonly about: string;
  readonly flags: readonly Flag<unknown>[];
  /** What its operands are. */
  readonly operands: "files" | "nothing" | readonly string[];
}

/** The script of a shell; to be read by it when it starts. */
export function completionScript(shell: Shell, program: CompletedProgram): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](program);
}

/** What a flag's value is, as far as a shell can know it. */
function valueOf(flag: Flag<unknown>): "none" | "folders" | "files" | "text" | readonly string[] {
  if (flag.placeholder === undefined) return "none";
  if (flag.choices !== undefined) return flag.choices;
  if (flag.placeholder === "DIR") return "folders";
  return flag.placeholder === "FILE" ? "files" : "text";
}

function spellings(flag: Flag<unknown>): readonly string[] {
  return flag.letter === undefined ? [`--${flag.name}`] : [`--${flag.name}`, `-${flag.letter}`];
}

function namedCommands({ commands }: CompletedProgram): readonly (readonly [string, CompletedCommand])[] {
  return [...commands].filter(([name]) => name !== "");
}

function bashScript(program: CompletedProgram): string {
  const { name, commands } = program;
  const names = namedCommands(program).map(([command]) => command);
  const values = new Map<string, string>();
  for (const flag of [...commands.values()].flatMap(({ flags }) => flags)) {
    const value = valueOf(flag);
    if (value === "none") continue;
    const words = {
      folders: `_${name}_paths -d`,
      files: `_${name}_paths -f`,
      text: "COMPREPLY=()",
    };
    const action = typeof value === "string"
      ? words[value]
      : `COMPREPLY=($(compgen -W "${value.join(" ")}" -- "$current"))`;
    values.set(spellings(flag).join("|"), action);
  }
  const cases = [...commands].map(([command, { flags, operands }]) => {
    const words = flags.flatMap(spellings).join(" ");
    const others = operands === "files"
      ? `_${name}_paths -f`
      : `COMPREPLY=($(compgen -W "${
        command === "" ? names.join(" ") : operands === "nothing" ? "" : operands.join(" ")
      }" -- "$current"))`;
    return `    "${command}")
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "${words}" -- "$current")); else ${others}; fi ;;`;
  });
  return `# bash completion of ${name}
_${name}_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$current"))
}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in ${names.length === 0 ? "''" : names.join("|")}) command=\${COMP_WORDS[1]} ;; esac
  fi
  case "$previous" in
${[...values].map(([words, action]) => `    ${words}) ${action}; return ;;`).join("\n")}
  esac
  case "$command" in
${cases.join("\n")}
  esac
}
complete -F _${name} ${name}
`;
}

function zshScript(program: CompletedProgram): string {
  const { name, commands } = program;
  const specs = ({ flags }: CompletedCommand) => flags.flatMap((flag) => zshFlags(flag)).map(zshQuote);
  const named = namedCommands(program);
  const cases = named.map(([command, told]) => {
    const operands = told.operands === "files"
      ? "'*:file:_files'"
      : told.operands === "nothing"
      ? ""
      : zshQuote(`1:word:(${told.operands.join(" ")})`);
    return `    ${command}) shift words; (( CURRENT-- )); _arguments ${[...specs(told), operands].join(" ")} ;;`;
  });
  const root = commands.get("");
  const words = named.map(([command, { about }]) => `${command}\\:${zshQuote(zshEscape(about))}`);
  const first = named.length === 0
    ? ""
    : ` ${`'1:command:((${words.map((word) => word.replaceAll("'", '"')).join(" ")}))'`}`;
  return `#compdef ${name}
_${name}() {
  case $words[2] in
${cases.join("\n")}
    *) _arguments ${root === undefined ? "" : specs(root).join(" ")}${first} ;;
  esac
}
if [ "$funcstack[1]" = "_${name}" ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function zshFlags(flag: Flag<unknown>): readonly string[] {
  const value = valueOf(flag);
  const words = {
    none: "",
    folders: ":folder:_files -/",
    files: ":file:_files",
    text: `:${zshEscape(flag.placeholder ?? "")}: `,
  };
  const action = typeof value === "string" ? words[value] : `:word:(${value.join(" ")})`;
  return spellings(flag).map((spelling) =>
    `${flag.isRepeatable ? "*" : ""}${spelling}[${zshEscape(flag.help)}]${action}`
  );
}

function zshEscape(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}

function zshQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function fishScript(program: CompletedProgram): string {
  const { name, commands } = program;
  const named = namedCommands(program);
  const names = named.map(([command]) => command).join(" ");
  const lines = [`# fish completion of ${name}`, `complete -c ${name} -f`];
  for (const [command, { flags, operands }] of commands) {
    const when = command !== ""
      ? `-n "__fish_seen_subcommand_from ${command}"`
      : names === ""
      ? ""
      : `-n "not __fish_seen_subcommand_from ${names}"`;
    if (operands === "files") lines.push(`complete -c ${name} ${when} -F`);
    else if (operands !== "nothing") lines.push(`complete -c ${name} ${when} -a ${fishQuote(operands.join(" "))}`);
    for (const flag of flags) lines.push(`complete -c ${name} ${when} ${fishFlag(flag)}`);
  }
  for (const [command, { about }] of named) {
    lines.push(`complete -c ${name} -n __fish_use_subcommand -a ${command} -d ${fishQuote(about)}`);
  }
  return `${lines.map((line) => line.replace(/ +/g, " ")).join("\n")}\n`;
}

function fishFlag(flag: Flag<unknown>): string {
  const value = valueOf(flag);
  const words = { none: "", folders: `-x -a "(__fish_complete_directories)"`, files: "-r -F", text: "-x" };
  const action = typeof value === "string" ? words[value] : `-x -a ${fishQuote(value.join(" "))}`;
  const letter = flag.letter === undefined ? "" : `-s ${flag.letter}`;
  return `-l ${flag.name} ${letter} ${action} -d ${fishQuote(flag.help)}`;
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
