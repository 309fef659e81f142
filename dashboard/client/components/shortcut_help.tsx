/**
 * The keys that work on every page: a list that the question mark opens. A player has keys of its own, and a list of them.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Signal, signal } from "@preact/signals";
import { isTyping } from "../is_typing.ts";
import { useShell } from "../shell_context.ts";
import { KeyList } from "./key_list.tsx";
import { Modal } from "./modal.tsx";

/** Whether the list is open; a button may open it. */
export const isShortcutHelpOpen: Signal<boolean> = signal(false);

const keys: readonly (readonly [keys: string, meaning: string])[] = [
  ["/", "to the search"],
  ["↓", "from the search to what it found"],
  ["← → ↑ ↓", "from one to the next"],
  ["Enter", "play, open"],
  ["Tab", "to the next thing that can be used"],
  ["Esc", "close a dialog"],
  ["?", "this list; at a player: its own keys"],
];

/** Listens for the question mark, and shows the list. */
export function ShortcutHelp(): JSX.Element | null {
  const { router } = useShell();
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key !== "?" || event.defaultPrevented || isTyping(event.target)) return;
      if (router.route.peek().type === "play" || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      isShortcutHelpOpen.value = true;
    };
    document.addEventListener("keydown", open);
    return () => document.removeEventListener("keydown", open);
  }, []);
  if (!isShortcutHelpOpen.value) return null;
  return (
    <Modal title="Keys" buttons={null} onClose={() => isShortcutHelpOpen.value = false}>
      <KeyList keys={keys} testId="shortcut-help" />
    </Modal>
  );
}
