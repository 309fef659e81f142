/**
 * Speed limits, typed in megabytes a second, as rates are shown; an empty field is no limit.
 *
 * @module
 */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";

const BYTES_PER_MEGABYTE = 1_000_000;

/** Limits in bytes a second, and what stands for none. */
export interface Limits<Absent> {
  readonly downloadRate: number | Absent;
  readonly uploadRate: number | Absent;
}

/** Which limits there are, and what sets them. */
export interface RateFormProps {
  readonly limits: Partial<Limits<undefined>>;
  readonly onSave: (limits: Limits<null>) => Promise<void>;
  /** Said once it is done. */
  readonly doneWords: string;
}

/**
 * The form.
 *
 * @param props see {@link RateFormProps}
 */
export function RateForm({ limits, onSave, doneWords }: RateFormProps): JSX.Element {
  const { notices } = useShell();
  const down = useRef<HTMLInputElement>(null);
  const up = useRef<HTMLInputElement>(null);
  const save = async (event: Event) => {
    event.preventDefault();
    const typed = { downloadRate: rateOf(down.current), uploadRate: rateOf(up.current) };
    if (await notices.attempt(() => onSave(typed))) notices.say(doneWords);
  };
  return (
    <form class="line-form" onSubmit={save}>
      <LimitField field={down} label="Down, MB/s" testId="limit-down" rate={limits.downloadRate} />
      <LimitField field={up} label="Up, MB/s" testId="limit-up" rate={limits.uploadRate} />
      <ActionButton label="Save" isSubmit testId="limits-save" />
    </form>
  );
}

interface LimitFieldProps {
  readonly field: { current: HTMLInputElement | null };
  readonly label: string;
  readonly testId: string;
  readonly rate: number | undefined;
}

function LimitField({ field, label, testId, rate }: LimitFieldProps): JSX.Element {
  return (
    <label>
      <span>{label}</span>
      <input
        ref={field}
        type="number"
        min="0.01"
        step="any"
        inputmode="decimal"
        placeholder="unlimited"
        data-testid={testId}
        // Set anew only when another value arrives: what is being typed stays.
        key={rate}
        defaultValue={rate === undefined ? "" : String(rate / BYTES_PER_MEGABYTE)}
      />
    </label>
  );
}

function rateOf(input: HTMLInputElement | null): number | null {
  const megabytes = input?.valueAsNumber ?? Number.NaN;
  return Number.isNaN(megabytes) ? null : Math.round(megabytes * BYTES_PER_MEGABYTE);
}
