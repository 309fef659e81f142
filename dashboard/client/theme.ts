/**
 * Light or dark: what the system says, unless the user chose. The choice is kept in this browser and stands as
 * `data-theme` on the root element, where the style sheet looks for it.
 *
 * @module
 */
import { effect, type Signal, signal } from "@preact/signals";

/** What the user chose. */
export type ThemeChoice = "system" | "light" | "dark";

const STORAGE_KEY = "playswarm-theme";

/** All choices, the default first. */
const themeChoices: readonly ThemeChoice[] = ["system", "light", "dark"];

/** The present choice; setting it changes the page and is remembered. */
export const themeChoice: Signal<ThemeChoice> = signal<ThemeChoice>("system");

/** Grows whenever colours change, so that what is drawn on a canvas can be drawn again. */
export const coloursVersion: Signal<number> = signal(0);

/** Takes up the remembered choice and follows it from now on. Called once by each page. */
export function followTheme(): void {
  const remembered = localStorage.getItem(STORAGE_KEY);
  themeChoice.value = themeChoices.find((choice) => choice === remembered) ?? "system";
  effect(() => {
    const choice = themeChoice.value;
    localStorage.setItem(STORAGE_KEY, choice);
    if (choice === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    coloursVersion.value = coloursVersion.peek() + 1;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => coloursVersion.value++);
}

/**
 * A colour of the style sheet as a canvas takes it: resolved for where the element stands, and for light or dark.
 *
 * @param element where
 * @param property the custom property that has it, for instance `"--line"`
 */
export function colourOf(element: HTMLElement, property: string): string {
  // A custom property is text to the browser; as the colour of something it is a colour.
  const probe = document.createElement("span");
  probe.style.color = `var(${property})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
