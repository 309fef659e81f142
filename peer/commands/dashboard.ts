/**
 * `peer` without a command: shares folders, and serves the dashboard until it is interrupted.
 *
 * @module
 */
import { resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import { serveDashboard } from "../../dashboard/dashboard_server.ts";
import { requiresPassword } from "../../dashboard/guards.ts";
import { type CommandLine, UsageError } from "../../shared/command_line.ts";
import { formatEndpoint } from "../../shared/endpoint.ts";
import { dataFolder, downloadsFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, makeFolder, openBrowser, untilAborted } from "../../shared/program.ts";
import { dataFlag, openFlag, passwordFlag } from "../../shared/program_flags.ts";
import { peerApp } from "../api/app.ts";
import { downloadsFlag, modeFlag, shareFlag } from "../flags.ts";
import { realFolder } from "../folders.ts";
import { SessionApi } from "../session_api.ts";
import { connectionOptions, openSession, runCommand } from "./command.ts";
import { dashboardFlag, listenFlag } from "./command_help.ts";

/** Runs `peer [flags]`. */
export function runDashboard(line: CommandLine): Promise<number> {
  return runCommand(line, run);
}

async function run(line: CommandLine): Promise<number> {
  const endpoint = line.value(dashboardFlag);
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
