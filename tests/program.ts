/**
 * The two programs as real processes, for the tests that look at the whole: started from the sources (or from the
 * executables in `PLAYSWARM_EXECUTABLES`), on ports of their own choice, in folders of their own, ended with their scope.
 *
 * @module
 */
import { resolve } from "node:path";

/** How to start a program. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The network namespace that it runs in (see `network_namespaces.ts`). */
  readonly namespace?: string;
  /** A command that runs it, which stands in front of it. */
  readonly under?: readonly string[];
}

/** A running `tracker` or `peer`, or another program that a test needs. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #hasEnded = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]).then(() => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  /** Starts a program of ours; `env` is added to a clean set of Playswarm's own variables. */
  static start(name: "tracker" | "peer", args: readonly string[], options: ProgramOptions = {}): Program {
    const env = { ...ownEnvironment(), ...options.env };
    return Program.spawn([...executable(name), ...args], { ...options, env });
  }

  /** Starts a program of ours from its sources, whatever executables there are, with further flags for Deno. */
  static startFromSource(
    name: "tracker" | "peer",
    { flags, args }: { readonly flags: readonly string[]; readonly args: readonly string[] },
  ): Program {
    return Program.spawn([...fromSource(name, flags), ...args], { env: ownEnvironment() });
  }

  /** Starts a program of somebody else, `line` being its name or path and its arguments. */
  static spawn(line: readonly string[], options: ProgramOptions = {}): Program {
    const { namespace, under = [], env = {}, cwd } = options;
    const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const [command = "", ...args] = [...inside, ...under, ...line];
    const child = new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
    }).spawn();
    return new Program(child);
  }

  /** All that the program has printed, both streams, line by line. */
  get output(): string {
    return this.#lines.join("\n");
  }

  /** Whether it has ended and all that it printed is here. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits for a line, printed already or yet to come, and gives its match. Throws when the program ends without it. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      for (const line of this.#lines) {
        const match = pattern.exec(line);
        if (match !== null) return match;
      }
      if (this.#hasEnded) throw new Error(`The program ended without printing ${pattern}; it printed:\n${this.output}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The address of the dashboard, without a slash at its end. */
  async dashboard(): Promise<string> {
    return (await this.line(/(http:\/\/[^\s/]+)\/?\s*$/))[1] ?? "";
  }

  /** The port that a tracker announces on, or that a peer listens on. */
  async port(): Promise<number> {
    return Number((await this.line(/\bport (\d+)/))[1]);
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // A process that is gone already needs no signal.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits for the end and gives the exit code. */
  async exitCode(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** Asks the program to end and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGTERM");
    // One that does not leave when asked is not allowed to outlive its test.
    const timer = setTimeout(() => this.kill("SIGKILL"), 10_000);
    await this.exitCode();
    clearTimeout(timer);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split(/[\r\n]+/);
      rest = parts.pop() ?? "";
      if (parts.length === 0) continue;
      this.#lines.push(...parts);
      this.#wake();
    }
    if (rest !== "") this.#lines.push(rest);
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** A folder of a test, removed with its scope. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes an empty folder. */
  static async create(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir({ prefix: "playswarm-" }));
  }

  /** Makes a folder inside and gives its path. */
  async folder(name: string): Promise<string> {
    await Deno.mkdir(`${this.path}/${name}`, { recursive: true });
    return `${this.path}/${name}`;
  }

  /** Removes it and all that is inside. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Where deno keeps what it fetched, so that a program run from its sources finds it also in another home. */
export function denoFolder(): string {
  const { env } = Deno;
  return env.get("DENO_DIR") ?? `${env.get("XDG_CACHE_HOME") ?? `${env.get("HOME")}/.cache`}/deno`;
}

/** What to type to start one of our programs. */
function executable(name: "tracker" | "peer"): readonly string[] {
  const folder = Deno.env.get("PLAYSWARM_EXECUTABLES");
  if (folder !== undefined) return [resolve(folder, name)];
  return fromSource(name, ["--quiet"]);
}

function fromSource(name: "tracker" | "peer", flags: readonly string[]): readonly string[] {
  const entry = new URL(`../${name}/main.ts`, import.meta.url).pathname;
  const config = new URL("../deno.json", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", ...flags, "--config", config, entry];
}

/** What each of our programs is told. */
function ownEnvironment(): Readonly<Record<string, string>> {
  return { PLAYSWARM_NO_LAN: "1", PLAYSWARM_NO_OPEN: "1", NO_COLOR: "1", DENO_DIR: denoFolder() };
}
