/**
 * What the buttons and keys of a player do to its film.
 *
 * @module
 */
import type { RefObject } from "preact";
import { assertNever } from "../../../shared/assert_never.ts";
import type { PlayerCommand } from "./player_keys.ts";

/** How fast a film may be played. */
export const SPEEDS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** Commands that are no matter of the film alone. */
export interface OtherCommands {
  readonly toggleSubtitles: () => void;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
  readonly toggleHelp: () => void;
}

/** Steers one `<video>` and the stage it stands on. */
export class VideoDeck {
  readonly #video: RefObject<HTMLVideoElement | null>;
  readonly #stage: RefObject<HTMLElement | null>;

  /** Steers whatever the references hold when something is asked for. */
  constructor(
    on: { readonly video: RefObject<HTMLVideoElement | null>; readonly stage: RefObject<HTMLElement | null> },
  ) {
    this.#video = on.video;
    this.#stage = on.stage;
  }

  /** Does what a key asks for. */
  obey(command: PlayerCommand, others: OtherCommands): void {
    switch (command.type) {
      case "toggle-play":
        return this.togglePlay();
      case "toggle-full-screen":
        return void this.toggleFullScreen();
      case "toggle-mute":
        return this.toggleMute();
      case "toggle-subtitles":
        return others.toggleSubtitles();
      case "toggle-picture":
        return void this.togglePicture();
      case "next":
        return others.next?.();
      case "previous":
        return others.previous?.();
      case "help":
        return others.toggleHelp();
      case "skip":
        return this.skip(command.seconds);
      case "jump":
        return this.#with((video) => this.seek(video.duration * command.share));
      case "volume":
        return this.#with((video) => this.setVolume(video.volume + command.change));
      case "speed":
        return this.changeSpeed(command.step);
      default:
        return assertNever(command);
    }
  }

  /** Plays or pauses. */
  togglePlay(): void {
    this.#with((video) => video.paused ? this.play() : this.pause());
  }

  /** Plays, from the beginning when it was at its end. */
  play(): void {
    this.#with((video) => void startPlaying(video));
  }

  /** Pauses. */
  pause(): void {
    this.#with((video) => video.pause());
  }

  /** Moves by so many seconds. */
  skip(seconds: number): void {
    this.#with((video) => this.seek(video.currentTime + seconds));
  }

  /** Moves to a moment, kept inside the film. */
  seek(seconds: number): void {
    this.#with((video) => {
      if (!Number.isFinite(seconds) || !Number.isFinite(video.duration)) return;
      video.currentTime = Math.min(Math.max(0, seconds), video.duration);
    });
  }

  /** Sets how loud it is, 0 to 1; sound that was off is on then. */
  setVolume(volume: number): void {
    this.#with((video) => {
      video.volume = Math.min(1, Math.max(0, volume));
      video.muted = false;
    });
  }

  /** Switches the sound off or on. */
  toggleMute(): void {
    this.#with((video) => video.muted = !video.muted);
  }

  /** One step faster or slower. */
  changeSpeed(step: 1 | -1): void {
    this.#with((video) => {
      const faster = SPEEDS.find((speed) => speed > video.playbackRate);
      const slower = SPEEDS.findLast((speed) => speed < video.playbackRate);
      this.setSpeed((step > 0 ? faster : slower) ?? video.playbackRate);
    });
  }

  /** Sets how fast it plays. */
  setSpeed(speed: number): void {
    this.#with((video) => video.playbackRate = speed);
  }

  /** Fills the screen, or leaves it. */
  async toggleFullScreen(): Promise<void> {
    if (document.fullscreenElement !== null) await document.exitFullscreen();
    else await allowed(this.#stage.current?.requestFullscreen());
  }

  /** Shows the film in a small window of its own, or takes it back. */
  async togglePicture(): Promise<void> {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else if (document.pictureInPictureEnabled) await allowed(this.#video.current?.requestPictureInPicture());
  }

  #with(act: (video: HTMLVideoElement) => void): void {
    if (this.#video.current !== null) act(this.#video.current);
  }
}

/**
 * Plays, if the browser lets us without a click: it does once the person has touched the page.
 *
 * @param media what to play
 * @returns whether it plays
 */
export async function startPlaying(media: HTMLMediaElement): Promise<boolean> {
  try {
    await media.play();
    return true;
  } catch (error) {
    // NotAllowedError: a click is wanted first. AbortError: paused or given another source meanwhile. NotSupportedError:
    // the element's own error event says it too.
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** Waits for what a browser may refuse by its own rules, which is no error of ours. */
async function allowed(asked: Promise<unknown> | undefined): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
  }
}
