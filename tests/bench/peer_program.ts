/**
 * Our own program as the benchmark starts it: from the sources, with the flags of `deno task peer`.
 *
 * @module
 */

const TASKS = new URL("../../deno.json", import.meta.url);
const ENTRY = new URL("../../peer/main.ts", import.meta.url).pathname;

/** A program and its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** `peer` with these arguments. */
export function peerCommand(args: readonly string[]): CommandLine {
  return { command: Deno.execPath(), args: ["run", "-A", "--quiet", ...v8Flags(), ENTRY, ...args] };
}

/** Runs a program to its end, which must be a good one. */
export async function runToEnd(command: string, args: readonly string[]): Promise<void> {
  const { success, code, stderr } = await new Deno.Command(command, { args: [...args], stdout: "null" }).output();
  if (!success) throw new Error(`${command} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
}

/** What the task gives to V8, so that the benchmark measures what people run. */
function v8Flags(): readonly string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(TASKS));
  return /--v8-flags=\S+/.exec(tasks.peer) ?? [];
}
