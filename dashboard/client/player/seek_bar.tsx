/**
 * The bar that shows where a film is, what of it is here and what is being fetched, and moves the playhead: a slider for
 * the keyboard and for screen readers, a bar to point at for everybody else.
 *
 * @module
 */
import type { JSX } from "preact";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { PieceBar } from "../components/piece_canvas.tsx";
import { formatClock, speakClock } from "./clock_words.ts";

/** What it shows and moves. */
export interface SeekBarProps {
  readonly time: ReadonlySignal<number>;
  readonly duration: number;
  /** What is here, one character a piece as in `PieceBar`; absent when it is not known. */
  readonly pieces: string | undefined;
  readonly onSeek: (seconds: number) => void;
}

/**
 * The bar.
 *
 * @param props see {@link SeekBarProps}
 */
export function SeekBar({ time, duration, pieces, onSeek }: SeekBarProps): JSX.Element {
  const pointed = useSignal<number | undefined>(undefined);
  const bar = (event: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    pointed.value = width === 0 ? undefined : Math.min(1, Math.max(0, (event.clientX - left) / width));
  };
  const share = duration > 0 ? Math.min(1, time.value / duration) : 0;
  return (
    <div
      class="seek"
      style={{ "--share": String(share), "--pointed": String(pointed.value ?? 0) }}
      onPointerMove={bar}
      onPointerLeave={() => pointed.value = undefined}
    >
      <span class="seek-track">
        {pieces === undefined || pieces === "" ? null : <PieceBar pieces={pieces} />}
        <span class="seek-played" />
      </span>
      <input
        type="range"
        class="seek-input"
        aria-label="Position"
        aria-valuetext={`${speakClock(time.value)} of ${speakClock(duration)}`}
        data-testid="seek"
        min={0}
        max={Math.max(duration, 0.1)}
        step="any"
        value={time.value}
        disabled={duration <= 0}
        onInput={(event) => onSeek(Number(event.currentTarget.value))}
      />
      {pointed.value === undefined || duration <= 0
        ? null
        : <span class="seek-hint" aria-hidden="true">{formatClock(pointed.value * duration)}</span>}
    </div>
  );
}
