/**
 * The video player: the browser's own `<video>` under our controls, by keyboard and pointer. It says what it waits for
 * and why it stops, shows subtitles, goes on where the film was left, and takes a picture of the film for its card.
 *
 * @module
 */
import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";
import type { MediaDescription, MediaTrack } from "../../../shared/media_description.ts";
import { ActionButton } from "../components/action_button.tsx";
import { Icon } from "../components/icons.tsx";
import { usePeer } from "../shell_context.ts";
import { frameAt } from "./frame_at.ts";
import { takePictureOf } from "./frame_picture.ts";
import { KeyHelp } from "./key_help.tsx";
import type { Neighbours, OtherFile } from "./neighbours.ts";
import { Playback } from "./playback.ts";
import { PlayerRefusal, PlayerWaiting } from "./player_message.tsx";
import { remembered } from "./remembered.ts";
import { ResumedNote } from "./resumed_note.tsx";
import { SeekFrames } from "./seek_frames.ts";
import { showTrack } from "./subtitle_files.ts";
import { UpNext } from "./up_next.tsx";
import { useIdle } from "./use_idle.ts";
import { useMediaSession } from "./use_media_session.ts";
import { usePlayerKeys } from "./use_player_keys.ts";
import { useRemembering } from "./use_remembering.ts";
import { useSubtitles } from "./use_subtitles.ts";
import { type PlayerProblem, useVideoSource } from "./use_video_source.ts";
import { VideoControls } from "./video_controls.tsx";
import { VideoDeck } from "./video_deck.ts";
import type { PlayablePlan } from "./video_source.ts";

/** What is played. */
export interface VideoPlayerProps {
  readonly infoHash: string;
  readonly index: number;
  readonly title: string;
  readonly description: MediaDescription;
  readonly plan: PlayablePlan;
  /** What is said while it waits. */
  readonly waiting: string;
  /** What is here, one character a piece. */
  readonly pieces: string | undefined;
  readonly playlist: string;
  /** Grows when the server is back after it was away: a broken stream is tried again. */
  readonly connectionVersion: number;
  /** What comes before and after it. */
  readonly neighbours: Neighbours;
  /** The tracks of sound that this browser can play. */
  readonly audioTracks: readonly MediaTrack[];
  /** The track of sound that plays. */
  readonly audioTrack: number | undefined;
  /** Takes another; absent where the film cannot be given with it. */
  readonly onAudioTrack: ((number: number) => void) | undefined;
  /** The browser could not play what it said it can; true when another plan follows. */
  readonly onFormatProblem: () => boolean;
}

/**
 * The player of one file. Key it by the file.
 *
 * @param props see {@link VideoPlayerProps}
 */
export function VideoPlayer(props: VideoPlayerProps): JSX.Element {
  const { infoHash, index, title, description, neighbours: { next, previous } } = props;
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [playback] = useState(() => new Playback());
  const [deck] = useState(() => new VideoDeck({ stage, video }));
  const [startSeconds] = useState(() => remembered.position(`${infoHash}/${index}`) ?? 0);
  const frames = useFrames({ infoHash, index });
  const hasEnded = useSignal(false);
  const isHelpShown = useSignal(false);
  const isIdle = useIdle(stage);
  const subtitles = useSubtitles(description.subtitles);
  useEffect(() => video.current === null ? undefined : playback.follow(video.current), []);
  const problem = useVideoSource(video, { ...props, startSeconds });
  useRemembering(video, `${infoHash}/${index}`);
  useFramePicture(video, { infoHash, index, isWanted: description.picture === undefined });
  const chosen = subtitles.chosen.value;
  useEffect(() => video.current === null ? undefined : showTrack(video.current, chosen), [chosen, subtitles.all.value]);
  usePlayerKeys((command) =>
    deck.obey(command, {
      toggleSubtitles: () => subtitles.toggle(),
      next: next?.open,
      previous: previous?.open,
      toggleHelp: () => isHelpShown.value = !isHelpShown.value,
    })
  );
  const isPaused = playback.isPaused.value;
  useMediaSession({
    playback,
    playing: { title, picture: description.picture },
    isHeard: !isPaused,
    actions: {
      play: () => deck.play(),
      pause: () => deck.pause(),
      next: next?.open,
      previous: previous?.open,
      seekTo: (seconds) => deck.seek(seconds),
      skip: (seconds) => deck.skip(seconds),
    },
  });
  useOneSound(deck, !isPaused);
  const isAtRest = isPaused || hasEnded.value || problem.value !== undefined;
  return (
    <div
      ref={stage}
      class={`stage stage-video${isIdle.value && !isAtRest ? " stage-idle" : ""}`}
      data-plan={props.plan.type}
    >
      <video
        ref={video}
        autoplay
        playsInline
        aria-label={title}
        data-testid="player"
        onClick={() => deck.togglePlay()}
        onDblClick={() => void deck.toggleFullScreen()}
        onEnded={() => hasEnded.value = true}
        onPlay={() => hasEnded.value = false}
        onSeeking={() => hasEnded.value = false}
      >
        {subtitles.all.value.map(({ url, label, language }) => (
          <track key={url} kind="subtitles" src={url} label={label} srclang={language ?? "und"} />
        ))}
      </video>
      <Overlay
        {...{ playback, next }}
        problem={problem.value}
        waiting={props.waiting}
        playlist={props.playlist}
        hasEnded={hasEnded}
        onPlay={() => deck.togglePlay()}
      />
      {startSeconds > 0 ? <ResumedNote seconds={startSeconds} onRestart={() => deck.seek(0)} /> : null}
      <VideoControls
        {...{ deck, playback, description, subtitles, frames }}
        pieces={props.pieces}
        audioTracks={props.audioTracks}
        audioTrack={props.audioTrack}
        onAudioTrack={props.onAudioTrack}
        next={next}
        onHelp={() => isHelpShown.value = true}
      />
      {isHelpShown.value ? <KeyHelp onClose={() => isHelpShown.value = false} /> : null}
    </div>
  );
}

interface OverlayProps {
  readonly playback: Playback;
  readonly problem: PlayerProblem | undefined;
  readonly waiting: string;
  readonly playlist: string;
  readonly hasEnded: Signal<boolean>;
  readonly next: OtherFile | undefined;
  readonly onPlay: () => void;
}

/** What lies over the picture while it does not move: one thing at a time. */
function Overlay(props: OverlayProps): JSX.Element | null {
  const { playback, problem, hasEnded, next } = props;
  if (problem !== undefined) return <Failure problem={problem} playlist={props.playlist} />;
  if (hasEnded.value && next !== undefined) return <UpNext next={next} onStay={() => hasEnded.value = false} />;
  if (playback.isWaiting.value && !hasEnded.value) return <PlayerWaiting text={props.waiting} />;
  return playback.isPaused.value ? <StagePlay hasEnded={hasEnded.value} onPlay={props.onPlay} /> : null;
}

interface FailureProps {
  readonly problem: PlayerProblem;
  readonly playlist: string;
}

function Failure({ problem: { text, retry }, playlist }: FailureProps): JSX.Element {
  return (
    <PlayerRefusal text={text} playlist={playlist}>
      {retry === undefined ? null : <ActionButton label="Try again" icon="refresh" onAct={retry} />}
    </PlayerRefusal>
  );
}

function useFramePicture(
  video: RefObject<HTMLVideoElement | null>,
  options: { readonly infoHash: string; readonly index: number; readonly isWanted: boolean },
): void {
  useEffect(() => {
    if (video.current === null || !options.isWanted) return;
    const ending = new AbortController();
    takePictureOf(video.current, { ...options, signal: ending.signal });
    return () => ending.abort();
  }, []);
}

/** The large button in the middle; the one of the controls is the same for the keyboard. */
function StagePlay({ hasEnded, onPlay }: { readonly hasEnded: boolean; readonly onPlay: () => void }): JSX.Element {
  return (
    <button type="button" class="bare stage-play" tabIndex={-1} aria-hidden="true" onClick={onPlay}>
      <Icon name={hasEnded ? "refresh" : "play"} isFilled={!hasEnded} />
    </button>
  );
}

/** One thing is heard at a time: the film or the music, whichever was begun last. */
function useOneSound(deck: VideoDeck, isPlaying: boolean): void {
  const { music } = usePeer();
  const isMusicWanted = music.isWanted.value;
  // A film that was opened is to play, though it does not yet.
  useEffect(() => music.pause(), []);
  useEffect(() => isPlaying ? music.pause() : undefined, [isPlaying]);
  useEffect(() => music.isWanted.peek() ? deck.pause() : undefined, [isMusicWanted]);
}

/** The pictures of the bar, for as long as the player lives. */
function useFrames(file: { readonly infoHash: string; readonly index: number }): SeekFrames<ImageBitmap> {
  const [frames] = useState(() =>
    new SeekFrames<ImageBitmap>({ ask: (seconds, { signal }) => frameAt(file, { seconds, signal }) })
  );
  useEffect(() => () => frames[Symbol.dispose](), []);
  return frames;
}
