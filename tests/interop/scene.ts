/**
 * Where clients of different makers meet: our programs and theirs as real processes on loopback, files in a folder of
 * the scene, and one limit of time after which all of them are ended, so that a test fails with what they said.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Endpoint } from "../../shared/endpoint.ts";
import { Folder, Program } from "../program.ts";
import { Aria2, type Aria2Options } from "./aria2.ts";
import { Libtorrent, type LibtorrentOptions } from "./libtorrent.ts";

/** Far beyond what any of the tests needs on an idle machine (some seconds): only a safety net. */
const PATIENCE_MS = 60_000;

/** The clients that are asked for by name. */
const CLIENTS = { libtorrent: Libtorrent.missing, aria2: Aria2.missing } as const;

/** Why a client cannot be met here, looked up once for all tests of a file. */
const absences = new Map<keyof typeof CLIENTS, string | undefined>();

/** A test that meets other clients; skipped, and said so, where one of them is not installed. */
export function interopTest(
  name: string,
  clients: readonly (keyof typeof CLIENTS)[],
  run: (scene: Scene) => Promise<void>,
): void {
  for (const client of clients) {
    if (!absences.has(client)) absences.set(client, CLIENTS[client]());
  }
  const missing = clients.filter((client) => absences.get(client) !== undefined);
  for (const client of missing) {
    console.warn(`SKIPPED, ${client} is not installed: ${absences.get(client)}: ${name}`);
  }
  Deno.test({
    name,
    ignore: missing.length > 0,
    fn: async () => {
      await using scene = await Scene.create();
      await scene.play(run);
    },
  });
}

/** Our tracker, running. */
export interface RunningTracker {
  readonly program: Program;
  readonly endpoint: Endpoint;
  /** As `--tracker` takes it. */
  readonly address: string;
  readonly udpUrl: string;
  readonly httpUrl: string;
}

/** Our peer, sharing. */
export interface RunningShare {
  readonly program: Program;
  readonly endpoint: Endpoint;
  /** Waits for the magnet link of a file. */
  magnet(name: string): Promise<string>;
}

/** Something that can be ended at once. */
interface Killable {
  readonly output: string;
  kill(signal: Deno.Signal): void;
}

/** The processes and files of one test. */
export class Scene implements AsyncDisposable {
  readonly folder: Folder;
  readonly #scope: AsyncDisposableStack;
  readonly #actors = new Map<string, Killable>();
  #actorCount = 0;
  #folderCount = 0;

  private constructor(folder: Folder, scope: AsyncDisposableStack) {
    this.folder = folder;
    this.#scope = scope;
  }

  /** Makes an empty one. */
  static async create(): Promise<Scene> {
    await using scope = new AsyncDisposableStack();
    const folder = scope.use(await Folder.create());
    return new Scene(folder, scope.move());
  }

  /** Runs a test in it. Out of patience, every process is ended; what they said is in the error. */
  async play(run: (scene: Scene) => Promise<void>): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      for (const actor of this.#actors.values()) actor.kill("SIGKILL");
    }, PATIENCE_MS);
    try {
      await run(this);
    } catch (error) {
      const said = [...this.#actors].map(([name, { output }]) => `--- ${name}\n${output}`).join("\n");
      const late = isLate ? `Not done within ${PATIENCE_MS} ms. ` : "";
      throw new Error(`${late}${error instanceof Error ? error.message : error}\n${said}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts our tracker. */
  async tracker(): Promise<RunningTracker> {
    const program = this.#enter(
      "tracker",
      Program.start("tracker", [
        ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
        ...["--interval", "2", "--data-dir", await this.folder.folder("tracker")],
      ]),
    );
    const port = await program.port();
    const address = `127.0.0.1:${port}`;
    return {
      program,
      endpoint: { host: "127.0.0.1", port },
      address,
      udpUrl: `udp://${address}/announce`,
      httpUrl: `http://${address}/announce`,
    };
  }

  /** Shares a folder with our peer. */
  async share(
    path: string,
    options: { readonly tracker: RunningTracker; readonly flags?: readonly string[] },
  ): Promise<RunningShare> {
    const program = this.#enter(
      "share",
      Program.start("peer", [
        ...["share", path, "--tracker", options.tracker.address, "--host", "127.0.0.1", "--port", "0", "--no-lan"],
        ...["--data-dir", await this.folder.folder(`share-data-${++this.#folderCount}`), ...options.flags ?? []],
      ]),
    );
    const port = await program.port();
    return {
      program,
      endpoint: { host: "127.0.0.1", port },
      magnet: async (name) => {
        const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        return (await program.line(new RegExp(`^${escaped} +(magnet:\\S+)`)))[1] ?? "";
      },
    };
  }

  /** Makes a .torrent with our peer; gives its path. */
  async create(path: string, options: { readonly announceUrl?: string } = {}): Promise<string> {
    const output = `${this.folder.path}/ours-${++this.#folderCount}.torrent`;
    const { announceUrl } = options;
    const program = this.#enter(
      "create",
      Program.start("peer", [
        ...["create", path, "-o", output],
        ...(announceUrl === undefined ? [] : ["--tracker", announceUrl]),
      ]),
    );
    assert.equal(await program.exitCode(), 0, "peer create failed");
    return output;
  }

  /** Begins `peer download`; further flags say where to find it. Gives the process and the folder. */
  async downloader(
    sources: readonly string[],
    flags: readonly string[],
  ): Promise<{ readonly program: Program; readonly folder: string }> {
    const folder = await this.folder.folder(`downloads-${++this.#folderCount}`);
    const program = this.#enter(
      "download",
      Program.start("peer", [
        ...["download", ...sources, "--to", folder, "--host", "127.0.0.1", "--port", "0", "--no-lan", ...flags],
      ]),
    );
    return { program, folder };
  }

  /** Runs `peer download` to its good end; gives the folder of the files. */
  async download(source: string, flags: readonly string[]): Promise<string> {
    const { program, folder } = await this.downloader([source], flags);
    assert.equal(await program.exitCode(), 0, "peer download failed");
    return folder;
  }

  /** Starts libtorrent. */
  async libtorrent(options: LibtorrentOptions = {}): Promise<Libtorrent> {
    return this.#enter("libtorrent", await Libtorrent.start(options));
  }

  /** Starts aria2. */
  aria2(options: Aria2Options): Aria2 {
    return this.#enter("aria2", Aria2.start(options));
  }

  /** Runs aria2 until it has all. */
  async aria2Download(options: Aria2Options): Promise<void> {
    const client = this.aria2(options);
    assert.equal(await client.exitCode(), 0, "aria2 failed");
  }

  /** Ends all processes and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }

  #enter<Actor extends Killable & AsyncDisposable>(name: string, actor: Actor): Actor {
    this.#actors.set(`${name} ${++this.#actorCount}`, actor);
    return this.#scope.use(actor);
  }
}
