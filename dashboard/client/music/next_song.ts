/**
 * The song that comes next, loaded into a second `<audio>` while the one before still plays, so that nothing is heard
 * between them.
 *
 * @module
 */
import type { SongView } from "../../../shared/media_description.ts";
import { isSameSong } from "./play_queue.ts";

/** What it needs. */
export interface NextSongOptions {
  /** Makes the element, once. */
  readonly element: () => HTMLAudioElement;
  /** Makes sure that a song can be streamed; false when it cannot, or the signal ended the waiting. */
  readonly prepare: (song: SongView, signal: AbortSignal) => Promise<boolean>;
  readonly source: (song: SongView) => string;
}

/** The element that does not play now. */
export class NextSong {
  readonly #options: NextSongOptions;
  #element: HTMLAudioElement | undefined;
  #song: SongView | undefined;
  #preparing = new AbortController();

  /** Has no element and no song yet. */
  constructor(options: NextSongOptions) {
    this.#options = options;
  }

  /** Loads a song, if it is not the one that is there. */
  async prepare(song: SongView): Promise<void> {
    if (isSameSong(this.#song, song)) return;
    this.forget();
    this.#song = song;
    const element = this.#element ??= this.#options.element();
    if (!await this.#options.prepare(song, this.#preparing.signal)) return;
    element.preload = "auto";
    element.src = this.#options.source(song);
    element.load();
  }

  /** Lets go of what was loaded, unless it is this song. */
  forget(except?: SongView): void {
    if (except !== undefined && isSameSong(this.#song, except)) return;
    this.#preparing.abort();
    this.#preparing = new AbortController();
    this.#song = undefined;
    this.#element?.pause();
    this.#element?.removeAttribute("src");
    this.#element?.load();
  }

  /** Gives the element if it can play this song at once; another takes its place. */
  exchange(other: HTMLAudioElement, song: SongView | undefined): HTMLAudioElement | undefined {
    const element = this.#element;
    const isReady = isSameSong(this.#song, song) && element !== undefined &&
      element.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    if (!isReady) return undefined;
    this.#element = other;
    this.#song = undefined;
    return element;
  }

  /** How loud it will be, 0 to 1. */
  setVolume(volume: number): void {
    if (this.#element !== undefined) this.#element.volume = volume;
  }
}
