/**
 * The order in which songs are played. Pure: each change gives another queue.
 *
 * @module
 */
import type { SongView } from "../../../shared/media_description.ts";

/** What follows after the last song. */
export type Repeat = "off" | "all" | "one";

/** Songs and where we are among them. */
export interface PlayQueue {
  /** In the order in which they are played. */
  readonly songs: readonly SongView[];
  /** The place of the song that plays; 0 in an empty queue. */
  readonly position: number;
  readonly repeat: Repeat;
  /** The songs in the order they were given, while they are shuffled. */
  readonly unshuffled: readonly SongView[] | undefined;
}

/** Songs that one queue holds: days of music, and little enough to be remembered by the browser. */
export const MAX_QUEUE_LENGTH = 500;

/** Nothing to play. */
export const emptyQueue: PlayQueue = { songs: [], position: 0, repeat: "off", unshuffled: undefined };

/** Whether two songs are the same file. */
export function isSameSong(one: SongView | undefined, other: SongView | undefined): boolean {
  return one?.infoHash === other?.infoHash && one?.index === other?.index;
}

/** The song that plays. */
export function currentSong(queue: PlayQueue): SongView | undefined {
  return queue.songs[queue.position];
}

/**
 * The queue after the song has come to its end, or after the person asked for the next one.
 *
 * @param queue the queue
 * @param options whether the person asked: then a song is not repeated
 * @returns undefined when nothing follows
 */
export function nextInQueue(queue: PlayQueue, options: { readonly isAsked: boolean }): PlayQueue | undefined {
  if (queue.songs.length === 0) return undefined;
  if (queue.repeat === "one" && !options.isAsked) return queue;
  if (queue.position + 1 < queue.songs.length) return { ...queue, position: queue.position + 1 };
  return queue.repeat === "off" ? undefined : { ...queue, position: 0 };
}

/** The queue one song back; at the first one it stays, or goes round when all is repeated. */
export function previousInQueue(queue: PlayQueue): PlayQueue {
  if (queue.position > 0) return { ...queue, position: queue.position - 1 };
  return queue.repeat === "all" ? { ...queue, position: Math.max(0, queue.songs.length - 1) } : queue;
}

/** A queue of these songs, from one of them on; of very many those from there on. Repeat and shuffle stay. */
export function startQueue(
  queue: PlayQueue,
  options: { readonly songs: readonly SongView[]; readonly first: number; readonly random: () => number },
): PlayQueue {
  const isLong = options.songs.length > MAX_QUEUE_LENGTH;
  const start = isLong ? Math.min(options.first, options.songs.length - MAX_QUEUE_LENGTH) : 0;
  const songs = options.songs.slice(start, start + MAX_QUEUE_LENGTH);
  const started = { ...queue, songs, position: options.first - start, unshuffled: undefined };
  return queue.unshuffled === undefined ? started : shuffleQueue(started, options.random);
}

/** Shuffles all but the song that plays, which comes first (Fisher and Yates). */
export function shuffleQueue(queue: PlayQueue, random: () => number): PlayQueue {
  const current = currentSong(queue);
  if (current === undefined) return { ...queue, unshuffled: queue.songs };
  const others = queue.songs.filter((_, place) => place !== queue.position);
  for (let place = others.length - 1; place > 0; place--) {
    const other = Math.floor(random() * (place + 1));
    const [one, two] = [others[place], others[other]];
    if (one !== undefined && two !== undefined) [others[place], others[other]] = [two, one];
  }
  return { ...queue, songs: [current, ...others], position: 0, unshuffled: queue.songs };
}

/** Takes the order back in which the songs were given; the song that plays plays on. */
export function unshuffleQueue(queue: PlayQueue): PlayQueue {
  if (queue.unshuffled === undefined) return queue;
  const current = currentSong(queue);
  const songs = queue.unshuffled;
  const position = Math.max(0, songs.findIndex((song) => isSameSong(song, current)));
  return { ...queue, songs, position, unshuffled: undefined };
}

/** What comes after off, all, one. */
export function nextRepeat(repeat: Repeat): Repeat {
  return repeat === "off" ? "all" : repeat === "all" ? "one" : "off";
}

/** Takes a song out; the one that plays stays where it is in the queue. */
export function withoutSong(queue: PlayQueue, place: number): PlayQueue {
  const song = queue.songs[place];
  if (song === undefined || place === queue.position) return queue;
  return {
    ...queue,
    songs: queue.songs.filter((_, other) => other !== place),
    position: place < queue.position ? queue.position - 1 : queue.position,
    unshuffled: queue.unshuffled?.filter((other) => !isSameSong(other, song)),
  };
}
