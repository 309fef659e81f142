/**
 * Files being written, by the thread that hashes. A file is made at its first write, sparse at its full length, so that
 * a torrent that was only added takes no room and a full disk is noticed by the write that does not fit.
 *
 * @module
 */
import { dirname } from "node:path";

/** Handles a worker keeps open. The whole process may have 1024 by default on Linux, most of them for sockets. */
const MAX_OPEN_FILES = 32;

/**
 * Bytes of one write. Linux caches what is written in pieces of memory as large as the write, and half a megabyte in a
 * row is seldom at hand: measured in a virtual machine whose free memory was in small parts, a GiB cost 1.3 s of
 * processor time in writes of 512 KiB and 0.35 s in writes of 64 KiB (16 KiB: 0.47 s).
 */
const MAX_WRITE_LENGTH = 64 * 1024;

/** A run of bytes of a piece and where it lies on disk. Pads have no place. */
export interface PlacedRange {
  /** Absolute. */
  readonly path: string;
  /** Length of the whole file, to which it is made when it is not there. */
  readonly fileLength: number;
  /** Where the run starts in the file. */
  readonly offset: number;
  /** Where the run starts in the piece. */
  readonly start: number;
  readonly length: number;
}

/** Writes and reads back with seek + read or write in one go, which no other task of this thread can come between. */
export class WrittenFiles implements Disposable {
  readonly #files = new Map<string, Deno.FsFile>();

  /** Writes all of `data`. Throws the platform's error. */
  write(place: PlacedRange, data: Uint8Array): void {
    const file = this.#open(place);
    file.seekSync(place.offset, Deno.SeekMode.Start);
    for (let written = 0; written < data.length;) {
      written += file.writeSync(data.subarray(written, written + MAX_WRITE_LENGTH));
    }
  }

  /** Fills `into`. Throws the platform's error; a file that ends early is `UnexpectedEof`. */
  read(place: PlacedRange, into: Uint8Array): void {
    const file = this.#open(place);
    file.seekSync(place.offset, Deno.SeekMode.Start);
    for (let done = 0; done < into.length;) {
      const count = file.readSync(into.subarray(done));
      if (count === null) throw new Deno.errors.UnexpectedEof(`${place.path} ends at ${place.offset + done}`);
      done += count;
    }
  }

  /** Closes these files if they are open. */
  close(paths: readonly string[]): void {
    for (const path of paths) {
      this.#files.get(path)?.close();
      this.#files.delete(path);
    }
  }

  /** Closes all. */
  [Symbol.dispose](): void {
    this.close([...this.#files.keys()]);
  }

  #open(place: PlacedRange): Deno.FsFile {
    const { path } = place;
    let file = this.#files.get(path);
    if (file !== undefined) {
      if (this.#files.size > 1) {
        this.#files.delete(path);
        this.#files.set(path, file);
      }
      return file;
    }
    file = openAtLength(place);
    this.#files.set(path, file);
    if (this.#files.size > MAX_OPEN_FILES) {
      const [oldest] = this.#files.keys();
      if (oldest !== undefined) this.close([oldest]);
    }
    return file;
  }
}

function openAtLength(place: PlacedRange): Deno.FsFile {
  const { path, fileLength } = place;
  const file = openOrCreate(path);
  try {
    if (file.statSync().size !== fileLength) file.truncateSync(fileLength);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function openOrCreate(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true, write: true, create: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(dirname(path), { recursive: true });
    return Deno.openSync(path, { read: true, write: true, create: true });
  }
}
