/**
 * What was heard last, as this browser remembers it.
 *
 * @module
 */
import type { SongView } from "../../../shared/media_description.ts";
import type { Remembered } from "../player/remembered.ts";
import { emptyQueue, MAX_QUEUE_LENGTH, type PlayQueue } from "./play_queue.ts";

/** The queue, where it was in its song, and whether it was heard. */
export interface RememberedMusic {
  readonly queue: PlayQueue;
  readonly seconds: number;
  readonly wasPlaying: boolean;
}

/**
 * What was heard last; nothing when that is not remembered, or by another version in another shape.
 *
 * @param remembered where it is kept
 */
export function rememberedMusic(remembered: Remembered): RememberedMusic {
  const value = remembered.get("music");
  const nothing = { queue: emptyQueue, seconds: 0, wasPlaying: false };
  if (!isObject(value) || !isObject(value["queue"])) return nothing;
  const { queue, seconds, wasPlaying } = value;
  const songs = songsOf(queue["songs"]);
  const { position, repeat } = queue;
  if (songs === undefined || typeof position !== "number" || songs[position] === undefined) return nothing;
  return {
    queue: {
      songs,
      position,
      repeat: repeat === "all" || repeat === "one" ? repeat : "off",
      unshuffled: songsOf(queue["unshuffled"]),
    },
    seconds: typeof seconds === "number" && seconds >= 0 ? seconds : 0,
    wasPlaying: wasPlaying === true,
  };
}

function songsOf(value: unknown): readonly SongView[] | undefined {
  return Array.isArray(value) && value.every(isSong) ? value.slice(0, MAX_QUEUE_LENGTH) : undefined;
}

function isSong(value: unknown): value is SongView {
  return isObject(value) && typeof value["name"] === "string" && typeof value["index"] === "number" &&
    typeof value["infoHash"] === "string" && /^[0-9a-f]{40}$/.test(value["infoHash"]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
