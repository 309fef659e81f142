/**
 * Light, dark, or as the system.
 *
 * @module
 */
import type { JSX } from "preact";
import { themeChoice } from "../theme.ts";
import { ChoiceGroup } from "./choice_group.tsx";

/** The choice of colours; kept in this browser. */
export function ThemeChoiceGroup(): JSX.Element {
  return (
    <ChoiceGroup
      legend="Colours"
      name="theme"
      choices={[
        { value: "system", label: "As the system" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
      value={themeChoice.value}
      onChoose={(choice) => themeChoice.value = choice}
    />
  );
}
