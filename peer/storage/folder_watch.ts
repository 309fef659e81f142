/**
 * What the system says about changes below a folder, for as long as the folder is there; when it is not, about the
 * nearest folder above it that is, so that its coming back is noticed.
 *
 * @module
 */
import { dirname } from "node:path";
import { isPlatformError } from "./disk_fault.ts";

/** What to watch and whom to tell. */
export interface FolderWatchOptions {
  /** Absolute. */
  readonly folder: string;
  /** These paths were made, changed, moved or removed; none: anything may have been. Reading does not count. */
  readonly onChange: (paths: readonly string[]) => void;
}

/** Watches until disposed. */
export class FolderWatch implements AsyncDisposable {
  readonly #watcher: Deno.FsWatcher | undefined;
  readonly #running: Promise<void>;
  /** Whether the folder itself is watched, with all below; else only its coming back, or (without any) nothing. */
  readonly isWhole: boolean;

  /** Starts to watch what can be watched. */
  constructor(options: FolderWatchOptions) {
    const whole = watch(options.folder, { recursive: true });
    this.isWhole = whole !== undefined;
    this.#watcher = whole ?? watchAbove(options.folder);
    this.#running = this.#watcher === undefined ? Promise.resolve() : this.#tell(this.#watcher, options);
  }

  /** Ends. Nothing is told any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher?.close();
    await this.#running;
  }

  async #tell(watcher: Deno.FsWatcher, options: FolderWatchOptions): Promise<void> {
    for await (const event of watcher) {
      // Our own hashing reads: it must not look like a change.
      if (event.kind === "access") continue;
      options.onChange(event.flag === "rescan" || !this.isWhole ? [] : event.paths);
    }
  }
}

function watch(path: string, options: { readonly recursive: boolean }): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, options);
  } catch (error) {
    // Not there, not allowed, or too many watches for this system: the slower timer finds the changes then.
    if (isPlatformError(error)) return undefined;
    throw error;
  }
}

function watchAbove(folder: string): Deno.FsWatcher | undefined {
  for (let path = dirname(folder);; path = dirname(path)) {
    const watcher = watch(path, { recursive: false });
    if (watcher !== undefined || path === dirname(path)) return watcher;
  }
}
