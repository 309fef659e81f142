/**
 * What this computer is called by the others.
 *
 * @module
 */
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { checkDisplayName } from "../../../shared/display_name.ts";
import { changeSettings } from "../api.ts";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";
import { FormProblem } from "./form_problem.tsx";

/** The name now. */
export interface NameFormProps {
  readonly name: string | undefined;
}

/**
 * The form: told at once, kept; an empty name is none.
 *
 * @param props see {@link NameFormProps}
 */
export function NameForm({ name }: NameFormProps): JSX.Element {
  const { notices } = useShell();
  const input = useRef<HTMLInputElement>(null);
  const problem = useSignal<string | undefined>(undefined);
  const problemId = useId();
  const save = async (event: Event) => {
    event.preventDefault();
    const checked = checkDisplayName(input.current?.value ?? "");
    problem.value = checked.type === "refused" ? checked.reason : undefined;
    if (checked.type === "refused") return input.current?.focus();
    if (!await notices.attempt(() => changeSettings({ name: checked.name }))) return;
    notices.say(checked.name === "" ? "This computer has no name now." : `The others see “${checked.name}” now.`);
  };
  return (
    <form class="line-form" onSubmit={save}>
      <label>
        <span>What the others call this computer</span>
        <input
          ref={input}
          type="text"
          placeholder="Anna's laptop"
          autocomplete="off"
          data-testid="name-field"
          aria-invalid={problem.value !== undefined}
          aria-describedby={problem.value === undefined ? undefined : problemId}
          // Set anew only when another name arrives: what is being typed stays.
          key={name}
          defaultValue={name ?? ""}
        />
      </label>
      <ActionButton label="Save" isSubmit testId="name-save" />
      <FormProblem id={problemId} text={problem.value} />
    </form>
  );
}
