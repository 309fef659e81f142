/**
 * One file of a torrent as a player reads it: the verified bytes, waited for where they are not here yet.
 *
 * @module
 */
import type { MovingDemand, VerifiedBytes } from "./media/verified_reader.ts";
import type { DemandWindow, StatedDemand } from "./demands.ts";

/** What a file's reader needs of its torrent; offsets are in piece space. */
export interface ReadableTorrent {
  /** Verified bytes that can be read from `offset` on without a gap. */
  availableFrom(offset: number): number;
  /** Copies verified bytes; gives how many. */
  readInto(offset: number, into: Uint8Array): number;
  /** Waits until the byte at `offset` is verified; fails when it never will be. */
  whenReadable(offset: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** States what is wanted soon. */
  demand(window: DemandWindow): StatedDemand;
}

/** The bytes of a file that begins at `offset` of its torrent's piece space. */
export class TorrentBytes implements VerifiedBytes {
  readonly length: number;
  readonly #torrent: ReadableTorrent;
  readonly #offset: number;

  /** Reads `length` bytes from `offset` of the piece space on. */
  constructor(torrent: ReadableTorrent, file: { readonly offset: number; readonly length: number }) {
    this.#torrent = torrent;
    this.#offset = file.offset;
    this.length = file.length;
  }

  /** Verified bytes from `offset` of the file on, never beyond its end. */
  availableFrom(offset: number): number {
    if (offset >= this.length) return 0;
    return Math.min(this.#torrent.availableFrom(this.#offset + offset), this.length - offset);
  }

  /** Copies verified bytes of the file. */
  readInto(offset: number, into: Uint8Array): number {
    const length = Math.min(into.length, this.length - offset);
    return this.#torrent.readInto(this.#offset + offset, into.subarray(0, length));
  }

  /** Waits until the byte at `offset` of the file is verified. */
  whenReadable(offset: number, options: { readonly signal: AbortSignal }): Promise<void> {
    return this.#torrent.whenReadable(this.#offset + offset, options);
  }

  /** States a window of the file as wanted soon. */
  demand(window: DemandWindow): MovingDemand {
    const shift = (part: DemandWindow) => ({ start: this.#offset + part.start, end: this.#offset + part.end });
    const stated = this.#torrent.demand(shift(window));
    return { move: (to) => stated.move(shift(to)), [Symbol.dispose]: () => stated[Symbol.dispose]() };
  }
}
