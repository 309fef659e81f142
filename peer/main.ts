/**
 * `peer`: shares, shows and plays a community's media, from the command line.
 *
 * @module
 */
import { runProgram } from "../shared/program.ts";
import { runCreate } from "./commands/create.ts";
import { runDashboard } from "./commands/dashboard.ts";
import { runDownload } from "./commands/download.ts";
import { runShare } from "./commands/share.ts";

/** What stands first on the line, and what it does. Anything else is the peer with its dashboard. */
const COMMANDS: ReadonlyMap<string, (args: readonly string[]) => Promise<number>> = new Map([
  ["create", runCreate],
  ["download", runDownload],
  ["share", runShare],
]);

if (import.meta.main) {
  const [first, ...rest] = Deno.args;
  const command = COMMANDS.get(first ?? "");
  await runProgram("peer", () => command === undefined ? runDashboard(Deno.args) : command(rest));
}
