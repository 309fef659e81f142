/**
 * The processor time and the peak memory of a process (Linux: from `/proc`), looked at while it runs.
 *
 * @module
 */

/** What a process took while it was measured. */
export interface Cost {
  /** Processor seconds, user and system, of all its threads. */
  readonly cpuSeconds: number;
  /** Peak of resident memory in bytes, since it began. */
  readonly peakBytes: number;
}

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** Often enough that the last look is close to the end; the peak itself is kept by the kernel. */
const LOOK_MS = 20;

/** Looks at a process until it ends or the measuring does. */
export class Meter {
  readonly #pid: number;
  readonly #firstCpuSeconds: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #cpuSeconds = 0;
  #peakBytes = 0;

  /** Measures from now on. */
  constructor(pid: number) {
    this.#pid = pid;
    this.#look();
    this.#firstCpuSeconds = this.#cpuSeconds;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Ends the measuring. */
  stop(): Cost {
    clearInterval(this.#timer);
    this.#look();
    return { cpuSeconds: this.#cpuSeconds - this.#firstCpuSeconds, peakBytes: this.#peakBytes };
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

/** Reading the files of a process that ends at this moment fails with ESRCH. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}
