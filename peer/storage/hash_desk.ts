/**
 * What a hash worker does with a job: hashing and disk, synchronously, one job at a time. Knows no messages, so tests
 * call it directly.
 *
 * @module
 */
import { assertNever } from "../../shared/assert_never.ts";
import { type DiskFault, diskFault } from "./disk_fault.ts";
import type {
  CheckedPiece,
  CheckJob,
  CheckResult,
  HashAnswer,
  HashJob,
  PieceJob,
  PieceResult,
  PieceRun,
  RangeJob,
  RangeResult,
  SpillJob,
  SpillResult,
} from "./hash_job.ts";
import { digestsOf, judgePiece, leavesOf, SHA1_LENGTH, sha1Of } from "./piece_check.ts";
import { type PlacedRange, WrittenFiles } from "./written_files.ts";

/** Does jobs, and holds the files open that they write. */
export class HashDesk implements Disposable {
  readonly #files = new WrittenFiles();
  /** For reading from disk; as large as the largest piece or range asked for so far. */
  #scratch = new Uint8Array(0);
  #hashedBytes = 0;

  /** Bytes hashed since the beginning. */
  get hashedBytes(): number {
    return this.#hashedBytes;
  }

  /** Does one job. Throws only what is a fault of ours: what the disk does wrong is part of the answer. */
  run(job: HashJob): HashAnswer {
    switch (job.type) {
      case "piece":
        return { type: "piece", result: this.#judge(job) };
      case "spill":
        return { type: "spill", result: this.#spill(job) };
      case "check":
        return { type: "check", result: this.#check(job) };
      case "range":
        return { type: "range", result: this.#hashRange(job) };
      case "close":
        this.#files.close(job.paths);
        return { type: "close" };
      default:
        return assertNever(job);
    }
  }

  /** Closes the files that are open. */
  [Symbol.dispose](): void {
    this.#files[Symbol.dispose]();
  }

  #judge(job: PieceJob): PieceResult {
    const { buffer, length, expectation, places, spilled, wantsDigests } = job;
    const piece = new Uint8Array(buffer, 0, length);
    const readFault = this.#move(places, { runs: spilled, piece, isReading: true });
    if (readFault !== undefined) return { type: "stuck", buffer, fault: readFault };
    this.#hashedBytes += length;
    const { isTrue, sha1 } = judgePiece(piece, expectation);
    if (!isTrue) return { type: "wrong", buffer, digests: digestsOf(piece) };
    const fault = this.#move(places, { runs: [{ start: 0, length }], piece, isReading: false });
    if (fault !== undefined) return { type: "stuck", buffer, fault };
    return { type: "true", buffer, sha1, ...(wantsDigests ? { digests: digestsOf(piece) } : {}) };
  }

  #spill(job: SpillJob): SpillResult {
    const { buffer, runs, places } = job;
    const fault = this.#move(places, { runs, piece: new Uint8Array(buffer), isReading: false });
    return { buffer, ...(fault === undefined ? {} : { fault }) };
  }

  /** Moves the parts of a piece that lie in `runs` between memory and disk. A file that is not there is made. */
  #move(
    places: readonly PlacedRange[],
    options: { readonly runs: readonly PieceRun[]; readonly piece: Uint8Array; readonly isReading: boolean },
  ): DiskFault | undefined {
    const { runs, piece, isReading } = options;
    for (const run of runs) {
      for (const place of places) {
        const start = Math.max(run.start, place.start);
        const end = Math.min(run.start + run.length, place.start + place.length);
        if (end <= start) continue;
        const part = { ...place, offset: place.offset + start - place.start };
        try {
          if (isReading) this.#files.read(part, piece.subarray(start, end));
          else this.#files.write(part, piece.subarray(start, end));
        } catch (error) {
          return diskFault(error, { path: place.path, doing: isReading ? "read" : "write" });
        }
      }
    }
    return undefined;
  }

  #check(job: CheckJob): CheckResult {
    using files = new CheckedFiles();
    return { areTrue: job.pieces.map((piece) => this.#isTrueOnDisk(piece, files)) };
  }

  #isTrueOnDisk(checked: CheckedPiece, files: CheckedFiles): boolean {
    const piece = this.#room(checked.length);
    const placedLength = checked.places.reduce((sum, place) => sum + place.length, 0);
    if (placedLength < checked.length) piece.fill(0);
    for (const place of checked.places) {
      const into = piece.subarray(place.start, place.start + place.length);
      try {
        if (!files.fill(place, into)) return false;
      } catch (error) {
        // A piece that cannot be read is not believed; the write that follows its download says why.
        diskFault(error, { path: place.path, doing: "read" });
        return false;
      }
    }
    this.#hashedBytes += checked.length;
    const { isTrue, sha1 } = judgePiece(piece, checked.expectation);
    return isTrue && sha1 !== "wrong";
  }

  #hashRange(job: RangeJob): RangeResult {
    const { path, offset, length, pieceLength } = job;
    const pieceHashes = new Uint8Array(Math.ceil(length / pieceLength) * SHA1_LENGTH);
    const bytes = this.#room(length);
    try {
      using files = new CheckedFiles();
      if (!files.fill({ path, offset }, bytes)) {
        return { type: "failed", fault: { code: "changed", message: `${path} became shorter while being read`, path } };
      }
    } catch (error) {
      return { type: "failed", fault: diskFault(error, { path, doing: "read" }) };
    }
    this.#hashedBytes += length;
    for (let begin = 0, at = 0; begin < length; begin += pieceLength, at += SHA1_LENGTH) {
      pieceHashes.set(sha1Of(bytes.subarray(begin, begin + pieceLength)), at);
    }
    return { type: "hashed", pieceHashes, leaves: leavesOf(bytes) };
  }

  #room(length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    return this.#scratch.subarray(0, length);
  }
}

/** Files read for one job, never made or changed; one is open at a time, as pieces come in the order of the disk. */
class CheckedFiles implements Disposable {
  #path: string | undefined;
  #file: Deno.FsFile | undefined;

  /** Fills `into`; false when the file ends before. */
  fill(place: { readonly path: string; readonly offset: number }, into: Uint8Array): boolean {
    const file = this.#open(place.path);
    file.seekSync(place.offset, Deno.SeekMode.Start);
    for (let done = 0; done < into.length;) {
      const count = file.readSync(into.subarray(done));
      if (count === null) return false;
      done += count;
    }
    return true;
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #open(path: string): Deno.FsFile {
    if (this.#file !== undefined && this.#path === path) return this.#file;
    this[Symbol.dispose]();
    this.#path = path;
    return this.#file = Deno.openSync(path, { read: true });
  }
}
