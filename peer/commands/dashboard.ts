/**
 * `peer` without a command: shares folders, and serves the dashboard until it is interrupted.
 *
 * @module
 */
import { resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import { serveDashboard } from "../../dashboard/dashboard_server.ts";
import { requiresPassword } from "../../dashboard/guards.ts";
import { type CommandLine, describeFlags, type Flag, UsageError } from "../../shared/command_line.ts";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { dataFolder, downloadsFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, makeFolder, openBrowser, untilAborted } from "../../shared/program.ts";
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
  dhtFlag,
  downloadRateFlag,
  downloadsFlag,
  mapPortFlag,
  modeFlag,
  shareFlag,
  trackerFlag,
  uploadRateFlag,
} from "../flags.ts";
import { realFolder } from "../folders.ts";
import { SessionApi } from "../session_api.ts";
import { connectionOptions, openSession, runCommand } from "./command.ts";

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
  dhtFlag,
  mapPortFlag,
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
  const stop = interruption();
  await using scope = new AsyncDisposableStack();
  const session = scope.use(
    await openSession({
      dataDirectory: await makeFolder(line.value(dataFlag) ?? dataFolder("peer")),
      downloadsFolder: await makeFolder(line.value(downloadsFlag) ?? downloadsFolder()),
      port: line.value(listenFlag),
      ...connectionOptions(line),
      ...(mode === undefined ? {} : { mode }),
    }),
  );
  const api = scope.use(new SessionApi(session, mode === undefined ? {} : { mode }));
  for (const path of line.value(shareFlag)) session.sharedFolders.add(await realFolder(resolve(path)));
  const logger = getLogger(["playswarm", "peer", "dashboard"]);
  const app = peerApp(api, {
    host: endpoint.host,
    port: () => server.port,
    signal: stop,
    report: (error, request) =>
      logger.error("{method} {url} failed: {error}", { method: request.method, url: request.url, error }),
    ...(password === undefined ? {} : { password }),
  });
  const server = scope.use(serveDashboard(app, endpoint));
  const community = session.community === undefined
    ? "no tracker; give one with --tracker"
    : `tracker ${formatEndpoint(session.community.tracker)}`;
  console.log(`Peer       port ${session.engine.listenPort}, ${community}`);
  console.log(`Dashboard  ${server.url}`);
  if (line.value(openFlag)) await openBrowser(server.url);
  await untilAborted(stop);
  return EXIT.done;
}
