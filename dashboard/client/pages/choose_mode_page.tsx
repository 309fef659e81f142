/**
 * The first question of a new peer: music or videos.
 *
 * @module
 */
import type { JSX } from "preact";
import type { PeerMode } from "../../../shared/media_kind.ts";
import { changeSettings } from "../api.ts";
import { Icon, Mark } from "../components/icons.tsx";
import { useShell } from "../shell_context.ts";

/** The question; the page goes on by itself when the answer has arrived. */
export function ChooseModePage(): JSX.Element {
  return (
    <section class="welcome">
      <Mark />
      <h1>What is this for?</h1>
      <p>Playswarm shows and shares one kind of media. You can change it later in the settings.</p>
      <div class="welcome-choices">
        <Choice mode="video" title="Videos" text="Films, series, lectures, recordings" />
        <Choice mode="audio" title="Music" text="Songs, albums, podcasts, audio books" />
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly mode: PeerMode;
  readonly title: string;
  readonly text: string;
}

function Choice({ mode, title, text }: ChoiceProps): JSX.Element {
  const { notices } = useShell();
  const choose = () => notices.attempt(() => changeSettings({ mode }));
  return (
    <button type="button" class="welcome-choice" data-testid={`mode-${mode}`} onClick={choose}>
      <Icon name={mode === "video" ? "film" : "music"} />
      <strong>{title}</strong>
      <span>{text}</span>
    </button>
  );
}
