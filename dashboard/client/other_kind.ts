/**
 * Films are not shown among songs: rows that were found in one mode are forgotten when the other is chosen.
 *
 * @module
 */
import { effect, type ReadonlySignal } from "@preact/signals";
import type { PeerMode } from "../../shared/media_kind.ts";

/** Where the mode is known, once anything is. */
export interface KnowsMode {
  /** `undefined` until the first live update. */
  readonly status: ReadonlySignal<{ readonly mode?: PeerMode } | undefined>;
}

/** The rows that are shown. */
export interface ForgetfulRows {
  /** What is shown is not true any more. */
  forget(): void;
}

/**
 * Makes rows forget when the mode is another.
 *
 * @param store where the mode is known
 * @param rows what is shown of it
 */
export function forgetOtherKind(store: KnowsMode, rows: ForgetfulRows): void {
  let known: string | undefined;
  effect(() => {
    const status = store.status.value;
    if (status === undefined) return;
    const mode = status.mode ?? "none";
    if (known !== undefined && known !== mode) rows.forget();
    known = mode;
  });
}
