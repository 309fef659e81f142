/**
 * Files that were touched lately: each is waited for until it stands still, the longer the more often it has changed while
 * it was hashed.
 *
 * @module
 */
import type { FileStamp } from "./file_stamp.ts";

/** How long a file must stand still before it is hashed: copying programs write more often than that. */
const SETTLE_MS = 500;

/** The longest that is waited for a file that changed again and again while it was hashed. */
const MAX_SETTLE_MS = 30_000;

/** How a file looked when it was last seen to change. */
export interface SettlingFile {
  readonly stamp: FileStamp;
  /** How often it changed while it was hashed: each time it is waited for longer. */
  readonly attempts: number;
}

interface Wait extends SettlingFile {
  /** Runs while it is waited for; then it is to be looked at once more. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** The files that are waited for, and those that have been and are to be looked at. Disposing ends the waiting. */
export class SettlingFiles implements Disposable {
  readonly #waits = new Map<string, Wait>();
  readonly #onStill: (path: string) => void;

  /** `onStill`: time is over, and the file is to be looked at once more. */
  constructor(onStill: (path: string) => void) {
    this.#onStill = onStill;
  }

  /** How many files there are. */
  get size(): number {
    return this.#waits.size;
  }

  /** The files, by their paths. */
  get paths(): Iterable<string> {
    return this.#waits.keys();
  }

  /** Waits for a file, from now on. */
  add(path: string, { stamp, attempts }: SettlingFile): void {
    const wait: Wait = { stamp, attempts, timer: undefined };
    wait.timer = setTimeout(() => {
      wait.timer = undefined;
      this.#onStill(path);
    }, Math.min(SETTLE_MS * 2 ** attempts, MAX_SETTLE_MS));
    clearTimeout(this.#waits.get(path)?.timer);
    this.#waits.set(path, wait);
  }

  /** A file as it looked when the waiting began. */
  get(path: string): SettlingFile | undefined {
    return this.#waits.get(path);
  }

  /** Whether the time of a file is not over yet. */
  isWaiting(path: string): boolean {
    return this.#waits.get(path)?.timer !== undefined;
  }

  /** Waits for a file no more. */
  delete(path: string): void {
    clearTimeout(this.#waits.get(path)?.timer);
    this.#waits.delete(path);
  }

  /** Ends all waiting. */
  [Symbol.dispose](): void {
    for (const { timer } of this.#waits.values()) clearTimeout(timer);
  }
}
