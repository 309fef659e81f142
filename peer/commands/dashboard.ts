/**
 * `peer` without a command: shares folders, and serves the dashboard until it is interrupted.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { serveDashboard } from "../../dashboard/dashboard_server.ts";
import { requiresPassword } from "../../dashboard/guards.ts";
import { type CommandLine, describeFlags, type Flag, UsageError } from "../../shared/command_line.ts";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { dataFolder, downloadsFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, openBrowser, untilAborted } from "../../shared/program.ts";
import {
  dashboardFlag,
  dataFlag,
  hostFlag,
  keyFlag,
  noLanFlag,
  openFlag,
  passwordFlag,
  portFlag,
} from "../../shared/program_flags.ts";
import { peerApp } from "../api/app.ts";
import {
  downloadRateFlag,
  downloadsFlag,
  modeFlag,
  ratesOf,
  shareFlag,
  trackerFlag,
  trackerOf,
  uploadRateFlag,
} from "../flags.ts";
import { realFolder } from "../folders.ts";
import { SessionApi } from "../session_api.ts";
import { openSession, runCommand } from "./command.ts";

const listenFlag = portFlag("port", { help: "TCP port where peers reach us (6881)", fallback: 6881 });
const whereFlag = dashboardFlag(8080);

const flags: readonly Flag<unknown>[] = [
  modeFlag,
  trackerFlag,
  shareFlag,
  downloadsFlag,
  hostFlag,
  listenFlag,
  whereFlag,
  passwordFlag,
  keyFlag,
  downloadRateFlag,
  uploadRateFlag,
  noLanFlag,
  dataFlag,
  openFlag,
];

const HELP = `Watch and hear what your community shares, at once, every byte verified.

Usage: peer [flags]
       peer download SOURCE... --to DIR     fetch files and leave
       peer share PATH...                   share without a dashboard
       peer create PATH                     make a .torrent file

${describeFlags(flags)}

Every flag may also be given in the environment: --tracker as PLAYSWARM_TRACKER.

Examples:
  peer --mode video --tracker media.home --share ~/Videos
  peer download "Northern Lights.mp4" --to . --tracker media.home`;

/** Runs `peer [flags]`. */
export function runDashboard(args: readonly string[]): Promise<number> {
  return runCommand(args, { flags, maxOperands: 0, help: HELP, run });
}

async function run(line: CommandLine): Promise<number> {
  const endpoint = line.value(whereFlag);
  const password = line.value(passwordFlag);
  if (password === undefined && requiresPassword(endpoint.host)) {
    throw new UsageError(`Cannot serve the dashboard on ${endpoint.host} without a password: give one with --password`);
  }
  const mode = line.value(modeFlag);
  const tracker = trackerOf(line);
  const stop = interruption();
  await using scope = new AsyncDisposableStack();
  const session = scope.use(
    await openSession({
      dataDirectory: line.value(dataFlag) ?? dataFolder("peer"),
      downloadsFolder: line.value(downloadsFlag) ?? downloadsFolder(),
      port: line.value(listenFlag),
      ...optional("host", line.value(hostFlag)),
      ...optional("mode", mode),
      ...optional("tracker", tracker),
      ...optional("key", line.value(keyFlag)),
    }),
  );
  const api = scope.use(new SessionApi(session, mode === undefined ? {} : { mode }));
  for (const path of line.value(shareFlag)) session.sharedFolders.add(await realFolder(absolute(path)));
  const rates = ratesOf(line);
  await api.changeSettings(rates);
  const logger = getLogger(["playswarm", "peer", "dashboard"]);
  const app = peerApp(api, {
    host: endpoint.host,
    port: () => server.port,
    signal: stop,
    report: (error, request) =>
      logger.error("{method} {url} failed: {error}", { method: request.method, url: request.url, error }),
    ...optional("password", password),
  });
  const server = scope.use(serveDashboard(app, endpoint));
  const community = tracker === undefined
    ? "no tracker; give one with --tracker"
    : `tracker ${formatEndpoint(tracker)}`;
  console.log(`Peer       port ${session.engine.listenPort}, ${community}`);
  console.log(`Dashboard  ${server.url}`);
  if (line.value(openFlag)) await openBrowser(server.url);
  await untilAborted(stop);
  return EXIT.done;
}

function absolute(path: string): string {
  return path.startsWith("/") || /^[A-Za-z]:/.test(path) ? path : `${Deno.cwd()}/${path}`;
}

/** A property that is there only when it has a value. */
function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [key in Name]?: Value } {
  const entry: { [key in Name]?: Value } = {};
  if (value !== undefined) entry[name] = value;
  return entry;
}
