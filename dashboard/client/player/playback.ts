/**
 * What a media element does now, as signals that components read.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** The state of one media element at a time. */
export class Playback {
  readonly #time = signal(0);
  readonly #duration = signal(0);
  readonly #isPaused = signal(true);
  readonly #isWaiting = signal(true);
  readonly #volume = signal(1);
  readonly #isMuted = signal(false);
  readonly #rate = signal(1);

  /** Where the playhead is, in seconds. */
  readonly time: ReadonlySignal<number> = this.#time;
  /** The length in seconds; 0 until it is known. */
  readonly duration: ReadonlySignal<number> = this.#duration;
  readonly isPaused: ReadonlySignal<boolean> = this.#isPaused;
  /** Whether it would play and has nothing to. */
  readonly isWaiting: ReadonlySignal<boolean> = this.#isWaiting;
  /** 0 to 1. */
  readonly volume: ReadonlySignal<number> = this.#volume;
  readonly isMuted: ReadonlySignal<boolean> = this.#isMuted;
  /** How fast, 1 is the film's own speed. */
  readonly rate: ReadonlySignal<number> = this.#rate;

  /**
   * Follows an element.
   *
   * @param media the element
   * @returns ends the following
   */
  follow(media: HTMLMediaElement): () => void {
    const ending = new AbortController();
    const on = (types: string, listener: () => void) => {
      for (const type of types.split(" ")) media.addEventListener(type, listener, { signal: ending.signal });
    };
    on("timeupdate seeking seeked", () => this.#time.value = media.currentTime);
    on("durationchange loadedmetadata", () => this.#duration.value = finite(media.duration));
    on("play pause ended", () => this.#isPaused.value = media.paused);
    on("waiting loadstart stalled seeking", () => this.#isWaiting.value = isHungry(media));
    on("canplay playing seeked timeupdate", () => this.#isWaiting.value = isHungry(media));
    on("volumechange", () => this.#listen(media));
    on("ratechange", () => this.#rate.value = media.playbackRate);
    // What it told before anybody followed.
    this.#time.value = media.currentTime;
    this.#duration.value = finite(media.duration);
    this.#isPaused.value = media.paused;
    this.#isWaiting.value = isHungry(media);
    this.#rate.value = media.playbackRate;
    this.#listen(media);
    return () => ending.abort();
  }

  #listen(media: HTMLMediaElement): void {
    this.#volume.value = media.volume;
    this.#isMuted.value = media.muted;
  }
}

function isHungry(media: HTMLMediaElement): boolean {
  return media.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !media.ended;
}

function finite(seconds: number): number {
  return Number.isFinite(seconds) ? seconds : 0;
}
