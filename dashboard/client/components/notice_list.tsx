/**
 * The notices at the foot of the window; they are read out as they come.
 *
 * @module
 */
import type { JSX } from "preact";
import { useShell } from "../shell_context.ts";
import { ActionButton } from "./action_button.tsx";
import { Icon } from "./icons.tsx";

/** The notices that are not dismissed yet. */
export function NoticeList(): JSX.Element {
  const { notices } = useShell();
  return (
    <div class="notices" role="log" aria-live="polite" aria-label="Messages">
      {notices.list.value.map((notice) => (
        <div key={notice.id} class={`notice notice-${notice.kind}`} data-testid={`notice-${notice.kind}`}>
          <Icon name={notice.kind === "problem" ? "alert" : "check"} />
          <p>{notice.text}</p>
          <ActionButton
            label="Dismiss"
            icon="close"
            isIconOnly
            weight="quiet"
            onAct={() =>
              notices.dismiss(notice.id)}
          />
        </div>
      ))}
    </div>
  );
}
