/**
 * Keys and what they do, as a list to look at.
 *
 * @module
 */
import type { JSX } from "preact";

/** What is listed: the keys, and what they do. */
export interface KeyListProps {
  readonly keys: readonly (readonly [keys: string, meaning: string])[];
  readonly testId: string;
}

/**
 * The list.
 *
 * @param props see {@link KeyListProps}
 */
export function KeyList({ keys, testId }: KeyListProps): JSX.Element {
  return (
    <dl class="key-help" data-testid={testId}>
      {keys.map(([names, meaning]) => (
        <div key={names}>
          <dt>
            <kbd>{names}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
