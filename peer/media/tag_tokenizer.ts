/**
 * A file as `music-metadata` reads it: by position, waiting for what is not here yet.
 *
 * @module
 */
import { AbstractTokenizer, EndOfStreamError, type IReadChunkOptions } from "strtok3";
import type { WaitingReader } from "./waiting_reader.ts";

/** The least that is read at once: tags are read a few bytes at a time, which often lie together. */
const READ_LENGTH = 16 * 1024;

/** Reads tokens from a {@link WaitingReader}, which stays the caller's. */
export class TagTokenizer extends AbstractTokenizer {
  /** What the library may know of the file. */
  override readonly fileInfo: { readonly size: number; readonly mimeType: string };
  readonly #reader: WaitingReader;
  /** What was read last: where it begins, and its bytes. */
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  /** Begins at the beginning of a file of this type. */
  constructor(reader: WaitingReader, options: { readonly contentType: string }) {
    const fileInfo = { size: reader.length, mimeType: options.contentType };
    super({ fileInfo });
    this.fileInfo = fileInfo;
    this.#reader = reader;
  }

  /** Any place can be read. */
  override supportsRandomAccess(): boolean {
    return true;
  }

  /** Goes on reading there. */
  setPosition(position: number): void {
    this.position = position;
  }

  /** Reads and goes on. */
  override async readBuffer(into: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const length = await this.peekBuffer(into, options);
    this.position = (options?.position ?? this.position) + length;
    return length;
  }

  /** Reads and stays. */
  override async peekBuffer(into: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(into, options);
    const bytes = await this.#bytesAt(position, length);
    if (bytes.length < length && !mayBeLess) throw new EndOfStreamError();
    into.set(bytes);
    return bytes.length;
  }

  async #bytesAt(position: number, length: number): Promise<Uint8Array> {
    if (position < this.#start || position + length > this.#start + this.#bytes.length) {
      const end = position + Math.max(length, READ_LENGTH);
      this.#bytes = await this.#reader.read({ start: position, end });
      this.#start = position;
    }
    const offset = position - this.#start;
    return this.#bytes.subarray(offset, offset + length);
  }
}
