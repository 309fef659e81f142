/**
 * Joining a community by the address of its tracker.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { changeSettings } from "../api.ts";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";

/** The form. */
export function TrackerForm(): JSX.Element {
  const { notices } = useShell();
  const address = useRef<HTMLInputElement>(null);
  const key = useRef<HTMLInputElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const text = address.current?.value.trim() ?? "";
    if (text === "") return address.current?.focus();
    await notices.attempt(() => changeSettings({ tracker: { address: text, ...keyIn(key.current) } }));
  };
  return (
    <form class="line-form" onSubmit={submit}>
      <label>
        <span>Address of the tracker</span>
        <input ref={address} type="text" placeholder="media.home" autocomplete="off" data-testid="tracker-field" />
      </label>
      <label>
        <span>Key, if it asks for one</span>
        <input ref={key} type="password" autocomplete="off" data-testid="tracker-key" />
      </label>
      <ActionButton label="Join" isSubmit testId="tracker-join" />
    </form>
  );
}

/** The key that was typed, if any. */
export function keyIn(input: HTMLInputElement | null): { readonly key?: string } {
  const key = input?.value.trim() ?? "";
  return key === "" ? {} : { key };
}
