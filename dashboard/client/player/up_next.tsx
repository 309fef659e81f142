/**
 * After a film: the next file of its folder, which begins by itself unless the person stays.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { ActionButton } from "../components/action_button.tsx";
import type { OtherFile } from "./neighbours.ts";

/** Seconds to say no. */
const COUNTDOWN_SECONDS = 6;

/**
 * The next file and the seconds until it begins.
 *
 * @param props the file, and what staying does
 */
export function UpNext({ next, onStay }: { readonly next: OtherFile; readonly onStay: () => void }): JSX.Element {
  const left = useSignal(COUNTDOWN_SECONDS);
  useEffect(() => {
    const timer = setInterval(() => {
      left.value--;
      if (left.value <= 0) next.open();
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="up-next" data-testid="up-next">
      <p>
        Next: <bdi>{next.title}</bdi>
      </p>
      <p class="row">
        <ActionButton label={`Play now (${left.value})`} icon="play" weight="main" onAct={next.open} />
        <ActionButton label="Stay here" onAct={onStay} />
      </p>
    </div>
  );
}
