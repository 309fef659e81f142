/**
 * A picture for a file that has none: cells of a honeycomb, their colour and pattern taken from its info-hash, so that
 * it is always the same and no two look alike.
 *
 * @module
 */
import type { JSX } from "preact";
import { hueOf } from "../../../shared/format.ts";

/** Whose picture. */
export interface ArtProps {
  readonly infoHash: string;
}

/** Cells of the comb: seven across and four down fill 16:9 and leave enough for a square. */
const COLUMNS = 7;
const ROWS = 4;
/** Half the width of a cell, in units of the 160 by 90 picture. */
const CELL = 14;

/**
 * The picture of a file.
 *
 * @param props see {@link ArtProps}
 */
export function Art({ infoHash }: ArtProps): JSX.Element {
  const cells = [];
  for (let index = 0; index < COLUMNS * ROWS; index++) {
    const strength = Number.parseInt(infoHash.charAt(6 + index) || "0", 16);
    if (strength > 5) cells.push(<path key={index} d={cellPath(index)} opacity={(strength - 5) / 16} />);
  }
  return (
    <svg
      class="art"
      viewBox="0 0 160 90"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      style={{ "--hue": String(hueOf(infoHash)) }}
    >
      {cells}
    </svg>
  );
}

function cellPath(index: number): string {
  const row = Math.floor(index / COLUMNS);
  const left = (index % COLUMNS) * CELL * 2 - 16 + (row % 2) * CELL;
  const top = row * CELL * 1.75 - 8;
  const half = CELL - 1;
  return `M${left + half} ${top}l${half} ${half / 1.7}v${half * 1.15}l${-half} ${half / 1.7}l${-half} ${-half / 1.7}v${
    -half * 1.15
  }z`;
}
