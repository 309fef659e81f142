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
