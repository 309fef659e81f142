/**
 * Free memory that is warm. A virtual machine may give its free memory back to its host (free page reporting), beginning
 * two seconds after it became free; taking it again costs about 1.7 s for each GiB, which is more than a transfer takes,
 * and falls on whichever program comes first. So memory is taken before a run, and freed little by little while it goes
 * on, faster than the run needs it: whatever a program takes was free for a moment only.
 *
 * @module
 */

/** Where files lie in memory, on Linux. */
const MEMORY_FOLDER = "/dev/shm";
/** Freed at once: small enough to take a moment, which is 20 ms. */
const PART_LENGTH = 128 * 1024 * 1024;
/** Between two parts: 1.3 GB/s. */
const FREE_EVERY_MS = 100;

/** Memory that is taken, and freed from {@link begin} on until its scope ends. */
export class WarmMemory implements AsyncDisposable {
  readonly #folder: string | undefined;
  readonly #parts: string[] = [];
  readonly #partLength: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(folder: string | undefined, partLength: number) {
    this.#folder = folder;
    this.#partLength = partLength;
  }

  /** Takes the memory, in parts of `partLength`. Where files cannot lie in memory it does nothing. */
  static async take(
    options: { readonly byteCount: number; readonly folder?: string; readonly partLength?: number },
  ): Promise<WarmMemory> {
    const { byteCount, folder: parent = MEMORY_FOLDER, partLength = PART_LENGTH } = options;
    const isThere = await isFolder(parent);
    const folder = isThere ? await Deno.makeTempDir({ dir: parent, prefix: "playswarm-" }) : undefined;
    const memory = new WarmMemory(folder, partLength);
    for (let taken = 0; taken < byteCount; taken += partLength) memory.#takePart();
    return memory;
  }

  /** Begins to free it; the first part is free when this returns. */
  begin(): void {
    this.#freePart();
    this.#timer = setInterval(() => this.#freePart(), FREE_EVERY_MS);
  }

  /** Frees what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }

  #takePart(): void {
    if (this.#folder === undefined) return;
    const path = `${this.#folder}/${this.#parts.length}`;
    this.#parts.push(path);
    using file = Deno.openSync(path, { write: true, create: true });
    const bytes = new Uint8Array(Math.min(1024 * 1024, this.#partLength)).fill(1);
    for (let length = 0; length < this.#partLength;) length += file.writeSync(bytes);
  }

  #freePart(): void {
    const path = this.#parts.pop();
    if (path !== undefined) Deno.removeSync(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
