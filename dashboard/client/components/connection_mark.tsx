/**
 * Whether what is on the screen is what is so: a mark in the bar, and a line under it when the connection is lost.
 *
 * @module
 */
import type { JSX } from "preact";
import type { ConnectionState } from "../event_stream.ts";
import { Banner, StatePanel } from "./state_panel.tsx";

/** The state of the live updates. */
export interface ConnectionProps {
  readonly connection: ConnectionState;
}

const words: Readonly<Record<ConnectionState, string>> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
};

/**
 * The mark in the bar.
 *
 * @param props see {@link ConnectionProps}
 */
export function ConnectionMark({ connection }: ConnectionProps): JSX.Element {
  return (
    <span
      class={`connection connection-${connection}`}
      role="status"
      data-testid="connection"
      title={words[connection]}
    >
      <span class="connection-dot" />
      <span class="connection-words">{words[connection]}</span>
    </span>
  );
}

/**
 * The line under the bar; nothing while all is well.
 *
 * @param props see {@link ConnectionProps}
 */
export function ConnectionBanner({ connection }: ConnectionProps): JSX.Element | null {
  if (connection !== "reconnecting") return null;
  return (
    <Banner icon="offline" testId="offline">
      Playswarm does not answer; what you see may be out of date. If you stopped it, start it again: this page comes
      back by itself.
    </Banner>
  );
}

/** What stands where a page would be when the program has never answered since the page was opened. */
export function NoAnswer(): JSX.Element {
  return (
    <StatePanel icon="offline" title="Playswarm does not answer" testId="offline" isPage>
      <p>If you stopped it, start it again: this page comes back by itself.</p>
    </StatePanel>
  );
}
