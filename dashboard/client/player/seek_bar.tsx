/**
 * The bar that shows where a film is, what of it is here and what is being fetched, and moves the playhead: a slider for
 * the keyboard and for screen readers, a bar to point at for everybody else. Whoever points at it sees the moment, and
 * its picture where that is here.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { PieceBar } from "../components/piece_canvas.tsx";
import { speakClock } from "./clock_words.ts";
import type { SeekFrames } from "./seek_frames.ts";
import { SeekPreview } from "./seek_preview.tsx";

/** What it shows and moves. */
export interface SeekBarProps {
  readonly time: ReadonlySignal<number>;
  readonly duration: number;
  /** What is here, one character a piece as in `PieceBar`; absent when it is not known. */
  readonly pieces: string | undefined;
  readonly onSeek: (seconds: number) => void;
  /** Pictures of what is pointed at; absent for music. */
  readonly frames?: SeekFrames<ImageBitmap>;
}

/**
 * The bar.
 *
 * @param props see {@link SeekBarProps}
 */
export function SeekBar({ time, duration, pieces, onSeek, frames }: SeekBarProps): JSX.Element {
  const pointed = useSignal<number | undefined>(undefined);
  const isByKeyboard = useSignal(false);
  useEffect(() => frames?.lookAgain(), [pieces]);
  useEffect(() => () => frames?.leave(), [frames]);
  const point = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    pointed.value = width === 0 ? undefined : Math.min(1, Math.max(0, (event.clientX - left) / width));
    if (pointed.value !== undefined) frames?.look(pointed.value * duration, duration);
  };
  const leave = () => {
    pointed.value = undefined;
    frames?.leave();
  };
  const share = duration > 0 ? Math.min(1, time.value / duration) : 0;
  const shown = pointed.value ?? (isByKeyboard.value ? share : undefined);
  return (
    <div
      class="seek"
      style={{ "--share": String(share), "--pointed": String(shown ?? 0) }}
      onPointerDown={point}
      onPointerMove={point}
      onPointerLeave={leave}
      onPointerCancel={leave}
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
        onFocus={(event) => isByKeyboard.value = event.currentTarget.matches(":focus-visible")}
        onBlur={() => isByKeyboard.value = false}
        onInput={(event) => onSeek(Number(event.currentTarget.value))}
      />
      {shown === undefined || duration <= 0 ? null : (
        <SeekPreview
          seconds={shown * duration}
          frame={pointed.value === undefined ? undefined : frames?.shown.value}
        />
      )}
    </div>
  );
}
