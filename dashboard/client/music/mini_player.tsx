/**
 * The small player at the foot of every page: what plays, and the buttons that steer it.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Link } from "../components/link.tsx";
import { formatClock } from "../player/clock_words.ts";
import { formatRoute } from "../router.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { nameOf } from "./collection.ts";
import { SongArt } from "./song_art.tsx";
import { knownSong } from "./song_supply.ts";
import { useMediaSession } from "../player/use_media_session.ts";
import { Transport } from "./transport.tsx";

/** The player; nothing while no music was chosen, and on the page of the song that plays, where the large one is. */
export function MiniPlayer(): JSX.Element | null {
  const { music, store } = usePeer();
  const route = useShell().router.route.value;
  useMusicSession();
  const connectionVersion = store.snapshotCount.value;
  useEffect(() => {
    if (music.problem.peek() !== undefined) music.retry();
  }, [connectionVersion]);
  const queued = music.song.value;
  if (queued === undefined) return null;
  const song = knownSong(store, queued);
  const isOnItsPage = route.type === "play" && route.infoHash === song.infoHash && route.index === song.index;
  if (isOnItsPage) return null;
  const { time, duration } = music.playback;
  const share = duration.value > 0 ? time.value / duration.value : 0;
  const problem = music.problem.value;
  return (
    <section class="mini-player" aria-label="Music player" data-testid="mini-player">
      <span class="mini-player-line" style={{ "--share": String(share) }} />
      <Link
        to={formatRoute({ type: "play", ...song })}
        class="mini-player-song"
      >
        <SongArt song={song} />
        <span class="song-words">
          <b dir="auto" data-testid="mini-player-title">{nameOf(song)}</b>
          <small dir="auto">{problem === undefined ? song.artist ?? "" : problem.text}</small>
        </span>
      </Link>
      <Transport isFull={false} />
      <span class="mini-player-time">{formatClock(time.value)} / {formatClock(duration.value)}</span>
    </section>
  );
}

/** Tells the system what plays, on whatever page. */
function useMusicSession(): void {
  const { music, store } = usePeer();
  const queued = music.song.value;
  const song = queued && knownSong(store, queued);
  useMediaSession({
    playback: music.playback,
    playing: song && { title: nameOf(song), artist: song.artist, album: song.album, picture: song.picture },
    isHeard: song !== undefined && music.isWanted.value,
    actions: {
      play: () => void music.resume(),
      pause: () => music.pause(),
      next: () => void music.next(),
      previous: () => void music.previous(),
      seekTo: (seconds) => music.seek(seconds),
      skip: (seconds) => music.seek(music.playback.time.peek() + seconds),
    },
  });
}
