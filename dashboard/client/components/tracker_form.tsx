/**
 * Joining a community by the address of its tracker.
 *
 * @module
 */
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { changeSettings } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";
import { FormProblem } from "./form_problem.tsx";

/** What stands in the form. */
export interface TrackerFormProps {
  /** One that was typed before, to be corrected. */
  readonly address?: string;
}

/**
 * The form; what is wrong with an address is said beside it.
 *
 * @param props see {@link TrackerFormProps}
 */
export function TrackerForm({ address: given }: TrackerFormProps): JSX.Element {
  const { notices } = useShell();
  const problem = useSignal<string | undefined>(undefined);
  const problemId = useId();
  const address = useRef<HTMLInputElement>(null);
  const key = useRef<HTMLInputElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const text = address.current?.value.trim() ?? "";
    if (text === "") return address.current?.focus();
    problem.value = undefined;
    try {
      await changeSettings({ tracker: { address: text, ...keyIn(key.current) } });
      notices.say(`This computer belongs to the community of ${text} now.`);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.value = error.message;
      address.current?.focus();
    }
  };
  return (
    <form class="line-form" onSubmit={submit}>
      <label>
        <span>Address of the tracker</span>
        <input
          ref={address}
          type="text"
          placeholder="media.home"
          autocomplete="off"
          spellcheck={false}
          defaultValue={given}
          aria-invalid={problem.value !== undefined}
          aria-describedby={problem.value === undefined ? undefined : problemId}
          data-testid="tracker-field"
        />
      </label>
      <label>
        <span>Key, if it asks for one</span>
        <input ref={key} type="password" autocomplete="off" data-testid="tracker-key" />
      </label>
      <ActionButton label="Join" isSubmit testId="tracker-join" />
      <FormProblem id={problemId} text={problem.value} />
    </form>
  );
}

/** The key that was typed, if any. */
export function keyIn(input: HTMLInputElement | null): { readonly key?: string } {
  const key = input?.value.trim() ?? "";
  return key === "" ? {} : { key };
}
