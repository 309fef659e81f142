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
import { streamPath } from "../api.ts";
import { ActionButton } from "../components/action_button.tsx";
import { Icon } from "../components/icons.tsx";
import { formatClock } from "./clock_words.ts";
import { frameAt } from "./frame_at.ts";
import { takePictureOf } from "./frame_picture.ts";
import { KeyHelp } from "./key_help.tsx";
import { tellMediaSession } from "./media_session.ts";
import { Playback } from "./playback.ts";
import { PlayerRefusal, PlayerWaiting } from "./player_message.tsx";
import { remembered } from "./remembered.ts";
import { SeekFrames } from "./seek_frames.ts";
import { type StreamProblem, streamProblem } from "./stream_problem.ts";
import { showTrack } from "./subtitle_files.ts";
import { type NextFile, UpNext } from "./up_next.tsx";
import { usePlayerKeys } from "./use_player_keys.ts";
import { useSubtitles } from "./use_subtitles.ts";
import { VideoControls } from "./video_controls.tsx";
import { startPlaying, VideoDeck } from "./video_deck.ts";
import { giveVideo, type PlayablePlan, type VideoSource } from "./video_source.ts";

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
  readonly next: NextFile | undefined;
  /** The tracks of sound that this browser can play. */
  readonly audioTracks: readonly MediaTrack[];
  /** The track of sound that plays. */
  readonly audioTrack: number | undefined;
  /** Takes another; absent where the film cannot be given with it. */
  readonly onAudioTrack: ((number: number) => void) | undefined;
  /** The browser could not play what it said it can; true when another plan follows. */
  readonly onFormatProblem: () => boolean;
}

/** The controls go away after this while a film plays and nothing moves. */
const IDLE_MS = 3_000;
/** How long it says that it went on where the film was left. */
const RESUMED_SHOWN_MS = 8_000;
/** How often the place is remembered: a crash costs at most this. */
const REMEMBER_SECONDS = 5;

/**
 * The player of one file. Key it by the file.
 *
 * @param props see {@link VideoPlayerProps}
 */
export function VideoPlayer(props: VideoPlayerProps): JSX.Element {
  const { infoHash, index, title, description, next } = props;
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
  const problem = useSource(video, { ...props, startSeconds });
  useRemembering(video, `${infoHash}/${index}`);
  useFramePicture(video, { infoHash, index, isWanted: description.picture === undefined });
  const chosen = subtitles.chosen.value;
  useEffect(() => video.current === null ? undefined : showTrack(video.current, chosen), [chosen, subtitles.all.value]);
  usePlayerKeys((command) =>
    deck.obey(command, {
      toggleSubtitles: () => subtitles.toggle(),
      next: next?.open,
      toggleHelp: () => isHelpShown.value = !isHelpShown.value,
    })
  );
  useEffect(() => {
    tellMediaSession({ title, picture: description.picture }, {
      play: () => deck.togglePlay(),
      pause: () => deck.togglePlay(),
      next: next?.open,
      seekTo: (seconds) => deck.seek(seconds),
      skip: (seconds) => deck.skip(seconds),
    });
    return () => tellMediaSession(undefined, undefined);
  }, [title]);
  const isPaused = playback.isPaused.value;
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
      {problem.value === undefined && playback.isWaiting.value && !hasEnded.value
        ? <PlayerWaiting text={props.waiting} />
        : null}
      {problem.value === undefined && isPaused && !hasEnded.value && !playback.isWaiting.value
        ? (
          <button
            type="button"
            class="bare stage-play"
            tabIndex={-1}
            aria-hidden="true"
            onClick={() => deck.togglePlay()}
          >
            <Icon name="play" isFilled />
          </button>
        )
        : null}
      {startSeconds > 0 ? <Resumed seconds={startSeconds} onRestart={() => deck.seek(0)} /> : null}
      {hasEnded.value && next !== undefined ? <UpNext next={next} onStay={() => hasEnded.value = false} /> : null}
      {problem.value === undefined ? null : <Failure problem={problem} playlist={props.playlist} />}
      <VideoControls
        {...{ deck, playback, description, subtitles, frames }}
        pieces={props.pieces}
        audioTracks={props.audioTracks}
        audioTrack={props.audioTrack}
        onAudioTrack={props.onAudioTrack}
        onNext={next?.open}
        onHelp={() => isHelpShown.value = true}
      />
      {isHelpShown.value ? <KeyHelp onClose={() => isHelpShown.value = false} /> : null}
    </div>
  );
}

interface Problem {
  readonly text: string;
  /** Tries again; absent where that is in vain. */
  readonly retry?: () => void;
}

/** Gives the element its film by the plan, and another when the plan changes; says why it stopped. */
function useSource(
  video: RefObject<HTMLVideoElement | null>,
  props: VideoPlayerProps & { readonly startSeconds: number },
): Signal<Problem | undefined> {
  const { infoHash, index, plan, description } = props;
  const problem = useSignal<Problem | undefined>(undefined);
  const source = useRef<VideoSource | undefined>(undefined);
  const lastTime = useRef(props.startSeconds);
  const retry = () => {
    problem.value = undefined;
    source.current?.retry();
  };
  useEffect(() => {
    const media = video.current;
    if (media === null) return;
    problem.value = undefined;
    const ending = new AbortController();
    const onError = async () => {
      const code = media.error?.code;
      if (code === undefined) return;
      const found = await streamProblem(code, {
        source: streamPath(infoHash, index),
        contentType: description.contentType,
      });
      if (ending.signal.aborted || (found.isFormat && props.onFormatProblem())) return;
      problem.value = problemOf(found, retry);
    };
    media.addEventListener("error", onError, { signal: ending.signal });
    media.addEventListener("timeupdate", () => lastTime.current = media.currentTime, { signal: ending.signal });
    const given = giveVideo(media, {
      ...{ infoHash, index, plan, durationSeconds: description.durationSeconds, startSeconds: lastTime.current },
      onProblem: () => problem.value = { text: "The stream was interrupted.", retry },
    });
    source.current = given;
    startPlaying(media);
    return () => {
      ending.abort();
      given[Symbol.dispose]();
    };
  }, [plan.type, plan.type === "remux" ? plan.audioTrack : undefined]);
  useEffect(() => {
    if (problem.peek()?.retry !== undefined) retry();
  }, [props.connectionVersion]);
  return problem;
}

function problemOf({ text, canRetry }: StreamProblem, retry: () => void): Problem {
  return canRetry ? { text, retry } : { text };
}

interface FailureProps {
  readonly problem: Signal<Problem | undefined>;
  readonly playlist: string;
}

function Failure({ problem, playlist }: FailureProps): JSX.Element | null {
  if (problem.value === undefined) return null;
  const { text, retry } = problem.value;
  return (
    <PlayerRefusal text={text} playlist={playlist}>
      {retry === undefined ? null : <ActionButton label="Try again" icon="refresh" onAct={retry} />}
    </PlayerRefusal>
  );
}

/** For a while: that the film did not begin at its beginning. */
function Resumed(
  { seconds, onRestart }: { readonly seconds: number; readonly onRestart: () => void },
): JSX.Element | null {
  const isShown = useSignal(true);
  useEffect(() => {
    const timer = setTimeout(() => isShown.value = false, RESUMED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown.value) return null;
  const restart = () => {
    isShown.value = false;
    onRestart();
  };
  return (
    <p class="stage-resumed" role="status" data-testid="player-resumed">
      <span>Goes on at {formatClock(seconds)}</span>
      <button type="button" class="bare" onClick={restart}>From the beginning</button>
    </p>
  );
}

/** Remembers where the film is, and how loud. */
function useRemembering(video: RefObject<HTMLVideoElement | null>, key: string): void {
  useEffect(() => {
    const media = video.current;
    if (media === null) return;
    const ending = new AbortController();
    const { signal } = ending;
    let at = media.currentTime;
    const save = () => {
      const { currentTime: seconds, duration } = media;
      // Nothing is told of a film of which nothing is known yet.
      if (!(duration > 0)) return;
      at = seconds;
      remembered.setPosition(key, { seconds, duration });
    };
    const volume = remembered.get("volume");
    if (typeof volume === "number" && volume >= 0 && volume <= 1) media.volume = volume;
    media.addEventListener("volumechange", () => remembered.set("volume", media.volume), { signal });
    media.addEventListener("timeupdate", () => {
      if (Math.abs(media.currentTime - at) >= REMEMBER_SECONDS) save();
    }, { signal });
    for (const type of ["pause", "seeked", "ended"]) media.addEventListener(type, save, { signal });
    globalThis.addEventListener("pagehide", save, { signal });
    return () => ending.abort();
  }, []);
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

/** The pictures of the bar, for as long as the player lives. */
function useFrames(file: { readonly infoHash: string; readonly index: number }): SeekFrames<ImageBitmap> {
  const [frames] = useState(() =>
    new SeekFrames<ImageBitmap>({ ask: (seconds, { signal }) => frameAt(file, { seconds, signal }) })
  );
  useEffect(() => () => frames[Symbol.dispose](), []);
  return frames;
}

/** Whether nothing has moved over the stage for a while. */
function useIdle(stage: RefObject<HTMLElement | null>): Signal<boolean> {
  const isIdle = useSignal(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = () => {
      isIdle.value = false;
      clearTimeout(timer);
      timer = setTimeout(() => isIdle.value = true, IDLE_MS);
    };
    const ending = new AbortController();
    const { signal } = ending;
    for (const type of ["pointermove", "pointerdown", "focusin"]) {
      stage.current?.addEventListener(type, wake, { signal });
    }
    document.addEventListener("keydown", wake, { signal });
    wake();
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, []);
  return isIdle;
}
