/**
 * What of a share cannot be read: each path is told of with its reason, and again when that is over.
 *
 * @module
 */
import type { ShareEvent } from "./share_event.ts";
import type { StorageError } from "./storage_error.ts";

/** The paths that are problems now. */
export class UnreadablePaths {
  readonly #paths = new Set<string>();
  readonly #onEvent: (event: ShareEvent) => void;

  /** `onEvent` hears of every change. */
  constructor(onEvent: (event: ShareEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** All of them, files and folders. */
  get paths(): Iterable<string> {
    return this.#paths;
  }

  /** A path is a problem, for a reason that is a sentence. */
  add(path: string, message: string): void {
    this.#paths.add(path);
    this.#onEvent({ type: "problem", path, message });
  }

  /** The same, by the failure; what is only gone is none. `folder` is where it was met. */
  addFailure(error: StorageError, { folder }: { readonly folder: string }): void {
    if (error.code !== "missing") this.add(error.path ?? folder, error.message);
  }

  /** It could be read, or is gone. */
  delete(path: string): void {
    if (this.#paths.delete(path)) this.#onEvent({ type: "solved", path });
  }
}
