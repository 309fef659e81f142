/**
 * The stage of the fault tests: real processes on loopback, each with a home of its own that outlives it, so that a peer
 * that was killed can be started again where it was.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Dashboard, PeerProgram } from "../end_to_end/community.ts";
import { Folder, Program } from "../program.ts";

/** How long something may take that has no deadline of its own: generous, for a loaded machine of two cores. */
export const PATIENCE_MS = 30_000;

/** A KiB and a MiB in bytes. */
export const KIB = 1_024;
/** A MiB in bytes. */
export const MIB = 1_048_576;

/** A tracker that runs. */
export interface StageTracker {
  readonly program: Program;
  readonly dashboard: Dashboard;
  /** As `--tracker` takes it. */
  readonly address: string;
  /** Where to announce over HTTP. */
  readonly announceUrl: string;
}

/** A command that has ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** The processes and files of one test; all of them end with it. */
export class Stage implements AsyncDisposable {
  readonly folder: Folder;
  readonly #scope: AsyncDisposableStack;
  readonly #under: readonly string[];
  readonly #programs: Program[] = [];
  #count = 0;

  private constructor(folder: Folder, scope: AsyncDisposableStack, under: readonly string[]) {
    this.folder = folder;
    this.#scope = scope;
    this.#under = under;
  }

  /** Makes an empty one; `under` is a command that runs the programs. */
  static async create(options: { readonly under?: readonly string[] } = {}): Promise<Stage> {
    await using scope = new AsyncDisposableStack();
    const folder = scope.use(await Folder.create());
    return new Stage(folder, scope.move(), options.under ?? []);
  }

  /** Starts a tracker; `args` are further flags. */
  async tracker(...args: readonly string[]): Promise<StageTracker> {
    const home = await this.folder.folder(`tracker-${this.#count++}`);
    const program = this.start("tracker", [
      ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
      ...["--interval", "2", "--data-dir", home, ...args],
    ]);
    const dashboard = new Dashboard(await program.dashboard(), program);
    const address = `127.0.0.1:${await program.port()}`;
    return { program, dashboard, address, announceUrl: `http://${address}/announce` };
  }

  /** Starts a peer with a dashboard; started again under the same name it has what it had before. */
  async peer(name: string, ...args: readonly string[]): Promise<PeerProgram> {
    const home = await this.folder.folder(name);
    const program = this.start("peer", [
      ...["--host", "127.0.0.1", "--port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
      ...["--data-dir", `${home}/data`],
      ...(args.includes("--downloads") ? [] : ["--downloads", `${home}/downloads`]),
      ...args,
    ]);
    return new PeerProgram(await program.dashboard(), program, `${home}/downloads`);
  }

  /** Starts a program with these very arguments. */
  start(name: "tracker" | "peer", args: readonly string[]): Program {
    const program = this.#scope.use(Program.start(name, args, { under: this.#under }));
    this.#programs.push(program);
    return program;
  }

  /** Runs a program to its end. */
  async run(name: "tracker" | "peer", args: readonly string[]): Promise<Ended> {
    const program = this.start(name, args);
    const code = await program.exitCode();
    return { code, output: program.output };
  }

  /** Starts `peer download`; `to` is a folder of the stage. */
  download(to: string, args: readonly string[]): Program {
    return this.start("peer", [
      ...["download", "--to", `${this.folder.path}/${to}`, "--host", "127.0.0.1", "--no-lan"],
      ...args,
    ]);
  }

  /** Writes a file into a folder of the stage; gives the path of the folder. */
  async write(folder: string, name: string, content: Uint8Array): Promise<string> {
    const path = await this.folder.folder(folder);
    await Deno.writeFile(`${path}/${name}`, content);
    return path;
  }

  /** Keeps something until the end of the test. */
  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
    return this.#scope.use(resource);
  }

  /** Plays a test. Out of patience every process is ended; what they said is in the error. */
  async play(test: (stage: Stage) => Promise<void>): Promise<void> {
    const timer = setTimeout(() => this.#programs.forEach((program) => program.kill("SIGKILL")), 2 * PATIENCE_MS);
    try {
      await test(this);
    } catch (error) {
      const said = this.#programs.map(({ pid, output }) => `--- process ${pid}\n${output}`).join("\n");
      throw new Error(`${error instanceof Error ? error.message : error}\n${said}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends all. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

/** Runs a test on a stage of its own. */
export function stageTest(
  name: string,
  run: (stage: Stage) => Promise<void>,
  options: { readonly ignore?: boolean; readonly under?: readonly string[] } = {},
): void {
  Deno.test({
    name,
    ignore: options.ignore ?? false,
    fn: async () => {
      await using stage = await Stage.create(options);
      await stage.play(run);
    },
  });
}

/** Fails unless a file has exactly this content. */
export async function assertFile(path: string, content: Uint8Array): Promise<void> {
  const bytes = await Deno.readFile(path);
  assert.equal(bytes.length, content.length, `${path} has another length`);
  const offset = bytes.findIndex((byte, index) => byte !== content[index]);
  assert.equal(offset, -1, `${path} differs at offset ${offset}`);
}

/** Fails unless a command ended with this code and one line that says why. */
export function assertSentence(ended: Ended, code: number, pattern: RegExp): void {
  assert.equal(ended.code, code, `exit code ${ended.code}:\n${ended.output}`);
  assert.match(ended.output, pattern);
  assert.equal(ended.output.split("\n").length, 1, `more than one line:\n${ended.output}`);
}

/** Waits for something that is on its way; it fails after {@link PATIENCE_MS}. */
export async function inTime<Value>(waiting: Promise<Value>, what: string, timeoutMs = PATIENCE_MS): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Not within ${timeoutMs} ms: ${what}`)), timeoutMs);
  try {
    return await Promise.race([waiting, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends the bytes of a .torrent file to a peer's dashboard. */
export async function postTorrent(peer: Dashboard, bytes: Uint8Array): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${peer.url}/api/torrents`, {
    method: "POST",
    headers: { "Content-Type": "application/x-bittorrent" },
    body: Uint8Array.from(bytes),
  });
  return { status: response.status, body: await response.json() };
}
