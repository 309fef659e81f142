/**
 * A player at a simulated peer: asks for what lies ahead, starts once it has some seconds of it, reads on at its rate and
 * counts the time for which it had to wait.
 *
 * @module
 */
import type { Info } from "../../shared/metainfo.ts";
import type { SimulatedPeer } from "./simulated_peer.ts";
import type { VirtualClock } from "./virtual_clock.ts";

/** It reads so much at a time. */
const STEP_MS = 100;

/** It asks for so many bytes ahead, as the program's readers do. */
const READ_AHEAD_BYTES = 8_000_000;

/** Plays one torrent from its start to its end. */
export class SimulatedPlayer {
  readonly #peer: SimulatedPeer;
  readonly #info: Info;
  readonly #clock: VirtualClock;
  readonly #rateBytesPerSecond: number;
  #position = 0;
  #stalledMs = 0;
  #startedAtMs: number | undefined;

  /** Begins to ask now, and to play when the first `bufferMs` of playback are here. */
  constructor(
    peer: SimulatedPeer,
    options: {
      readonly info: Info;
      readonly clock: VirtualClock;
      readonly rateBytesPerSecond: number;
      readonly bufferMs: number;
    },
  ) {
    this.#peer = peer;
    this.#info = options.info;
    this.#clock = options.clock;
    this.#rateBytesPerSecond = options.rateBytesPerSecond;
    this.#step(options.rateBytesPerSecond * options.bufferMs / 1000);
  }

  /** Whether it came to the end. */
  get isOver(): boolean {
    return this.#position >= this.#info.geometry.length;
  }

  /** How long it has waited since it started to play, in milliseconds. */
  get stalledMs(): number {
    return this.#stalledMs;
  }

  /** When it started to play, undefined before. */
  get startedAtMs(): number | undefined {
    return this.#startedAtMs;
  }

  #step(bufferBytes: number): void {
    if (this.isOver) return;
    const next = this.#position + this.#rateBytesPerSecond * STEP_MS / 1000;
    if (this.#startedAtMs === undefined && this.#isHere(bufferBytes)) this.#startedAtMs = this.#clock.nowMs;
    if (this.#startedAtMs !== undefined) {
      if (this.#isHere(next)) this.#position = next;
      else this.#stalledMs += STEP_MS;
    }
    if (this.isOver) return;
    const start = Math.floor(this.#position);
    const end = start + READ_AHEAD_BYTES;
    this.#peer.demand([{ id: 1, start, end, rateBytesPerSecond: this.#rateBytesPerSecond }]);
    this.#clock.after(STEP_MS, () => this.#step(bufferBytes));
  }

  /** Whether everything from the position to `end` is verified. */
  #isHere(end: number): boolean {
    const { geometry } = this.#info;
    const last = geometry.pieceAt(Math.min(end, geometry.length) - 1);
    for (let piece = geometry.pieceAt(this.#position); piece <= last; piece++) {
      if (!this.#peer.has(piece)) return false;
    }
    return true;
  }
}
