/**
 * The tracker as a program: itself, its library and its dashboard, as the command line says, until it is interrupted.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { serveDashboard } from "../dashboard/dashboard_server.ts";
import { requiresPassword } from "../dashboard/guards.ts";
import { type CommandLine, UsageError } from "../shared/command_line.ts";
import { dataFolder } from "../shared/platform_folders.ts";
import {
  EXIT,
  explainBinding,
  interruption,
  makeFolder,
  openBrowser,
  ProgramFailure,
  startLogging,
  untilAborted,
} from "../shared/program.ts";
import {
  dataFlag,
  hostFlag,
  keyFlag,
  logLevelFlag,
  noLanFlag,
  openFlag,
  passwordFlag,
} from "../shared/program_flags.ts";
import { StoreVersionError } from "./catalogue_store.ts";
import { trackerDashboard } from "./dashboard.ts";
import { announceFlag, dashboardFlag, intervalFlag, libraryFlag, peerPortFlag } from "./flags.ts";
import { type OpenLibrary, openLibrary } from "./library.ts";
import { Tracker } from "./tracker.ts";

/** Every address of this machine, IPv4 too. */
const ANY_HOST = "::";

/** Runs the tracker, its library and its dashboard until it is interrupted. */
export async function runTracker(line: CommandLine): Promise<number> {
  const dashboard = line.value(dashboardFlag);
  if (line.value(passwordFlag) === undefined && requiresPassword(dashboard.host)) {
    throw new UsageError(
      `Cannot serve the dashboard on ${dashboard.host} without a password: give one with --password`,
    );
  }
  await startLogging(line.value(logLevelFlag));
  const stop = interruption();
  const dataDirectory = await makeFolder(line.value(dataFlag) ?? dataFolder("tracker"));
  await using scope = new AsyncDisposableStack();
  const tracker = scope.use(await startTracker(line, dataDirectory));
  const library = scope.use(await startLibrary(line, { tracker, dataDirectory }));
  tracker.setLibrary({ peerId: library.peerId, uploadedBytes: () => library.uploadedBytes });
  const logger = getLogger(["playswarm", "tracker", "dashboard"]);
  const password = line.value(passwordFlag);
  const app = trackerDashboard({
    tracker,
    library,
    host: dashboard.host,
    port: () => server.port,
    signal: stop,
    report: (error, request) =>
      logger.error("{method} {url} failed: {error}", { method: request.method, url: request.url, error }),
    ...(password === undefined ? {} : { password }),
  });
  const server = scope.use(serveDashboard(app, dashboard));
  console.log(`Tracker    UDP and HTTP on port ${tracker.port}`);
  console.log(`Library    peers reach it on TCP ${library.port}`);
  console.log(`Dashboard  ${server.url}`);
  if (line.value(openFlag)) await openBrowser(server.url);
  await untilAborted(stop);
  return EXIT.done;
}

async function startTracker(line: CommandLine, dataDirectory: string): Promise<Tracker> {
  const host = hostOf(line);
  const port = line.value(announceFlag);
  const key = line.value(keyFlag);
  const intervalSeconds = line.value(intervalFlag);
  try {
    return await Tracker.start({ host, port, intervalSeconds, dataDirectory, ...(key === undefined ? {} : { key }) });
  } catch (error) {
    // A key that no path can hold is a mistake on the line.
    if (error instanceof RangeError) throw new UsageError(error.message);
    if (error instanceof StoreVersionError) throw new ProgramFailure(error.message, { cause: error });
    throw explainBinding(error, { host, port, flag: "port" });
  }
}

async function startLibrary(
  line: CommandLine,
  options: { readonly tracker: Tracker; readonly dataDirectory: string },
): Promise<OpenLibrary> {
  const host = hostOf(line);
  const port = line.value(peerPortFlag);
  const key = line.value(keyFlag);
  try {
    return await openLibrary({
      folders: line.value(libraryFlag),
      tracker: { host: ownHost(host), port: options.tracker.port },
      port,
      dataDirectory: options.dataDirectory,
      lan: !line.value(noLanFlag),
      ...(host === ANY_HOST ? {} : { host }),
      ...(key === undefined ? {} : { key }),
    });
  } catch (error) {
    throw explainBinding(error, { host, port, flag: "peer-port" });
  }
}

function hostOf(line: CommandLine): string {
  return line.value(hostFlag) ?? ANY_HOST;
}

/** Where this machine reaches what listens on `host`. */
function ownHost(host: string): string {
  return host === ANY_HOST || host === "0.0.0.0" ? "127.0.0.1" : host;
}
