/**
 * For a while after the start: that the film did not begin at its beginning, and the way there.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { formatClock } from "./clock_words.ts";

/** How long it is shown. */
const SHOWN_MS = 8_000;

/** Where the film went on. */
export interface ResumedNoteProps {
  readonly seconds: number;
  readonly onRestart: () => void;
}

/**
 * The note.
 *
 * @param props see {@link ResumedNoteProps}
 */
export function ResumedNote({ seconds, onRestart }: ResumedNoteProps): JSX.Element | null {
  const isShown = useSignal(true);
  useEffect(() => {
    const timer = setTimeout(() => isShown.value = false, SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown.value) return null;
  const restart = () => {
    isShown.value = false;
    onRestart();
  };
  return (
    <p class="stage-resumed" role="status" data-testid="player-resumed">
      <span>Goes on at {formatClock(seconds)}</span>
      <button type="button" class="bare" onClick={restart}>From the beginning</button>
    </p>
  );
}
