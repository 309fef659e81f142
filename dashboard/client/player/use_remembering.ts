/**
 * Remembers where a film is, and how loud, while it plays.
 *
 * @module
 */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { remembered } from "./remembered.ts";

/** How often the place is remembered: a crash costs at most this. */
const REMEMBER_SECONDS = 5;

/**
 * Remembers it, and sets how loud it was last.
 *
 * @param video the film
 * @param key by which its place is found again
 */
export function useRemembering(video: RefObject<HTMLVideoElement | null>, key: string): void {
  useEffect(() => {
    const media = video.current;
    if (media === null) return;
    const ending = new AbortController();
    const { signal } = ending;
    let at = media.currentTime;
    const save = () => {
      const { currentTime: seconds, duration } = media;
      // Nothing is told of a film of which nothing is known yet.
      if (!(duration > 0)) return;
      at = seconds;
      remembered.setPosition(key, { seconds, duration });
    };
    const volume = remembered.get("volume");
    if (typeof volume === "number" && volume >= 0 && volume <= 1) media.volume = volume;
    media.addEventListener("volumechange", () => remembered.set("volume", media.volume), { signal });
    media.addEventListener("timeupdate", () => {
      if (Math.abs(media.currentTime - at) >= REMEMBER_SECONDS) save();
    }, { signal });
    for (const type of ["pause", "seeked", "ended"]) media.addEventListener(type, save, { signal });
    globalThis.addEventListener("pagehide", save, { signal });
    return () => ending.abort();
  }, []);
}
