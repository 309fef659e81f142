/**
 * Gives the element of a player its film by the plan, and another when the plan changes; says why it stopped, and tries
 * again when the server is back.
 *
 * @module
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { MediaDescription } from "../../../shared/media_description.ts";
import { streamPath } from "../api.ts";
import { type StreamProblem, streamProblem } from "./stream_problem.ts";
import { startPlaying } from "./video_deck.ts";
import { giveVideo, type PlayablePlan, type VideoSource } from "./video_source.ts";

/** Why a film stopped. */
export interface PlayerProblem {
  readonly text: string;
  /** Tries again; absent where that is in vain. */
  readonly retry?: () => void;
}

/** What is given. */
export interface VideoSourceQuestion {
  readonly infoHash: string;
  readonly index: number;
  readonly description: MediaDescription;
  readonly plan: PlayablePlan;
  readonly startSeconds: number;
  /** Grows when the server is back after it was away: a broken stream is tried again. */
  readonly connectionVersion: number;
  /** The browser could not play what it said it can; true when another plan follows. */
  readonly onFormatProblem: () => boolean;
}

/**
 * Gives the element its film, and plays it.
 *
 * @param video the element
 * @param props see {@link VideoSourceQuestion}
 * @returns why it stopped
 */
export function useVideoSource(
  video: RefObject<HTMLVideoElement | null>,
  props: VideoSourceQuestion,
): ReadonlySignal<PlayerProblem | undefined> {
  const { infoHash, index, plan, description } = props;
  const problem = useSignal<PlayerProblem | undefined>(undefined);
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

function problemOf({ text, canRetry }: StreamProblem, retry: () => void): PlayerProblem {
  return canRetry ? { text, retry } : { text };
}
