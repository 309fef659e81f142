/**
 * One of a few, as buttons side by side.
 *
 * @module
 */
import type { JSX } from "preact";

/** The choices. */
export interface ChoiceGroupProps<Value extends string> {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value | undefined;
  readonly onChoose: (value: Value) => void;
}

/**
 * A group of radio buttons.
 *
 * @param props see {@link ChoiceGroupProps}
 */
export function ChoiceGroup<Value extends string>(props: ChoiceGroupProps<Value>): JSX.Element {
  return (
    <fieldset class="choices">
      <legend>{props.legend}</legend>
      {props.choices.map(({ value, label }) => (
        <label key={value}>
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={value === props.value}
            data-testid={`${props.name}-${value}`}
            onChange={() => props.onChoose(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
