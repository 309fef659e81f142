/**
 * Gives a `<video>` its film by a plan, from where it was left, and takes it away when the player goes: an element that
 * keeps its source keeps reading.
 *
 * @module
 */
import { remuxPath, streamPath } from "../api.ts";
import type { Plan } from "./playability.ts";
import { RemuxFeed } from "./remux_feed.ts";

/** A plan by which something plays. */
export type PlayablePlan = Exclude<Plan, { type: "impossible" }>;

/** What is played and from where. */
export interface VideoSourceOptions {
  readonly infoHash: string;
  readonly index: number;
  readonly plan: PlayablePlan;
  readonly durationSeconds: number | undefined;
  readonly startSeconds: number;
  /** The film does not come any more. */
  readonly onProblem: (error: Error) => void;
}

/** A source while it is given. */
export interface VideoSource extends Disposable {
  /** Tries again from where the film is. */
  retry(): void;
}

/**
 * Gives a film.
 *
 * @param video the element that plays it; it begins by itself
 * @param options what is played
 * @returns dispose it before the element is given another film
 */
export function giveVideo(video: HTMLVideoElement, options: VideoSourceOptions): VideoSource {
  const { plan, startSeconds } = options;
  if (plan.type === "direct") return giveDirectly(video, options);
  const feed = new RemuxFeed(video, {
    contentType: plan.contentType,
    durationSeconds: options.durationSeconds,
    urlFrom: (fromSeconds) =>
      remuxPath(options, {
        fromSeconds,
        audioTrack: plan.audioTrack,
        isWebm: plan.contentType.startsWith("video/webm"),
      }),
    startSeconds,
    onProblem: options.onProblem,
  });
  return {
    retry: () => feed.retry(),
    [Symbol.dispose]: () => {
      feed.close();
      takeAway(video);
    },
  };
}

function giveDirectly(video: HTMLVideoElement, { infoHash, index, startSeconds }: VideoSourceOptions): VideoSource {
  const startAt = (seconds: number) => {
    if (seconds <= 0) return;
    video.addEventListener("loadedmetadata", () => video.currentTime = seconds, { once: true });
  };
  startAt(startSeconds);
  video.src = streamPath(infoHash, index);
  return {
    retry: () => {
      startAt(video.currentTime);
      video.load();
    },
    [Symbol.dispose]: () => takeAway(video),
  };
}

/** Without its source the element withdraws its demand at once. */
function takeAway(video: HTMLVideoElement): void {
  video.pause();
  video.removeAttribute("src");
  video.load();
}
