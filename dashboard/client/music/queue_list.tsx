/**
 * The songs that play and follow.
 *
 * @module
 */
import type { JSX } from "preact";
import { Icon } from "../components/icons.tsx";
import { formatClock } from "../player/clock_words.ts";
import { usePeer } from "../shell_context.ts";
import { nameOf } from "./collection.ts";
import { SongArt } from "./song_art.tsx";
import { knownSong } from "./song_supply.ts";

/** Songs shown before the one that plays, and after it. */
const SHOWN_BEFORE = 3;
const SHOWN_AFTER = 60;

/** The list; nothing when one song is all. */
export function QueueList(): JSX.Element | null {
  const { music, store } = usePeer();
  const { songs, position } = music.queue.value;
  if (songs.length < 2) return null;
  const start = Math.max(0, position - SHOWN_BEFORE);
  const shown = songs.slice(start, position + SHOWN_AFTER);
  return (
    <section class="music-queue" aria-label="Queue">
      <h2>
        Queue <small>{position + 1} of {songs.length}</small>
      </h2>
      <ol class="song-list" data-testid="queue">
        {shown.map((queued, offset) => {
          const place = start + offset;
          const song = knownSong(store, queued);
          const isCurrent = place === position;
          return (
            <li key={`${song.infoHash}/${song.index}`} class={isCurrent ? "is-current" : undefined}>
              <button
                type="button"
                class="bare song"
                aria-current={isCurrent ? "true" : undefined}
                onClick={() => void music.jump(place)}
              >
                <SongArt song={song} />
                <span class="song-words">
                  <span dir="auto">{nameOf(song)}</span>
                  <small dir="auto">{song.artist ?? ""}</small>
                </span>
                <small>{song.durationSeconds === undefined ? "" : formatClock(song.durationSeconds)}</small>
              </button>
              {isCurrent ? null : (
                <button
                  type="button"
                  class="bare control"
                  aria-label={`Take ${nameOf(song)} out of the queue`}
                  title="Take out of the queue"
                  onClick={() => music.remove(place)}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
