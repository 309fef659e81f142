/**
 * A program of ours run from its sources with V8's inspector open, so that a test may have the garbage collected and see
 * what is left (Chrome DevTools Protocol: `HeapProfiler.collectGarbage`, `Runtime.getHeapUsage`).
 *
 * @module
 */
import { Program } from "../program.ts";

/** What a program holds when the garbage is gone, in bytes. */
export interface Memory {
  /** Objects on the heap of the main thread. */
  readonly heapBytes: number;
  /** What lies outside it in array buffers. */
  readonly bufferBytes: number;
  /** Resident memory of the whole process, as the kernel sees it. */
  readonly residentBytes: number;
}

/** A running program whose memory can be looked at. */
export class InspectedProgram implements AsyncDisposable {
  readonly program: Program;
  readonly #inspector: Inspector;

  private constructor(program: Program, inspector: Inspector) {
    this.program = program;
    this.#inspector = inspector;
  }

  /** Starts `tracker` or `peer` with these flags. */
  static async start(name: "tracker" | "peer", args: readonly string[]): Promise<InspectedProgram> {
    await using scope = new AsyncDisposableStack();
    // Deno's own `--quiet` would keep the inspector's address to itself.
    const flags = ["--inspect=127.0.0.1:0", "--v8-flags=--max-semi-space-size=2"];
    const program = scope.use(Program.startFromSource(name, { flags, args }));
    const [, address = ""] = await program.line(/listening on (ws:\S+)/);
    const inspector = scope.use(await Inspector.connect(address));
    scope.move();
    return new InspectedProgram(program, inspector);
  }

  /** What it holds once everything that nobody holds is collected. */
  async memory(): Promise<Memory> {
    // What a finalizer lets go of in the first turn is garbage in the second.
    for (let turn = 0; turn < 2; turn++) await this.#inspector.send("HeapProfiler.collectGarbage");
    const usage = await this.#inspector.send("Runtime.getHeapUsage");
    return {
      heapBytes: numberOf(usage, "usedSize"),
      bufferBytes: numberOf(usage, "backingStorageSize"),
      residentBytes: await residentBytes(this.program.pid),
    };
  }

  /** Ends the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inspector[Symbol.asyncDispose]();
    await this.program[Symbol.asyncDispose]();
  }
}

/** One connection to V8's inspector. */
class Inspector implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, (answer: unknown) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const message: { readonly id?: number; readonly result?: unknown } = JSON.parse(data);
      if (message.id === undefined) return;
      this.#asked.get(message.id)?.(message.result);
      this.#asked.delete(message.id);
    });
  }

  static async connect(address: string): Promise<Inspector> {
    const socket = new WebSocket(address);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.addEventListener("open", () => resolve(), { once: true });
    socket.addEventListener("error", () => reject(new Error(`Cannot reach the inspector at ${address}`)), {
      once: true,
    });
    await promise;
    return new Inspector(socket);
  }

  send(method: string): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const id = ++this.#lastId;
    this.#asked.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method }));
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.addEventListener("close", () => resolve(), { once: true });
    this.#socket.close();
    await promise;
  }
}

function numberOf(usage: unknown, name: string): number {
  const value: unknown = typeof usage === "object" && usage !== null ? Reflect.get(usage, name) : undefined;
  if (typeof value !== "number") throw new TypeError(`The inspector said no ${name}: ${JSON.stringify(usage)}`);
  return value;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}
