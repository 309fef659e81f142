/**
 * Figures side by side, each with its name and a note.
 *
 * @module
 */
import type { JSX } from "preact";

/** One figure. */
export interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/**
 * Figures.
 *
 * @param props the figures, by name
 */
export function Tiles(
  { tiles, testId }: { readonly tiles: readonly TileProps[]; readonly testId?: string },
): JSX.Element {
  return (
    <dl class="tiles" data-testid={testId}>
      {tiles.map(({ name, value, note }) => (
        <div key={name} class="tile">
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}
