/**
 * Adding a folder: its path typed, or chosen.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { addShare } from "../api.ts";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";
import { FolderChooser } from "./folder_chooser.tsx";

/** What the form is for. */
export interface ShareFormProps {
  /** The words of its label. */
  readonly label: string;
  /** The words of its button; default: "Share it". */
  readonly action?: string;
}

/**
 * The form.
 *
 * @param props see {@link ShareFormProps}
 */
export function ShareForm({ label, action = "Share it" }: ShareFormProps): JSX.Element {
  const { notices } = useShell();
  const input = useRef<HTMLInputElement>(null);
  const isChoosing = useSignal(false);
  const add = async (path: string) => {
    await addShare(path);
    notices.say(`“${path}” is shared from now on.`);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const path = input.current?.value.trim() ?? "";
    if (path === "") return input.current?.focus();
    const isAdded = await notices.attempt(() => add(path));
    if (isAdded && input.current !== null) input.current.value = "";
  };
  return (
    <form class="line-form" onSubmit={submit}>
      <label>
        <span>{label}</span>
        <input
          ref={input}
          type="text"
          placeholder="/home/you/Videos"
          autocomplete="off"
          spellcheck={false}
          data-testid="share-path"
        />
      </label>
      <ActionButton label={action} icon="plus" weight="main" isSubmit testId="share-add" />
      <ActionButton
        label="Choose…"
        icon="folder"
        testId="share-choose"
        onAct={() => {
          isChoosing.value = true;
        }}
      />
      {isChoosing.value
        ? (
          <FolderChooser
            chooseLabel="Share this folder"
            onChoose={add}
            onClose={() => isChoosing.value = false}
          />
        )
        : null}
    </form>
  );
}
