/**
 * The buttons that steer the music.
 *
 * @module
 */
import type { JSX } from "preact";
import { Icon, type IconName } from "../components/icons.tsx";
import { usePeer } from "../shell_context.ts";

/** How many buttons. */
export interface TransportProps {
  /** Whether shuffle and repeat are there too. */
  readonly isFull: boolean;
}

const repeatWords = { off: "Repeat: off", all: "Repeat: all", one: "Repeat: this song" } as const;

/**
 * The buttons.
 *
 * @param props see {@link TransportProps}
 */
export function Transport({ isFull }: TransportProps): JSX.Element {
  const { music } = usePeer();
  const { repeat, unshuffled } = music.queue.value;
  const isWanted = music.isWanted.value;
  return (
    <div class={isFull ? "transport transport-full" : "transport"}>
      {isFull
        ? (
          <Toggle
            label="Shuffle"
            icon="shuffle"
            isOn={unshuffled !== undefined}
            testId="music-shuffle"
            onAct={() => music.toggleShuffle()}
          />
        )
        : null}
      <Button label="Previous" icon="previous" testId="music-previous" onAct={() => void music.previous()} />
      <Button
        label={isWanted ? "Pause" : "Play"}
        icon={isWanted ? "pause" : "play"}
        testId="music-toggle"
        isMain
        onAct={() => void music.toggle()}
      />
      <Button label="Next" icon="next" testId="music-next" onAct={() => void music.next()} />
      {isFull
        ? (
          <Toggle
            label={repeatWords[repeat]}
            icon="repeat"
            isOn={repeat !== "off"}
            mark={repeat === "one" ? "1" : undefined}
            testId="music-repeat"
            onAct={() => music.toggleRepeat()}
          />
        )
        : null}
    </div>
  );
}

interface ButtonProps {
  readonly label: string;
  readonly icon: IconName;
  readonly testId: string;
  readonly isMain?: boolean;
  readonly onAct: () => void;
}

function Button({ label, icon, testId, isMain = false, onAct }: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={isMain ? "bare control control-main" : "bare control"}
      aria-label={label}
      title={label}
      data-testid={testId}
      onClick={onAct}
    >
      <Icon name={icon} isFilled={icon !== "pause"} />
    </button>
  );
}

function Toggle(
  { label, icon, isOn, mark, testId, onAct }: ButtonProps & {
    readonly isOn: boolean;
    readonly mark?: string | undefined;
  },
): JSX.Element {
  return (
    <button
      type="button"
      class="bare control control-toggle"
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      data-testid={testId}
      onClick={onAct}
    >
      <Icon name={icon} />
      {mark === undefined ? null : <small aria-hidden="true">{mark}</small>}
    </button>
  );
}
