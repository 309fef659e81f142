/**
 * The pictures of a film for the bar that seeks: asked for one at a time and only when the pointer rests, and a few of
 * them kept. What is not here has none.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** Whatever shows a picture and has to be let go: an `ImageBitmap`. */
export interface Frame {
  /** Lets go of its pixels. */
  close(): void;
}

/** Where the pictures come from. */
export interface SeekFramesOptions<Picture extends Frame> {
  /** Asks for the picture at a moment; undefined where there is none now. */
  readonly ask: (seconds: number, options: { readonly signal: AbortSignal }) => Promise<Picture | undefined>;
  /** Waits until the pointer may be taken to rest; default: {@link REST_MS}. */
  readonly rest?: () => Promise<void>;
}

/** What is shown now. */
export interface ShownFrame<Picture extends Frame> {
  readonly picture: Picture;
  /** Whether it is of the moment pointed at; else of one before, until that one comes. */
  readonly isRight: boolean;
}

/** Pictures that are kept: 192 pixels wide they are 6 MiB. */
export const MAX_FRAMES = 80;

/** Moments of a film that have a picture of their own: more than that no hand can point at. */
const STEP_COUNT = 200;

/** A pointer that stays for so long is no longer on its way somewhere else. */
const REST_MS = 80;

/** The pictures of one film, until they are disposed of. */
export class SeekFrames<Picture extends Frame> implements Disposable {
  readonly #options: SeekFramesOptions<Picture>;
  readonly #closing = new AbortController();
  /** By the step, the one that was looked at longest ago first. */
  readonly #kept = new Map<number, Picture>();
  readonly #shown = signal<ShownFrame<Picture> | undefined>(undefined);
  #wanted: number | undefined;
  /** The step that was asked for last and has none now. */
  #missing: number | undefined;
  /** Grows when more of the film has come. */
  #version = 0;
  #isAsking = false;

  /** What to show at the moment that was looked at last. */
  readonly shown: ReadonlySignal<ShownFrame<Picture> | undefined> = this.#shown;

  /** Asks nothing yet. */
  constructor(options: SeekFramesOptions<Picture>) {
    this.#options = options;
  }

  /** Looks at a moment of the film, which is `duration` seconds long. */
  look(seconds: number, duration: number): void {
    if (!(duration > 0) || this.#closing.signal.aborted) return;
    const step = Math.max(1, duration / STEP_COUNT);
    const wanted = Math.round(Math.min(Math.max(0, seconds), duration) / step) * step;
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#missing = undefined;
    const picture = this.#use(wanted);
    if (picture !== undefined) this.#shown.value = { picture, isRight: true };
    else if (this.#shown.value !== undefined) this.#shown.value = { ...this.#shown.value, isRight: false };
    if (picture === undefined && !this.#isAsking) this.#ask();
  }

  /** More of the film has come: what had no picture at the moment looked at may have one. */
  lookAgain(): void {
    this.#version++;
    this.#missing = undefined;
    if (!this.#isAsking) this.#ask();
  }

  /** Nothing is looked at any more. */
  leave(): void {
    this.#wanted = undefined;
    this.#shown.value = undefined;
  }

  /** Lets go of all of them; what is still asked for is given up. */
  [Symbol.dispose](): void {
    this.leave();
    this.#closing.abort();
    for (const picture of this.#kept.values()) picture.close();
    this.#kept.clear();
  }

  /** Asks for what is wanted until that is known, whatever that is by then. */
  async #ask(): Promise<void> {
    const { signal } = this.#closing;
    this.#isAsking = true;
    try {
      while (this.#wanted !== undefined && this.#wanted !== this.#missing && !this.#kept.has(this.#wanted)) {
        const wanted = this.#wanted;
        await (this.#options.rest ?? rest)();
        if (this.#wanted !== wanted) continue;
        const version = this.#version;
        const picture = await this.#options.ask(wanted, { signal });
        if (signal.aborted) return picture?.close();
        if (picture !== undefined) this.#keep(wanted, picture);
        else if (version === this.#version) this.#missing = wanted;
        if (this.#wanted === wanted) this.#shown.value = picture && { picture, isRight: true };
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isAsking = false;
    }
  }

  #use(step: number): Picture | undefined {
    const picture = this.#kept.get(step);
    if (picture === undefined) return undefined;
    this.#kept.delete(step);
    this.#kept.set(step, picture);
    return picture;
  }

  #keep(step: number, picture: Picture): void {
    this.#kept.set(step, picture);
    const [oldest] = this.#kept;
    if (this.#kept.size <= MAX_FRAMES || oldest === undefined) return;
    this.#kept.delete(oldest[0]);
    oldest[1].close();
  }
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, REST_MS));
}
