/**
 * The tracker's own library: folders of media that it seeds with the same engine as every peer, announced to itself.
 *
 * @module
 */
import { resolve } from "node:path";
import { Hono } from "hono";
import type { Endpoint } from "../shared/endpoint.ts";
import type { PeerId } from "../shared/ids.ts";
import { playlistRoute } from "../peer/media/playlist.ts";
import { streamRoute } from "../peer/media/stream_route.ts";
import { Session } from "../peer/session.ts";
import { SessionApi } from "../peer/session_api.ts";
import type { TrackerLibrary } from "./tracker_library.ts";

/** What a library is opened with. */
export interface LibraryOptions {
  /** The folders named on the command line; those added in the dashboard are remembered beside them. */
  readonly folders: readonly string[];
  /** Where our own tracker is reached on this machine. */
  readonly tracker: Endpoint;
  readonly key?: string;
  readonly host?: string;
  /** Where peers reach the library; 0 for any free port. */
  readonly port: number;
  readonly dataDirectory: string;
  /** Be found by multicast on the local network (BEP 14). Default false. */
  readonly lan?: boolean;
}

/** A library that is seeded until it is disposed. */
export interface OpenLibrary extends TrackerLibrary, AsyncDisposable {
  /** The port where peers reach it. */
  readonly port: number;
  readonly peerId: PeerId;
  readonly uploadedBytes: number;
}

/** Opens the library. @throws Deno.errors.AddrInUse */
export async function openLibrary(options: LibraryOptions): Promise<OpenLibrary> {
  await using scope = new AsyncDisposableStack();
  const session = scope.use(
    await Session.open({
      dataDirectory: `${options.dataDirectory}/library`,
      // A library downloads nothing; the folder is only where it would.
      downloadsFolder: `${options.dataDirectory}/library/downloads`,
      port: options.port,
      tracker: options.tracker,
      lan: options.lan ?? false,
      yieldsToPeers: true,
      ...(options.key === undefined ? {} : { key: options.key }),
      ...(options.host === undefined ? {} : { host: options.host }),
    }),
  );
  const api = scope.use(new SessionApi(session, { isReadingMedia: false }));
  for (const folder of options.folders) session.sharedFolders.add(await realPath(folder));
  const find = (...file: Parameters<SessionApi["mediaFile"]>) => api.mediaFile(...file);
  const stream = new Hono().route("/", streamRoute(find)).route("/", playlistRoute(find));
  const ending = scope.move();
  return {
    port: session.engine.listenPort,
    peerId: session.engine.peerId,
    get uploadedBytes() {
      return session.sharedTorrents.uploadedBytes;
    },
    shares: () => api.shares(),
    addShare: (path) => api.addShare(path),
    removeShare: (id) => api.removeShare(id),
    folders: (path) => api.folders(path),
    subscribe: (listener) => api.subscribe(listener),
    stream,
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
}

/** A folder that does not exist yet is shared all the same: it is watched for coming. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return resolve(path);
  }
}
