/**
 * The session behind a dashboard and its routes, from the choice of a tracker to the next: when another tracker is set, it
 * is closed, and opened anew with what is remembered.
 *
 * @module
 */
import { resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { DashboardServer, FetchApp } from "../../dashboard/dashboard_server.ts";
import type { CommandLine } from "../../shared/command_line.ts";
import { formatEndpoint } from "../../shared/endpoint.ts";
import type { PeerMode } from "../../shared/media_kind.ts";
import { mediaFolder, userDirsFile } from "../../shared/platform_folders.ts";
import { isNothingThere, makeFolder, untilAborted } from "../../shared/program.ts";
import { passwordFlag } from "../../shared/program_flags.ts";
import { peerApp } from "../api/app.ts";
import { communityOf, downloadsFlag, modeFlag, shareFlag } from "../flags.ts";
import { realFolder } from "../folders.ts";
import type { TrackerFinder } from "../net/tracker_finder.ts";
import type { Session } from "../session.ts";
import { SessionApi } from "../session_api.ts";
import type { Surroundings } from "../surroundings.ts";
import { connectionOptions, openSession } from "./command.ts";
import { dashboardFlag } from "./command_help.ts";
import { trackerToJoin } from "./joining.ts";

/** What stays when a session is opened anew. */
export interface Dashboard {
  readonly server: DashboardServer;
  /** Absent where no tracker is looked for. */
  readonly finder: TrackerFinder | undefined;
  readonly dataDirectory: string;
  /** The port for peers; 0 for any. */
  readonly port: number;
  /** Ends it all. */
  readonly stop: AbortSignal;
}

/** A peer that runs with one tracker, or none. */
export class OpenPeer implements AsyncDisposable {
  readonly app: FetchApp;
  /** Resolves when it is to be closed: it is interrupted, or another tracker was set. */
  readonly ended: Promise<void>;
  readonly #session: Session;
  readonly #scope: AsyncDisposableStack;

  private constructor(session: Session, options: {
    readonly app: FetchApp;
    readonly ended: Promise<void>;
    readonly scope: AsyncDisposableStack;
  }) {
    this.#session = session;
    this.app = options.app;
    this.ended = options.ended;
    this.#scope = options.scope;
  }

  /** Opens the session that the line and what is remembered say. @throws ProgramFailure, RequestError */
  static async open(line: CommandLine, dashboard: Dashboard): Promise<OpenPeer> {
    const { server, finder, dataDirectory, port, stop } = dashboard;
    await using scope = new AsyncDisposableStack();
    const mode = line.value(modeFlag);
    const folder = line.value(downloadsFlag);
    const session = scope.use(
      await openSession({
        dataDirectory,
        port,
        ...connectionOptions(line),
        ...(mode === undefined ? {} : { mode }),
        ...(folder === undefined ? {} : { downloadsFolder: await makeFolder(folder) }),
      }),
    );
    const end = new AbortController();
    const ended = AbortSignal.any([stop, end.signal]);
    const surroundings = await lookAround(line, { finder, onTrackerSet: () => end.abort() });
    const api = scope.use(new SessionApi(session, { surroundings, ...(mode === undefined ? {} : { mode }) }));
    for (const path of line.value(shareFlag)) session.sharedFolders.add(await realFolder(resolve(path)));
    if (finder !== undefined) scope.use(joinWhatIsFound(finder, { session, api }));
    const logger = getLogger(["playswarm", "peer", "dashboard"]);
    const password = line.value(passwordFlag);
    const app = peerApp(api, {
      host: line.value(dashboardFlag).host,
      port: () => server.port,
      signal: ended,
      report: (error, request) =>
        logger.error("{method} {url} failed: {error}", { method: request.method, url: request.url, error }),
      ...(password === undefined ? {} : { password }),
    });
    return new OpenPeer(session, { app, ended: untilAborted(ended), scope: scope.move() });
  }

  /** The port where peers reach it. */
  get port(): number {
    return this.#session.engine.listenPort;
  }

  /** In words; undefined without one. */
  get tracker(): string | undefined {
    const { community } = this.#session;
    return community === undefined ? undefined : `tracker ${formatEndpoint(community.tracker)}`;
  }

  /** Leaves the swarms, saves what is resumable. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

async function lookAround(
  line: CommandLine,
  options: { readonly finder: TrackerFinder | undefined; readonly onTrackerSet: () => void },
): Promise<Surroundings> {
  const { finder, onTrackerSet } = options;
  const folders = await mediaFolders();
  const isTrackerFixed = communityOf(line) !== undefined;
  return {
    get trackers() {
      return (finder?.found ?? []).map((found) => ({
        name: found.name,
        address: formatEndpoint(found),
        needsKey: found.needsKey,
      }));
    },
    subscribe: (listener) => finder?.subscribe(listener) ?? new DisposableStack(),
    isOpen: !isTrackerFixed && line.value(shareFlag).length === 0,
    isTrackerFixed,
    suggestedShare: (mode) => mode === undefined ? undefined : folders[mode],
    onTrackerSet,
  };
}

/** The folders for media that are there. */
async function mediaFolders(): Promise<Readonly<Partial<Record<PeerMode, string>>>> {
  const userDirs = await readIfThere(userDirsFile());
  const folders: Partial<Record<PeerMode, string>> = {};
  for (const mode of ["audio", "video"] as const) {
    const path = mediaFolder(mode, { userDirs });
    if (await isFolder(path)) folders[mode] = path;
  }
  return folders;
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isUnreadable(error)) return "";
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (isUnreadable(error)) return false;
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  return isNothingThere(error) || error instanceof Deno.errors.PermissionDenied;
}

/** Joins by itself where that is right, now and whenever somebody is found. */
function joinWhatIsFound(
  finder: TrackerFinder,
  options: { readonly session: Session; readonly api: SessionApi },
): Disposable {
  const { session, api } = options;
  const logger = getLogger(["playswarm", "peer", "lan"]);
  const look = () => {
    const { community } = session;
    const isReachable = community !== undefined && community.problem === undefined;
    const tracker = trackerToJoin({ chosen: api.settings().tracker, isReachable, found: finder.found });
    if (tracker === undefined) return;
    api.changeSettings({ tracker }).catch((error) =>
      logger.error("Cannot join {tracker}: {error}", { tracker, error })
    );
  };
  look();
  return finder.subscribe(look);
}
