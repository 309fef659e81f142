/**
 * `peer` without a command: shares folders, and serves the dashboard until it is interrupted.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type FetchApp, serveDashboard } from "../../dashboard/dashboard_server.ts";
import { requiresPassword } from "../../dashboard/guards.ts";
import { type CommandLine, UsageError } from "../../shared/command_line.ts";
import { isLoopback } from "../../shared/endpoint.ts";
import { dataFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, makeFolder, openBrowser } from "../../shared/program.ts";
import { dataFlag, hostFlag, noLanFlag, passwordFlag } from "../../shared/program_flags.ts";
import { opensBrowser } from "../../shared/program_line.ts";
import { communityOf } from "../flags.ts";
import { TrackerFinder } from "../net/tracker_finder.ts";
import { runCommand } from "./command.ts";
import { dashboardFlag, listenFlag } from "./command_help.ts";
import { OpenPeer } from "./open_peer.ts";
import { noteRunning, runningPeer } from "./running_peer.ts";

/** Runs `peer [flags]`. */
export function runDashboard(line: CommandLine): Promise<number> {
  return runCommand(line, run);
}

async function run(line: CommandLine): Promise<number> {
  const endpoint = line.value(dashboardFlag);
  if (line.value(passwordFlag) === undefined && requiresPassword(endpoint.host)) {
    throw new UsageError(`Cannot serve the dashboard on ${endpoint.host} without a password: give one with --password`);
  }
  const stop = interruption();
  const dataDirectory = await makeFolder(line.value(dataFlag) ?? dataFolder("peer"));
  const running = await runningPeer(dataDirectory);
  if (running !== undefined) {
    console.log(`The peer runs already: ${running}`);
    if (opensBrowser(line)) await openBrowser(running);
    return EXIT.done;
  }
  await using scope = new AsyncDisposableStack();
  const finder = await startFinder(line, scope);
  let app = Promise.withResolvers<FetchApp>();
  // Requests wait while the session is opened anew.
  const server = scope.use(serveDashboard({ fetch: async (request) => (await app.promise).fetch(request) }, endpoint));
  const dashboard = { server, finder, dataDirectory, stop };
  let port = line.value(listenFlag);
  for (let isFirst = true; !stop.aborted; isFirst = false) {
    const opened = app;
    await using peer = await OpenPeer.open(line, { ...dashboard, port });
    port = peer.port;
    opened.resolve(peer.app);
    if (isFirst) {
      scope.use(await noteRunning(dataDirectory, server.url));
      console.log(
        `Peer       port ${port}, ${peer.tracker ?? "no tracker yet; give one with --tracker or in the dashboard"}`,
      );
      console.log(`Dashboard  ${server.url}`);
      if (opensBrowser(line)) await openBrowser(server.url);
    } else console.log(`Peer       now with ${peer.tracker ?? "no tracker"}`);
    await peer.ended;
    // Players that read on are let go before what they read is closed.
    if (stop.aborted) await server[Symbol.asyncDispose]();
    app = Promise.withResolvers<FetchApp>();
  }
  return EXIT.done;
}

/** Looks for trackers where the line names none. */
async function startFinder(line: CommandLine, scope: AsyncDisposableStack): Promise<TrackerFinder | undefined> {
  const host = line.value(hostFlag);
  // Read first of all: a wrong address is bad usage, whatever else is to be said, such as that a port is in use.
  const tracker = communityOf(line);
  if (tracker !== undefined || line.value(noLanFlag) || isLoopback(host ?? "")) return undefined;
  const logger = getLogger(["playswarm", "peer", "lan"]);
  return scope.use(
    await TrackerFinder.start({
      host,
      onFault: (error) => logger.info("No tracker can be looked for: {error}", { error: error.message }),
    }),
  );
}
