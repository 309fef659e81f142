/**
 * The first rows of a long list, and a button for more: a page with ten thousand rows would stand still.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useSignal } from "@preact/signals";
import { ActionButton } from "./action_button.tsx";

/** A long list and how to show a part of it. */
export interface ShowMoreProps<Item> {
  readonly items: readonly Item[];
  /** Rows shown at first, and added by each press. */
  readonly step: number;
  /** What is listed, in the plural. */
  readonly noun: string;
  readonly render: (shown: readonly Item[]) => ComponentChildren;
}

/**
 * A part of a list with a button for more.
 *
 * @param props see {@link ShowMoreProps}
 */
export function ShowMore<Item>({ items, step, noun, render }: ShowMoreProps<Item>): JSX.Element {
  const shownCount = useSignal(step);
  const hiddenCount = items.length - shownCount.value;
  return (
    <>
      {render(items.slice(0, shownCount.value))}
      {hiddenCount <= 0 ? null : (
        <ActionButton
          label={`Show more ${noun} (${hiddenCount.toLocaleString("en")} left)`}
          icon="down"
          onAct={() => {
            shownCount.value += step;
          }}
        />
      )}
    </>
  );
}
