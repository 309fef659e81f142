/**
 * The controls of the video player: the bar to seek, and the buttons and menus below it.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { MediaDescription, MediaTrack } from "../../../shared/media_description.ts";
import { Icon, type IconName } from "../components/icons.tsx";
import { useShell } from "../shell_context.ts";
import { formatClock } from "./clock_words.ts";
import type { OtherFile } from "./neighbours.ts";
import type { Playback } from "./playback.ts";
import { type MenuChoice, PlayerMenu } from "./player_menu.tsx";
import { SeekBar } from "./seek_bar.tsx";
import type { SeekFrames } from "./seek_frames.ts";
import { subtitleOfFile } from "./subtitle_files.ts";
import type { Subtitles } from "./use_subtitles.ts";
import { SPEEDS, type VideoDeck } from "./video_deck.ts";

/** What they steer. */
export interface VideoControlsProps {
  readonly deck: VideoDeck;
  readonly playback: Playback;
  readonly description: MediaDescription;
  readonly pieces: string | undefined;
  /** Pictures of the moments that are pointed at. */
  readonly frames: SeekFrames<ImageBitmap>;
  readonly subtitles: Subtitles;
  /** The tracks of sound that this browser can play. */
  readonly audioTracks: readonly MediaTrack[];
  /** The track of sound that plays. */
  readonly audioTrack: number | undefined;
  /** Takes another track of sound; absent where the film cannot be given with it. */
  readonly onAudioTrack: ((number: number) => void) | undefined;
  readonly next: OtherFile | undefined;
  readonly onHelp: () => void;
}

/**
 * The controls.
 *
 * @param props see {@link VideoControlsProps}
 */
export function VideoControls(props: VideoControlsProps): JSX.Element {
  const { deck, playback, description, pieces, frames, next } = props;
  const duration = playback.duration.value || description.durationSeconds || 0;
  const isPaused = playback.isPaused.value;
  const isFullScreen = useFullScreen();
  return (
    <div class="controls" data-testid="player-controls">
      <SeekBar {...{ duration, pieces, frames }} time={playback.time} onSeek={(seconds) => deck.seek(seconds)} />
      <div class="controls-row">
        <Control
          label={isPaused ? "Play" : "Pause"}
          icon={isPaused ? "play" : "pause"}
          testId="player-toggle"
          onAct={() => deck.togglePlay()}
        />
        {next === undefined
          ? null
          : <Control label={`Next: ${next.title}`} icon="next" testId="player-next" onAct={next.open} />}
        <Volume deck={deck} playback={playback} />
        <span class="controls-time" data-testid="player-time">
          {formatClock(playback.time.value)} <span>/ {formatClock(duration)}</span>
        </span>
        <span class="controls-space" />
        <SubtitleMenu subtitles={props.subtitles} />
        <AudioMenu {...props} />
        <PlayerMenu
          label="Speed"
          text={playback.rate.value === 1 ? "1×" : `${playback.rate.value}×`}
          testId="player-speed"
          choices={SPEEDS.map((speed) => ({
            label: speed === 1 ? "Normal" : `${speed}×`,
            isChosen: playback.rate.value === speed,
            onChoose: () => deck.setSpeed(speed),
          }))}
        />
        <Control label="Keys" icon="keyboard" testId="player-help" isExtra onAct={props.onHelp} />
        {document.pictureInPictureEnabled
          ? (
            <Control
              label="Picture in picture"
              icon="picture"
              testId="player-picture"
              isExtra
              onAct={() => void deck.togglePicture()}
            />
          )
          : null}
        <Control
          label={isFullScreen.value ? "Leave full screen" : "Full screen"}
          icon={isFullScreen.value ? "small-screen" : "full-screen"}
          testId="player-full-screen"
          onAct={() => void deck.toggleFullScreen()}
        />
      </div>
    </div>
  );
}

/** Whether something of the page fills the screen. */
function useFullScreen(): ReadonlySignal<boolean> {
  const isFull = useSignal(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => isFull.value = document.fullscreenElement !== null;
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return isFull;
}

interface ControlProps {
  readonly label: string;
  readonly icon: IconName;
  readonly testId?: string;
  /** One that goes first where there is little room: it has a key too. */
  readonly isExtra?: boolean;
  readonly onAct: () => void;
}

function Control({ label, icon, testId, isExtra = false, onAct }: ControlProps): JSX.Element {
  return (
    <button
      type="button"
      class={isExtra ? "bare control control-extra" : "bare control"}
      aria-label={label}
      title={label}
      data-testid={testId}
      onClick={onAct}
    >
      <Icon name={icon} isFilled={icon === "play"} />
    </button>
  );
}

function Volume({ deck, playback }: Pick<VideoControlsProps, "deck" | "playback">): JSX.Element {
  const isSilent = playback.isMuted.value || playback.volume.value === 0;
  return (
    <span class="volume">
      <Control
        label={isSilent ? "Sound on" : "Sound off"}
        icon={isSilent ? "muted" : "sound"}
        testId="player-mute"
        onAct={() => deck.toggleMute()}
      />
      <input
        type="range"
        class="volume-input"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.05}
        value={isSilent ? 0 : playback.volume.value}
        onInput={(event) => deck.setVolume(Number(event.currentTarget.value))}
      />
    </span>
  );
}

function SubtitleMenu({ subtitles }: { readonly subtitles: Subtitles }): JSX.Element {
  const { notices } = useShell();
  const input = useRef<HTMLInputElement>(null);
  const chosen = subtitles.chosen.value;
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const taken = await subtitleOfFile(file);
    if (typeof taken === "string") notices.complain(taken);
    else subtitles.add(taken);
  };
  const off: MenuChoice = { label: "Off", isChosen: chosen === undefined, onChoose: () => subtitles.choose(undefined) };
  const choices = subtitles.all.value.map(({ url, label }): MenuChoice => ({
    label,
    isChosen: chosen === url,
    onChoose: () => subtitles.choose(url),
  }));
  return (
    <>
      <PlayerMenu label="Subtitles" icon="subtitles" testId="player-subtitles" choices={[off, ...choices]}>
        <button
          type="button"
          class="bare"
          role="menuitem"
          data-testid="choose-subtitles"
          onClick={() => input.current?.click()}
        >
          <span class="player-menu-mark">
            <Icon name="file" />
          </span>
          <span>Choose a file…</span>
        </button>
      </PlayerMenu>
      <input
        ref={input}
        type="file"
        accept=".srt,.vtt,text/vtt,application/x-subrip"
        aria-label="Subtitle file"
        data-testid="subtitle-file"
        hidden
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function AudioMenu({ audioTracks, audioTrack, onAudioTrack }: VideoControlsProps): JSX.Element | null {
  if (audioTracks.length < 2 || onAudioTrack === undefined) return null;
  return (
    <PlayerMenu
      label="Sound"
      icon="voices"
      testId="player-audio"
      choices={audioTracks.map((track) => ({
        label: trackWords(track),
        isChosen: track.number === audioTrack,
        onChoose: () => onAudioTrack(track.number),
      }))}
    />
  );
}

const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

function trackWords({ number, name, language, codec, channelCount }: MediaTrack): string {
  const called = name ?? (language === undefined ? `Track ${number}` : languageNames.of(language) ?? language);
  const width = channelCount === 6 ? ", 5.1" : channelCount === 1 ? ", mono" : "";
  return `${called} (${codec}${width})`;
}
