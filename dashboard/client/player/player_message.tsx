/**
 * What a player says over its picture: what it waits for, or why it does not play and what does.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../components/icons.tsx";

/**
 * What it waits for.
 *
 * @param props the sentence
 */
export function PlayerWaiting({ text }: { readonly text: string }): JSX.Element {
  return (
    <p class="stage-waiting" data-testid="player-waiting" role="status">
      <span class="spinner" />
      {text}
    </p>
  );
}

/** Why it does not play. */
export interface PlayerRefusalProps {
  readonly text: string;
  /** The playlist for another player. */
  readonly playlist: string;
  /** More that can be done. */
  readonly children?: ComponentChildren;
}

/**
 * Why it does not play, and another player in one click.
 *
 * @param props see {@link PlayerRefusalProps}
 */
export function PlayerRefusal({ text, playlist, children }: PlayerRefusalProps): JSX.Element {
  return (
    <div class="stage-failed" role="alert" data-testid="player-error">
      <Icon name="alert" />
      <p>{text}</p>
      <p class="row">
        <a class="button button-main" href={playlist} data-testid="player-vlc">
          <Icon name="external" />
          <span>Open in VLC or mpv</span>
        </a>
        {children}
      </p>
      <p class="stage-failed-hint">It plays there while it is still on its way here, too.</p>
    </div>
  );
}
