/**
 * Whether a player is only looked at, so that its controls may go away.
 *
 * @module
 */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";

/** The controls go away after this while a film plays and nothing moves. */
const IDLE_MS = 3_000;

/**
 * Whether nothing has moved over the stage for a while.
 *
 * @param stage what the player stands on
 */
export function useIdle(stage: RefObject<HTMLElement | null>): ReadonlySignal<boolean> {
  const isIdle = useSignal(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = () => {
      isIdle.value = false;
      clearTimeout(timer);
      timer = setTimeout(() => isIdle.value = true, IDLE_MS);
    };
    const ending = new AbortController();
    const { signal } = ending;
    for (const type of ["pointermove", "pointerdown", "focusin"]) {
      stage.current?.addEventListener(type, wake, { signal });
    }
    document.addEventListener("keydown", wake, { signal });
    wake();
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, []);
  return isIdle;
}
