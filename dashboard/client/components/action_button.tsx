/**
 * A button that does something on the server: busy while it lasts, never pressed twice, and a problem is said.
 *
 * @module
 */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useShell } from "../shell_context.ts";
import { Icon, type IconName } from "./icons.tsx";

/** What a button says and does. */
export interface ActionButtonProps {
  /** The words; read out but not shown when `isIconOnly`. */
  readonly label: string;
  readonly icon?: IconName;
  readonly isIconOnly?: boolean;
  /** How much it stands out: `main` once a page. */
  readonly weight?: "main" | "plain" | "quiet" | "danger";
  readonly testId?: string;
  readonly isDisabled?: boolean;
  /** Submits its form instead of being clicked. */
  readonly isSubmit?: boolean;
  /** What it does; an ApiProblem is shown to the user. */
  readonly onAct?: () => Promise<void> | void;
}

/**
 * A button.
 *
 * @param props see {@link ActionButtonProps}
 */
export function ActionButton(props: ActionButtonProps): JSX.Element {
  const { notices } = useShell();
  const isBusy = useSignal(false);
  const act = async () => {
    if (isBusy.value || props.onAct === undefined) return;
    isBusy.value = true;
    await notices.attempt(async () => await props.onAct?.());
    isBusy.value = false;
  };
  const isIconOnly = props.isIconOnly === true;
  return (
    <button
      type={props.isSubmit === true ? "submit" : "button"}
      class={`button button-${props.weight ?? "plain"}${isIconOnly ? " button-icon" : ""}`}
      aria-label={isIconOnly ? props.label : undefined}
      title={isIconOnly ? props.label : undefined}
      aria-busy={isBusy.value}
      disabled={props.isDisabled}
      data-testid={props.testId}
      onClick={act}
    >
      {props.icon === undefined ? null : <Icon name={props.icon} />}
      {isIconOnly ? null : <span>{props.label}</span>}
    </button>
  );
}
