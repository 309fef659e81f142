/**
 * A `redis-server` of a test's own: on a port of its own, without a disk, ended with its scope.
 *
 * @module
 */

/** A running server. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Why there can be none here; undefined where there can. */
  static missing(): string | undefined {
    try {
      new Deno.Command("redis-server", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync();
      return undefined;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return "redis-server is not installed (apt install redis-server)";
    }
  }

  /** Starts one; on this port where one has to come back. */
  static async start(port = freePort()): Promise<RedisServer> {
    const child = new Deno.Command("redis-server", {
      args: ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const server = new RedisServer(child, port);
    await server.#ready();
    return server;
  }

  /** Where clients find it. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends it as a crash would. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  /** Waits until it says so, and reads on so that it never waits for us. */
  async #ready(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const read = async () => {
      for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
        if (text.includes("Ready to accept connections")) resolve();
      }
      reject(new Error("The Redis server ended"));
    };
    read().catch(reject);
    await promise;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
