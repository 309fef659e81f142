/**
 * The player: the browser's own `<video>` or `<audio>` over a file that may not be all here. It says honestly what it
 * waits for, says in words when the browser cannot play the file, and goes on where it was after the stream broke.
 *
 * @module
 */
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { MediaKind } from "../../../shared/media_kind.ts";
import type { Playback } from "../player/playback.ts";
import { streamProblem } from "../player/stream_problem.ts";
import { useMediaSession } from "../player/use_media_session.ts";
import { startPlaying } from "../player/video_deck.ts";
import { ActionButton } from "./action_button.tsx";
import { Art } from "./art.tsx";
import { Icon } from "./icons.tsx";

/** What is played. */
export interface MediaPlayerProps {
  readonly source: string;
  /** Whose picture stands above the controls of a piece of music. */
  readonly infoHash: string;
  readonly kind: MediaKind;
  readonly title: string;
  readonly contentType: string;
  /** What is said while it waits. */
  readonly waiting: string;
  /** The playlist for another player. */
  readonly playlist: string;
  /** Grows when the server is back after it was away: a broken stream is tried again. */
  readonly connectionVersion: number;
  /** Follows what it does. */
  readonly playback: Playback;
}

type Phase =
  | { readonly type: "waiting" }
  | { readonly type: "playing" }
  | { readonly type: "failed"; readonly text: string; readonly canRetry: boolean };

/**
 * The player of one file. Key it by its source.
 *
 * @param props see {@link MediaPlayerProps}
 */
export function MediaPlayer(props: MediaPlayerProps): JSX.Element {
  const element = useRef<HTMLVideoElement & HTMLAudioElement>(null);
  const phase = useSignal<Phase>({ type: "waiting" });
  useStopAtEnd(element);
  const { playback, title } = props;
  useEffect(() => element.current === null ? undefined : playback.follow(element.current), []);
  useMediaSession({
    playback,
    playing: { title },
    isHeard: !playback.isPaused.value,
    actions: {
      play: () => element.current === null ? undefined : void startPlaying(element.current),
      pause: () => element.current?.pause(),
      seekTo: (seconds) => seek(element.current, seconds),
      skip: (seconds) => seek(element.current, playback.time.peek() + seconds),
    },
  });
  // The space bar and the arrow keys belong to what plays.
  useEffect(() => element.current?.focus({ preventScroll: true }), []);
  const retry = () => {
    phase.value = { type: "waiting" };
    if (element.current !== null) playAgain(element.current);
  };
  useEffect(() => {
    if (phase.peek().type === "failed") retry();
  }, [props.connectionVersion]);
  const fail = async () => {
    const code = element.current?.error?.code;
    if (code !== undefined) phase.value = { type: "failed", ...await streamProblem(code, props) };
  };
  const listeners = {
    onWaiting: () => phase.value = { type: "waiting" },
    onCanPlay: () => phase.value = { type: "playing" },
    onPlaying: () => phase.value = { type: "playing" },
    onSeeked: () => phase.value = { type: "playing" },
    onError: fail,
  };
  const shared = {
    ref: element,
    src: props.source,
    controls: true,
    autoPlay: true,
    "aria-label": props.title,
    "data-testid": "player",
    ...listeners,
  };
  return (
    <div class={`stage stage-${props.kind}`}>
      {props.kind === "audio" ? <Art infoHash={props.infoHash} /> : null}
      {props.kind === "audio" ? <audio {...shared} /> : <video {...shared} playsInline />}
      <Overlay phase={phase.value} waiting={props.waiting} playlist={props.playlist} onRetry={retry} />
    </div>
  );
}

interface OverlayProps {
  readonly phase: Phase;
  readonly waiting: string;
  readonly playlist: string;
  readonly onRetry: () => void;
}

function Overlay({ phase, waiting, playlist, onRetry }: OverlayProps): JSX.Element | null {
  if (phase.type === "playing") return null;
  if (phase.type === "waiting") {
    return (
      <p class="stage-waiting" data-testid="player-waiting">
        <span class="spinner" />
        {waiting}
      </p>
    );
  }
  return (
    <div class="stage-failed" role="alert" data-testid="player-error">
      <Icon name="alert" />
      <p>{phase.text}</p>
      <p class="row">
        {phase.canRetry ? <ActionButton label="Try again" icon="refresh" weight="main" onAct={onRetry} /> : null}
        <a class="button button-plain" href={playlist}>
          <Icon name="external" />
          <span>Open in VLC or mpv</span>
        </a>
      </p>
    </div>
  );
}

/** A media element that leaves the page still reads: without its source it withdraws the demand at once. */
function useStopAtEnd(element: RefObject<HTMLMediaElement | null>): void {
  useEffect(() => {
    const media = element.current;
    return () => {
      media?.pause();
      media?.removeAttribute("src");
      media?.load();
    };
  }, []);
}

function seek(media: HTMLMediaElement | null, seconds: number): void {
  if (media !== null && Number.isFinite(media.duration)) {
    media.currentTime = Math.min(Math.max(0, seconds), media.duration);
  }
}

function playAgain(media: HTMLMediaElement): void {
  const { currentTime } = media;
  media.addEventListener("loadedmetadata", () => media.currentTime = currentTime, { once: true });
  media.load();
}
