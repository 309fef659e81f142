/**
 * `tracker`: the meeting point of a community, from the command line.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { serveDashboard } from "../dashboard/dashboard_server.ts";
import { requiresPassword } from "../dashboard/guards.ts";
import {
  type CommandLine,
  describeFlags,
  type Flag,
  listFlag,
  numberFlag,
  readCommandLine,
  UsageError,
} from "../shared/command_line.ts";
import { dataFolder } from "../shared/platform_folders.ts";
import {
  EXIT,
  explainBinding,
  interruption,
  makeFolder,
  openBrowser,
  ProgramFailure,
  runProgram,
  startLogging,
  untilAborted,
  versionLine,
} from "../shared/program.ts";
import {
  dashboardFlag as dashboardFlagAt,
  dataFlag,
  helpFlag,
  hostFlag,
  keyFlag,
  logLevelFlag,
  noLanFlag,
  openFlag,
  passwordFlag,
  portFlag,
  versionFlag,
} from "../shared/program_flags.ts";
import { StoreVersionError } from "./catalogue_store.ts";
import { trackerDashboard } from "./dashboard.ts";
import { type OpenLibrary, openLibrary } from "./library.ts";
import { Tracker } from "./tracker.ts";

const announceFlag = portFlag("port", {
  help: "UDP and TCP port for announces and the catalogue (6969)",
  fallback: 6969,
});
const dashboardFlag = dashboardFlagAt(6970);
const libraryFlag = listFlag("library", { help: "Folder of media that the tracker itself seeds", placeholder: "DIR" });
const peerPortFlag = portFlag("peer-port", { help: "TCP port where peers reach the library (6971)", fallback: 6971 });
const intervalFlag = numberFlag("interval", {
  help: "Seconds between announces (60)",
  placeholder: "SECONDS",
  min: 1,
  max: 1800,
  fallback: 60,
});

const flags: readonly Flag<unknown>[] = [
  hostFlag,
  announceFlag,
  dashboardFlag,
  passwordFlag,
  libraryFlag,
  peerPortFlag,
  intervalFlag,
  keyFlag,
  noLanFlag,
  dataFlag,
  openFlag,
  logLevelFlag,
  helpFlag,
  versionFlag,
];

/** Every address of this machine, IPv4 too. */
const ANY_HOST = "::";

const HELP = `The meeting point of a community that shares its own audio and video.

Usage: tracker [flags]

${describeFlags(flags)}

Every flag may also be given in the environment: --data-dir as PLAYSWARM_DATA_DIR.

Examples:
  tracker --library ~/Music --library ~/Videos
  tracker --port 7000 --key our-secret`;

/** Reads the command line and runs the tracker; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const line = readCommandLine(args, {
    flags,
    environment: (name) => Deno.env.get(name),
    listSeparator: Deno.build.os === "windows" ? ";" : ":",
    maxOperands: 0,
  });
  if (line.value(helpFlag)) return say(HELP);
  if (line.value(versionFlag)) return say(versionLine("tracker"));
  const dashboard = line.value(dashboardFlag);
  if (line.value(passwordFlag) === undefined && requiresPassword(dashboard.host)) {
    throw new UsageError(
      `Cannot serve the dashboard on ${dashboard.host} without a password: give one with --password`,
    );
  }
  await startLogging(line.value(logLevelFlag));
  return await run(line);
}

/** Runs the tracker, its library and its dashboard until it is interrupted. */
async function run(line: CommandLine): Promise<number> {
  const stop = interruption();
  const dataDirectory = await makeFolder(line.value(dataFlag) ?? dataFolder("tracker"));
  await using scope = new AsyncDisposableStack();
  const tracker = scope.use(await startTracker(line, dataDirectory));
  const library = scope.use(await startLibrary(line, { tracker, dataDirectory }));
  const logger = getLogger(["playswarm", "tracker", "dashboard"]);
  const dashboard = line.value(dashboardFlag);
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

function say(text: string): number {
  console.log(text);
  return EXIT.done;
}

if (import.meta.main) await runProgram("tracker", () => main(Deno.args));
