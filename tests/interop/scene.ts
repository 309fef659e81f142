/**
 * Where clients of different makers meet: our programs and theirs as real processes on loopback, files in a folder of
 * the scene, and one limit of time after which all of them are ended, so that a test fails with what they said.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Endpoint, formatEndpoint } from "../../shared/endpoint.ts";
import type { ClientView } from "../../shared/tracker_dashboard_views.ts";
import { NetworkNamespaces, readPage } from "../network_namespaces.ts";
import { Folder, Program } from "../program.ts";
import type { ClientOptions, ForeignClient, RunningClient } from "./client.ts";
import { Libtorrent, type LibtorrentOptions } from "./libtorrent.ts";

/** Far beyond what any of the tests needs on an idle machine (some seconds): only a safety net. */
const PATIENCE_MS = 60_000;

/** Why a client cannot be met here, looked up once for all tests of a file. */
const absences = new Map<ForeignClient, Promise<string | undefined>>();

/**
 * A test that meets other clients; skipped, and said so, where one of them is not installed. Where one of them refuses
 * loopback, or where the test wants it (`isNetwork`), it is played in two network namespaces. `isLan`: our programs look for
 * others by multicast there.
 */
export async function interopTest(
  name: string,
  clients: readonly ForeignClient[],
  run: (scene: Scene, test: Deno.TestContext) => Promise<void>,
  options: SceneOptions = {},
): Promise<void> {
  const isNetwork = options.isNetwork || clients.some(({ refusesLoopback }) => refusesLoopback);
  const obstacle = isNetwork ? await NetworkNamespaces.obstacle() : undefined;
  if (obstacle !== undefined) console.warn(`SKIPPED, ${obstacle}: ${name}`);
  let isMissing = obstacle !== undefined;
  for (const client of clients) {
    const looking = absences.get(client) ?? client.missing();
    absences.set(client, looking);
    const absence = await looking;
    if (absence === undefined) continue;
    console.warn(`SKIPPED, ${client.name} cannot be met: ${absence}: ${name}`);
    isMissing = true;
  }
  Deno.test({
    name,
    ignore: isMissing,
    fn: async (test) => {
      await using scene = await Scene.create({ ...options, isNetwork });
      await scene.play((scene) => run(scene, test));
    },
  });
}

/** What kind of place a scene is. */
interface SceneOptions {
  /** Two machines on one cable, instead of loopback. */
  readonly isNetwork?: boolean;
  /** Our programs look for others by multicast; only with `isNetwork`. */
  readonly isLan?: boolean;
  readonly isIpv6?: boolean;
}

/** Where programs run: an address, and a namespace unless it is the machine itself. */
interface Site {
  readonly host: string;
  readonly namespace?: string;
}

const LOOPBACK: Site = { host: "127.0.0.1" };
const LOOPBACK_IPV6: Site = { host: "::1" };

/** Our tracker, running. */
export interface RunningTracker {
  readonly program: Program;
  readonly endpoint: Endpoint;
  /** As `--tracker` takes it. */
  readonly address: string;
  readonly udpUrl: string;
  readonly httpUrl: string;
  /** Those whom it knows. */
  clients(): Promise<readonly ClientView[]>;
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

  /** Where our programs are. */
  readonly #here: Site;
  /** Where the others are. */
  readonly #there: Site;
  readonly #isLan: boolean;

  private constructor(
    options: {
      readonly folder: Folder;
      readonly scope: AsyncDisposableStack;
      readonly here: Site;
      readonly there: Site;
      readonly isLan: boolean;
    },
  ) {
    this.folder = options.folder;
    this.#scope = options.scope;
    this.#here = options.here;
    this.#there = options.there;
    this.#isLan = options.isLan;
  }

  /** Makes an empty one. */
  static async create(options: SceneOptions = {}): Promise<Scene> {
    await using scope = new AsyncDisposableStack();
    const folder = scope.use(await Folder.create());
    const loopback = options.isIpv6 ? LOOPBACK_IPV6 : LOOPBACK;
    let [here, there] = [loopback, loopback];
    if (options.isNetwork) {
      const network = scope.use(await NetworkNamespaces.create());
      const [first, second] = network.names;
      const hosts = options.isIpv6 ? network.hostsIpv6 : network.hosts;
      here = { host: hosts[0], namespace: first };
      there = { host: hosts[1], namespace: second };
    }
    return new Scene({ folder, scope: scope.move(), here, there, isLan: options.isLan ?? false });
  }

  /** The address of our programs. */
  get host(): string {
    return this.#here.host;
  }

  /** Runs a test in it. Out of patience, every process is ended; what they said is in the error. */
  async play(
    run: (scene: Scene) => Promise<void>,
    { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
  ): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      for (const actor of this.#actors.values()) actor.kill("SIGKILL");
    }, patienceMs);
    try {
      await run(this);
    } catch (error) {
      const said = [...this.#actors].map(([name, { output }]) => `--- ${name}\n${output}`).join("\n");
      const late = isLate ? `Not done within ${patienceMs} ms. ` : "";
      throw new Error(`${late}${error instanceof Error ? error.message : error}\n${said}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts our tracker. */
  async tracker(): Promise<RunningTracker> {
    const { host, namespace } = this.#here;
    const program = this.#enter(
      "tracker",
      Program.start("tracker", [
        ...["--host", host, "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
        ...["--interval", "2", "--data-dir", await this.folder.folder("tracker")],
      ], this.#here),
    );
    const port = await program.port();
    const address = formatEndpoint({ host, port });
    return {
      program,
      endpoint: { host, port },
      address,
      udpUrl: `udp://${address}/announce`,
      httpUrl: `http://${address}/announce`,
      clients: async () => {
        const url = `${await program.dashboard()}/api/clients`;
        const page = namespace === undefined ? await (await fetch(url)).text() : await readPage(url, { namespace });
        return JSON.parse(page);
      },
    };
  }

  /** Shares a folder with our peer. */
  async share(
    path: string,
    options: { readonly tracker?: RunningTracker; readonly flags?: readonly string[] },
  ): Promise<RunningShare> {
    const { host } = this.#here;
    const { tracker, flags = [] } = options;
    const data = await this.folder.folder(`share-data-${++this.#folderCount}`);
    const line = ["share", path, ...tracker === undefined ? [] : ["--tracker", tracker.address], "--data-dir", data];
    const program = this.#enter("share", this.#startPeer([...line, ...flags]));
    const port = await program.port();
    return {
      program,
      endpoint: { host, port },
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
    const program = this.#startPeer(["download", ...sources, "--to", folder, ...flags]);
    return { program: this.#enter("download", program), folder };
  }

  /** Seeds files that lie in a folder already, with our peer; waits until it has looked at them. */
  async seed(source: string, folder: string): Promise<Program> {
    const program = this.#enter("seed", this.#startPeer(["download", source, "--to", folder, "--seed"]));
    await program.line(/^Seeding on port/);
    return program;
  }

  /** Runs `peer download` to its good end; gives the folder of the files. */
  async download(source: string, flags: readonly string[]): Promise<string> {
    const { program, folder } = await this.downloader([source], flags);
    assert.equal(await program.exitCode(), 0, "peer download failed");
    return folder;
  }

  /** Starts libtorrent. */
  async libtorrent(options: LibtorrentOptions = {}): Promise<Libtorrent> {
    return this.#enter("libtorrent", await Libtorrent.start({ ...this.#there, ...options }));
  }

  /** Starts a client of another maker. */
  async client(
    kind: ForeignClient,
    options: Pick<ClientOptions, "requiresEncryption"> = {},
  ): Promise<RunningClient> {
    const home = await this.folder.folder(`${kind.name}-${++this.#folderCount}`);
    return this.#enter(kind.name, await kind.start({ home, ...this.#there, ...options }));
  }

  /** Ends all processes and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }

  /** Our peer, on a port of its own choice unless the line names one. */
  #startPeer(line: readonly string[]): Program {
    const env = { PLAYSWARM_NO_LAN: this.#isLan ? "0" : "1" };
    const port = line.includes("--port") ? [] : ["--port", "0"];
    return Program.start("peer", [...line, "--host", this.host, ...port], { ...this.#here, env });
  }

  #enter<Actor extends Killable & AsyncDisposable>(name: string, actor: Actor): Actor {
    this.#actors.set(`${name} ${++this.#actorCount}`, actor);
    return this.#scope.use(actor);
  }
}
