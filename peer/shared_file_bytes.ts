/**
 * A file of a shared folder as a reader sees it without waking its torrent: all of it is here.
 *
 * @module
 */
import type { MovingDemand, VerifiedBytes } from "./media/verified_reader.ts";
import type { OpenFiles } from "./storage/open_files.ts";
import type { SharedFile } from "./storage/shared_file.ts";

const NO_DEMAND: MovingDemand = { move: () => {}, [Symbol.dispose]: () => {} };

/** The bytes of a shared file, which stay those that were hashed: a file that was changed since is an error. */
export class SharedFileBytes implements VerifiedBytes {
  readonly length: number;
  readonly #files: OpenFiles;
  readonly #file: SharedFile;

  /** Reads through these open files. */
  constructor(files: OpenFiles, file: SharedFile) {
    this.#files = files;
    this.#file = file;
    this.length = file.stamp.length;
  }

  /** All up to the end. */
  availableFrom(offset: number): number {
    return Math.max(0, this.length - offset);
  }

  /**
   * Copies bytes of the file.
   *
   * @throws {StorageError} as `OpenFiles.read`
   */
  readInto(offset: number, into: Uint8Array): number {
    const part = into.subarray(0, this.availableFrom(offset));
    this.#files.read({ path: this.#file.path, offset, stamp: this.#file.stamp }, part);
    return part.length;
  }

  /** Everything is readable. */
  whenReadable(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing needs to be asked for. */
  demand(): MovingDemand {
    return NO_DEMAND;
  }
}
