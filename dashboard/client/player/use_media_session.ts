/**
 * Holds the media session for a player: what it plays and where that is, from its playback.
 *
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { type NowPlaying, type SessionActions, SessionHold } from "./media_session.ts";
import type { Playback } from "./playback.ts";

/** What is told. */
export interface MediaSessionOptions {
  readonly playback: Playback;
  /** Undefined while nothing was chosen. */
  readonly playing: NowPlaying | undefined;
  /** The latest ones are done. */
  readonly actions: SessionActions;
  /** Whether it is to be heard now: then it takes the session. */
  readonly isHeard: boolean;
}

/**
 * Holds it until the component goes.
 *
 * @param options see {@link MediaSessionOptions}
 */
export function useMediaSession({ playback, playing, actions, isHeard }: MediaSessionOptions): void {
  const [hold] = useState(() => new SessionHold());
  const latest = useRef(actions);
  latest.current = actions;
  const [hasNext, hasPrevious] = [actions.next !== undefined, actions.previous !== undefined];
  useEffect(() => {
    hold.show(playing, {
      play: () => latest.current.play(),
      pause: () => latest.current.pause(),
      seekTo: (seconds) => latest.current.seekTo(seconds),
      skip: (seconds) => latest.current.skip(seconds),
      next: hasNext ? () => latest.current.next?.() : undefined,
      previous: hasPrevious ? () => latest.current.previous?.() : undefined,
    });
  }, [playing?.title, playing?.artist, playing?.album, playing?.picture, hasNext, hasPrevious]);
  useEffect(() => isHeard ? hold.take() : undefined, [isHeard]);
  useSignalEffect(() => {
    const { isPaused, time, duration, rate } = playback;
    hold.move({ isPaused: isPaused.value, time: time.value, duration: duration.value, rate: rate.value });
  });
  useEffect(() => () => hold[Symbol.dispose](), []);
}
