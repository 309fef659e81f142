/**
 * Reads a file here and there without ever waiting: what is not here yet is an error at once, and nothing is demanded.
 * For what is nice to have, and must not move what a player or a download wants.
 *
 * @module
 */
import type { ContainerReader } from "./container_input.ts";
import type { ByteRange } from "./range.ts";
import type { VerifiedBytes } from "./verified_reader.ts";

/** The bytes are not here, or more of them were read than is worth it. */
class NotHereError extends Error {
  override name = "NotHereError";
}

/** One reader of one file. It holds nothing. */
export class HereReader implements ContainerReader {
  readonly #source: Pick<VerifiedBytes, "length" | "availableFrom" | "readInto">;
  #leftLength: number;

  /** Reads at most `maxLength` bytes in all: a search through a file without an index ends there. */
  constructor(
    source: Pick<VerifiedBytes, "length" | "availableFrom" | "readInto">,
    options: { readonly maxLength: number },
  ) {
    this.#source = source;
    this.#leftLength = options.maxLength;
  }

  /** The file's length in bytes. */
  get length(): number {
    return this.#source.length;
  }

  /**
   * Bytes from `start` up to `end`, fewer only at the file's end, in a buffer that the caller owns.
   *
   * @throws when one of them is not verified yet, or too many were read
   */
  read({ start, end }: ByteRange): Uint8Array<ArrayBuffer> {
    const length = Math.max(0, Math.min(end, this.length) - start);
    this.#leftLength -= length;
    if (this.#leftLength < 0) throw new NotHereError("Cannot read on: too much was read for one moment of a film");
    if (length > 0 && this.#source.availableFrom(start) < length) {
      throw new NotHereError(`Cannot read bytes ${start} to ${start + length}: they are not all here yet`);
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) done += this.#source.readInto(start + done, bytes.subarray(done));
    return bytes;
  }
}
