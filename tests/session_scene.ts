/**
 * A community in one process, for the tests of the rooms: a real tracker, and sessions that share and download over
 * loopback, each with folders of its own.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { InfoHash } from "../shared/ids.ts";
import { Session } from "../peer/session.ts";
import type { SessionOptions } from "../peer/session_options.ts";
import type { SharedFile } from "../peer/storage/shared_file.ts";
import { testBytes } from "../peer/storage/test_torrent.ts";
import type { Torrent } from "../peer/torrent.ts";
import { Tracker } from "../tracker/tracker.ts";
import { Folder } from "./program.ts";

/** What never takes this long has gone wrong: a test that waits for it fails then. */
const PATIENCE_MS = 20_000;

/** A tracker and the folders of those who use it; disposing ends the tracker and removes the folders. */
export class Scene implements AsyncDisposable {
  readonly tracker: Tracker;
  readonly #folder: Folder;

  private constructor(tracker: Tracker, folder: Folder) {
    this.tracker = tracker;
    this.#folder = folder;
  }

  /** Starts a tracker on loopback. */
  static async create(): Promise<Scene> {
    const tracker = await Tracker.start({ host: "127.0.0.1", port: 0, intervalSeconds: 60 });
    return new Scene(tracker, await Folder.create());
  }

  /** Makes a folder of this scene, and gives its path. */
  folder(name: string): Promise<string> {
    return this.#folder.folder(name);
  }

  /** Writes a file of random bytes, the same for the same seed, into a folder of this scene; gives its bytes. */
  async file(path: string, options: { readonly length: number; readonly seed?: number }): Promise<Uint8Array> {
    const bytes = testBytes(options.length, options.seed ?? 1);
    await Deno.writeFile(`${this.#folder.path}/${path}`, bytes);
    return bytes;
  }

  /** Opens a session that remembers in `NAME/data` and downloads to `NAME/downloads`. The caller disposes it. */
  async session(name: string, options: Partial<SessionOptions> = {}): Promise<Session> {
    return await Session.open({
      host: "127.0.0.1",
      port: 0,
      tracker: { host: "127.0.0.1", port: this.tracker.port },
      dataDirectory: await this.folder(`${name}/data`),
      downloadsFolder: await this.folder(`${name}/downloads`),
      ...options,
    });
  }

  /** Ends the tracker and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.tracker[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** What tells of changes. */
export interface Changing {
  subscribe(listener: () => void): Disposable;
}

/** Waits until something holds, looking whenever `source` tells of a change; fails when that takes too long. */
export async function until(source: Changing, holds: () => boolean, what: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => holds() ? resolve() : undefined;
  using _listening = source.subscribe(look);
  const timer = setTimeout(
    () => reject(new assert.AssertionError({ message: `It never happened: ${what}` })),
    PATIENCE_MS,
  );
  try {
    look();
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Shares a folder and waits until the files with these names are shared; gives them in that order. */
export async function share(session: Session, path: string, names: readonly string[]): Promise<readonly SharedFile[]> {
  session.sharedFolders.add(path);
  const find = (name: string) => {
    for (const file of session.sharedFolders.files()) {
      if (file.name === name) return [file];
    }
    return [];
  };
  await until(session, () => names.every((name) => find(name).length > 0), `${names.join(", ")} shared`);
  return names.flatMap(find);
}

/** Waits until the tracker's catalogue has a torrent. */
export async function untilListed(scene: Scene, infoHash: InfoHash): Promise<void> {
  const isListed = () => scene.tracker.swarms().some((swarm) => swarm.infoHash === infoHash && swarm.seederCount > 0);
  await until(scene.tracker, isListed, `${infoHash} in the catalogue`);
}

/** Waits until a torrent is verified on disk. */
export async function untilComplete(session: Session, torrent: Torrent): Promise<void> {
  await until(session, () => torrent.isComplete, `${torrent.name} complete`);
}
