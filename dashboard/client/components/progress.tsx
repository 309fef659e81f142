/**
 * How much of a file is here, as a ring or as a bar.
 *
 * @module
 */
import type { JSX } from "preact";
import { percentDone } from "../../../shared/format.ts";

/** How much of what. */
export interface ProgressProps {
  readonly done: number;
  readonly total: number;
  /** What it is the progress of. */
  readonly label: string;
  /** `busy` while bytes arrive, `still` when it waits, `wrong` when it needs attention. */
  readonly tone?: "busy" | "still" | "wrong" | "complete";
}

/** The ring's radius in its own units; its circumference is the full dash. */
const RADIUS = 9;
const CIRCUMFERENCE = 2 * Math.PI * RADIUS;

/**
 * A ring as high as a button.
 *
 * @param props see {@link ProgressProps}
 */
export function ProgressRing({ done, total, label, tone = "busy" }: ProgressProps): JSX.Element {
  const percent = percentDone(done, total);
  return (
    <svg class={`ring ring-${tone}`} viewBox="0 0 24 24" role="img" aria-label={`${label}: ${percent} %`}>
      <circle class="ring-track" cx="12" cy="12" r={RADIUS} />
      <circle
        class="ring-done"
        cx="12"
        cy="12"
        r={RADIUS}
        stroke-dasharray={`${(percent / 100) * CIRCUMFERENCE} ${CIRCUMFERENCE}`}
      />
    </svg>
  );
}

/**
 * A bar as wide as its place.
 *
 * @param props see {@link ProgressProps}
 */
export function ProgressBar({ done, total, label, tone = "busy" }: ProgressProps): JSX.Element {
  return <progress class={`bar bar-${tone}`} max="100" value={percentDone(done, total)} aria-label={label} />;
}
