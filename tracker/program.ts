/**
 * The tracker as a program: itself, its library and its dashboard, as the command line says, until it is interrupted.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { serveDashboard } from "../dashboard/dashboard_server.ts";
import { requiresPassword } from "../dashboard/guards.ts";
import { type CommandLine, UsageError } from "../shared/command_line.ts";
import { isLoopback } from "../shared/endpoint.ts";
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
  logFormatFlag,
  logLevelFlag,
  noLanFlag,
  passwordFlag,
} from "../shared/program_flags.ts";
import { opensBrowser } from "../shared/program_line.ts";
import { type CommunityStore, StoreLostError } from "./community_store.ts";
import { trackerDashboard } from "./dashboard.ts";
import { type AccessFiles, readAccessLists } from "./access_files.ts";
import {
  allowFlag,
  announceFlag,
  dashboardFlag,
  denyFlag,
  intervalFlag,
  libraryFlag,
  peerPortFlag,
  rateLimitFlag,
  storeFlag,
} from "./flags.ts";
import { LanAnnouncer } from "./lan_announcer.ts";
import { type OpenLibrary, openLibrary } from "./library.ts";
import { Tracker } from "./tracker.ts";
import { StoreVersionError } from "./tracker_database.ts";
import { sampleTraffic, TrafficHistory } from "./traffic_history.ts";

/** From SIGTERM to the end at the most: what service managers give before they kill is a multiple of it. */
const DRAIN_MS = 5000;

const logger = getLogger(["playswarm", "tracker"]);
const dashboardLogger = getLogger(["playswarm", "tracker", "dashboard"]);

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
  await startLogging(line.value(logLevelFlag), line.value(logFormatFlag));
  const stop = interruption();
  using _deadline = leaveWithin(DRAIN_MS, stop);
  const dataDirectory = await makeFolder(line.value(dataFlag) ?? dataFolder("tracker"));
  await using scope = new AsyncDisposableStack();
  const tracker = scope.use(await startTracker(line, dataDirectory));
  const library = scope.use(await startLibrary(line, { tracker, dataDirectory }));
  using _reload = onHangUp(() => reloadLists(line, tracker));
  tracker.setLibrary({ peerId: library.peerId, uploadedBytes: () => library.uploadedBytes });
  const history = new TrafficHistory(tracker.status(), Date.now());
  using _sampling = sampleTraffic(history, () => tracker.status());
  const password = line.value(passwordFlag);
  const app = trackerDashboard({
    tracker,
    library,
    history,
    host: dashboard.host,
    port: () => server.port,
    signal: stop,
    report: (error, request) =>
      dashboardLogger.error("{method} {url} failed: {error}", { method: request.method, url: request.url, error }),
    ...(password === undefined ? {} : { password }),
  });
  const server = scope.use(serveDashboard(app, dashboard));
  await announceOnLan(line, { port: tracker.port, scope });
  console.log(`Tracker    UDP and HTTP on port ${tracker.port}`);
  console.log(`Library    peers reach it on TCP ${library.port}`);
  console.log(`Dashboard  ${server.url}`);
  if (opensBrowser(line)) await openBrowser(server.url);
  await untilAborted(stop);
  logger.info("Stopping: requests under way are answered, then what is known is kept");
  return EXIT.done;
}

function accessFilesOf(line: CommandLine): AccessFiles {
  return { allow: line.value(allowFlag), deny: line.value(denyFlag) };
}

/** Reads the lists anew; those that cannot be read stay as they were. */
async function reloadLists(line: CommandLine, tracker: Tracker): Promise<void> {
  try {
    tracker.setLists(await readAccessLists(accessFilesOf(line)));
    logger.info("The lists are read anew");
  } catch (error) {
    if (!(error instanceof ProgramFailure)) throw error;
    logger.error("The lists stay as they were: {message}", { message: error.message });
  }
}

/**
 * Runs something at each SIGHUP, one after another, until disposed of. Windows has no such signal; and to a program in a
 * terminal it says that the window was closed, which ends it.
 */
function onHangUp(run: () => Promise<void>): Disposable {
  if (Deno.build.os === "windows" || Deno.stdin.isTerminal()) return new DisposableStack();
  let last = Promise.resolve();
  const listener = () => void (last = last.then(run));
  Deno.addSignalListener("SIGHUP", listener);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGHUP", listener) };
}

/** Ends the program when it has not ended by itself in time after it was asked to: something hangs that must not. */
function leaveWithin(limitMs: number, stop: AbortSignal): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    timer = setTimeout(() => {
      logger.error("Leaving without an orderly end, which took more than {limitMs} ms", { limitMs });
      Deno.exit(EXIT.failed);
    }, limitMs);
  };
  stop.addEventListener("abort", start, { once: true });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      stop.removeEventListener("abort", start);
    },
  };
}

/** Makes the tracker known to peers on the local network that have no address of it. */
async function announceOnLan(
  line: CommandLine,
  options: { readonly port: number; readonly scope: AsyncDisposableStack },
): Promise<void> {
  const host = hostOf(line);
  if (line.value(noLanFlag) || isLoopback(host)) return;
  const logger = getLogger(["playswarm", "tracker", "lan"]);
  const tracker = { name: Deno.hostname(), port: options.port, needsKey: line.value(keyFlag) !== undefined };
  const onFault = ({ message }: Error) => logger.info("The local network is not reached: {message}", { message });
  options.scope.use(await LanAnnouncer.start(tracker, { host, onFault }));
}

async function startTracker(line: CommandLine, dataDirectory: string): Promise<Tracker> {
  const host = hostOf(line);
  const port = line.value(announceFlag);
  const key = line.value(keyFlag);
  const intervalSeconds = line.value(intervalFlag);
  const requestsPerSecond = line.value(rateLimitFlag);
  const lists = await readAccessLists(accessFilesOf(line));
  const options = { host, port, intervalSeconds, requestsPerSecond, lists, dataDirectory };
  try {
    const store = await openStore(line);
    return await Tracker.start({ ...options, ...store, ...(key === undefined ? {} : { key }) });
  } catch (error) {
    if (error instanceof StoreLostError) throw new ProgramFailure(error.message, { cause: error });
    // A key that no path can hold is a mistake on the line.
    if (error instanceof RangeError) throw new UsageError(error.message);
    if (error instanceof StoreVersionError) throw new ProgramFailure(error.message, { cause: error });
    throw explainBinding(error, { host, port, flag: "port" });
  }
}

/** The client of the store is read only where there is one. */
async function openStore(line: CommandLine): Promise<{ readonly store?: CommunityStore }> {
  const url = line.value(storeFlag);
  if (url === undefined) return {};
  if (!/^rediss?:\/\//.test(url)) {
    throw new UsageError(`Cannot use --store ${url}: it begins with redis:// or rediss://`);
  }
  const { RedisStore } = await import("./redis_store.ts");
  return { store: await RedisStore.connect(url) };
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
