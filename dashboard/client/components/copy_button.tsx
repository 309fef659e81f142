/**
 * A button that copies a text, and says that it has.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { copyText } from "../clipboard.ts";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";

/** What is copied. */
export interface CopyButtonProps {
  readonly label: string;
  readonly text: string;
  /** What it is, as the beginning of a sentence: "The address". */
  readonly what: string;
  readonly testId: string;
}

/** Long enough to be seen, short enough that the next press is understood. */
const SAID_MS = 2500;

/**
 * The button.
 *
 * @param props see {@link CopyButtonProps}
 */
export function CopyButton({ label, text, what, testId }: CopyButtonProps): JSX.Element {
  const { notices } = useShell();
  const isSaid = useSignal(false);
  const copy = async () => {
    if (!await copyText(text)) {
      notices.complain(`${what} could not be copied: the browser does not allow it. Select it and copy it by hand.`);
      return;
    }
    notices.say(`${what} is on the clipboard.`);
    isSaid.value = true;
    setTimeout(() => isSaid.value = false, SAID_MS);
  };
  return (
    <ActionButton
      label={isSaid.value ? "Copied" : label}
      icon={isSaid.value ? "check" : "copy"}
      testId={testId}
      onAct={copy}
    />
  );
}
