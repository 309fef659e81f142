/**
 * aria2 as a client to meet: started with a torrent, on loopback, without a DHT or multicast, on a port of its own.
 *
 * @module
 */
import type { Endpoint } from "../../shared/endpoint.ts";

const ARIA2 = "aria2c";

/** What to do. */
export interface Aria2Options {
  /** The path of a .torrent, or a magnet link. */
  readonly source: string;
  /** Where the files lie or will lie; those that are there already are checked. */
  readonly folder: string;
  /** Go on seeding when all is there; else it ends then. */
  readonly seeds?: boolean;
}

/** A running aria2. */
export class Aria2 implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #output = "";

  private constructor(child: Deno.ChildProcess, readonly endpoint: Endpoint) {
    this.#child = child;
    this.#reading = Promise.all([this.#read(child.stdout), this.#read(child.stderr)]);
  }

  /** Why it cannot be used here, as a sentence; undefined when it can. */
  static missing(): string | undefined {
    try {
      new Deno.Command(ARIA2, { args: ["--version"], stdout: "null" }).outputSync();
      return undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `there is no ${ARIA2} (apt install aria2)`;
      throw error;
    }
  }

  /** Starts a transfer. */
  static start(options: Aria2Options): Aria2 {
    const [port, datagramPort] = [freePort(), freePort()];
    const child = new Deno.Command(ARIA2, {
      args: [
        // It speaks UDP to trackers only while it has a DHT node: one that knows nobody, and of whom nobody knows.
        ...["--no-conf=true", "--enable-dht=true", `--dht-file-path=${options.folder}/.dht`, "--enable-dht6=false"],
        ...["--bt-enable-lpd=false"],
        ...["--enable-peer-exchange=false", "--disable-ipv6=true", "--interface=127.0.0.1"],
        ...[`--listen-port=${port}`, `--dht-listen-port=${datagramPort}`, "--bt-tracker-connect-timeout=5"],
        ...["--check-integrity=true", "--allow-overwrite=true", "--file-allocation=none", "--summary-interval=0"],
        ...["--console-log-level=notice", "--show-console-readout=false", "--bt-stop-timeout=0"],
        ...(options.seeds ? ["--seed-ratio=0.0"] : ["--seed-time=0"]),
        `--dir=${options.folder}`,
        options.source,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Aria2(child, { host: "127.0.0.1", port });
  }

  /** All that it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Waits for its end and gives the exit code: 0 when all was fetched and verified. */
  async exitCode(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  /** Ends it at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // A process that is gone already needs no signal.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.exitCode();
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#output += text;
  }
}

/** A port that nobody uses now: aria2 cannot choose one itself. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
