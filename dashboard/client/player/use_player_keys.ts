/**
 * Listens to the keyboard for a player: on the whole page, for there is nothing else to steer there.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { commandOf, type PlayerCommand } from "./player_keys.ts";

/**
 * Calls with what each key asks for.
 *
 * @param obey does it; the latest one is called
 */
export function usePlayerKeys(obey: (command: PlayerCommand) => void): void {
  const latest = useRef(obey);
  latest.current = obey;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (command === undefined || event.defaultPrevented || isForAnother(event)) return;
      event.preventDefault();
      latest.current(command);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether the key belongs to what has the focus: text that is written, a slider, a button that the space bar presses. */
function isForAnother({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, [role=menu]") !== null) return true;
  if (target instanceof HTMLInputElement && target.type === "range") {
    return key.startsWith("Arrow") && !target.classList.contains("seek-input");
  }
  if (target.matches("input, textarea, select") || target.isContentEditable) return true;
  return key === " " && target.closest("button, a, summary") !== null;
}
