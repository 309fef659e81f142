/**
 * A process whose time, processor time and peak memory are measured (Linux: from `/proc`).
 *
 * @module
 */

/** What a process took. */
export interface Cost {
  readonly seconds: number;
  /** Processor seconds, user and system, of all its threads. */
  readonly cpuSeconds: number;
  /** Peak of resident memory in bytes. */
  readonly peakBytes: number;
}

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** Often enough that the last look is close to the end; the peak itself is kept by the kernel. */
const LOOK_MS = 20;

/** Looks at a process until it ends. */
export class Meter {
  #peakBytes = 0;
  #cpuSeconds = 0;
  readonly #pid: number;
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Ends the measuring. */
  stop(): Cost {
    clearInterval(this.#timer);
    this.#look();
    return {
      seconds: (performance.now() - this.#startedAt) / 1000,
      cpuSeconds: this.#cpuSeconds,
      peakBytes: this.#peakBytes,
    };
  }

  #look(): void {
    try {
      const status = Deno.readTextFileSync(`/proc/${this.#pid}/status`);
      const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
      if (peak !== undefined) this.#peakBytes = Number(peak) * 1024;
      const stat = Deno.readTextFileSync(`/proc/${this.#pid}/stat`);
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      this.#cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch (error) {
      // It has ended since the last look.
      if (!(error instanceof Deno.errors.NotFound) && !isGone(error)) throw error;
    }
  }
}

/** Runs a command to its end and measures it. @throws Error when it fails */
export async function measure(command: string, args: readonly string[]): Promise<Cost> {
  const child = new Deno.Command(command, { args: [...args], stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  const meter = new Meter(child.pid);
  const { code, stderr } = await child.output();
  const cost = meter.stop();
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return cost;
}

/** Reading the files of a process that ends at this moment fails with ESRCH. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}
