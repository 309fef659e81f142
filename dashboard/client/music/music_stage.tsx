/**
 * The large music player, on the page of a song: cover, words, the bar, all buttons, and the queue.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { TorrentFileView, TorrentView } from "../../../shared/dashboard_views.ts";
import type { SongView } from "../../../shared/media_description.ts";
import { playlistPath } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { ActionButton } from "../components/action_button.tsx";
import { Icon } from "../components/icons.tsx";
import { piecesOfFile } from "../player/file_pieces.ts";
import { formatClock } from "../player/clock_words.ts";
import { PlayerRefusal, PlayerWaiting } from "../player/player_message.tsx";
import type { PlayerCommand } from "../player/player_keys.ts";
import { SeekBar } from "../player/seek_bar.tsx";
import { usePlayerKeys } from "../player/use_player_keys.ts";
import { waitingWords } from "../player/waiting_words.ts";
import { formatRoute } from "../router.ts";
import { usePeer, useShell } from "../shell_context.ts";
import { useTorrentDetails } from "../torrent_details_source.ts";
import { nameOf } from "./collection.ts";
import type { MusicPlayer } from "./music_player.ts";
import { isSameSong } from "./play_queue.ts";
import { QueueList } from "./queue_list.tsx";
import { SongArt } from "./song_art.tsx";
import { songOfFile, songsWith } from "./song_supply.ts";
import { Transport } from "./transport.tsx";

/** Which song. */
export interface MusicStageProps {
  readonly torrent: TorrentView;
  readonly file: TorrentFileView;
}

/**
 * The player. Key it by the file: opening a song's page plays the song, and the page follows the queue.
 *
 * @param props see {@link MusicStageProps}
 */
export function MusicStage({ torrent, file }: MusicStageProps): JSX.Element {
  const { music } = usePeer();
  const details = useTorrentDetails(torrent.infoHash).state.value;
  const song = songOfFile(torrent, file);
  const isCurrent = usePlayed(torrent, song);
  usePlayerKeys((command) => obey(music, command));
  const { time, duration, isWaiting } = music.playback;
  const problem = music.problem.value;
  const isFailed = isCurrent && problem !== undefined && isSameSong(problem.song, song);
  const isHungry = isCurrent && !isFailed && music.isWanted.value && isWaiting.value;
  const known = details.type === "known" ? details.details : undefined;
  const length = duration.value || file.durationSeconds || 0;
  return (
    <div class="music" data-testid="music">
      <div class="music-cover">
        <SongArt song={song} />
        {isHungry
          ? (
            <PlayerWaiting
              text={waitingWords({ torrent, file, peers: known?.peers, durationSeconds: file.durationSeconds })}
            />
          )
          : null}
      </div>
      <div class="music-words">
        <h1 dir="auto" data-testid="music-title">{nameOf(song)}</h1>
        <p class="music-by" dir="auto">
          {[song.artist, song.album].filter((word) => word !== undefined).join(" · ")}
        </p>
        {isFailed
          ? (
            <PlayerRefusal text={problem.text} playlist={playlistPath(torrent.infoHash, file.index)}>
              <ActionButton label="Try again" icon="refresh" onAct={() => music.retry()} />
            </PlayerRefusal>
          )
          : null}
        <SeekBar
          time={time}
          duration={length}
          pieces={piecesOfFile(file, known)}
          onSeek={(seconds) => music.seek(seconds)}
        />
        <p class="music-times">
          <span data-testid="music-time">{formatClock(time.value)}</span>
          <span>{formatClock(length)}</span>
        </p>
        <Transport isFull />
        <Volume music={music} />
      </div>
      <QueueList />
    </div>
  );
}

function Volume({ music }: { readonly music: MusicPlayer }): JSX.Element {
  return (
    <label class="music-volume">
      <Icon name="sound" />
      <input
        type="range"
        class="volume-input"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.05}
        value={music.playback.volume.value}
        onInput={(event) => music.setVolume(Number(event.currentTarget.value))}
      />
    </label>
  );
}

/** Plays the song of the page, then what belongs to it, and lets the page follow the queue. Whether it is the one. */
function usePlayed(torrent: TorrentView, song: SongView): boolean {
  const { music } = usePeer();
  const { router, notices } = useShell();
  const current = music.song.value;
  useEffect(() => {
    const leaving = new AbortController();
    if (isSameSong(music.song.peek(), song)) {
      // After a reload the player itself knows whether to go on.
      if (navigator.userActivation?.hasBeenActive !== false && !music.isWanted.peek()) music.resume();
      return;
    }
    const start = async () => {
      await music.play([song], 0);
      try {
        const songs = await songsWith(torrent, song, { signal: leaving.signal });
        const first = songs.findIndex((other) => isSameSong(other, song));
        if (isSameSong(music.song.peek(), song)) music.surround(songs, first);
      } catch (error) {
        if (leaving.signal.aborted) return;
        if (!(error instanceof ApiProblem)) throw error;
        notices.complain(error.message);
      }
    };
    start();
    return () => leaving.abort();
  }, []);
  useEffect(() => {
    let isFirst = true;
    return music.song.subscribe((next) => {
      // The page of the song before leads to the one that plays now.
      if (!isFirst && next !== undefined && !isSameSong(next, song)) {
        router.replace(formatRoute({ type: "play", infoHash: next.infoHash, index: next.index }));
      }
      isFirst = false;
    });
  }, []);
  return isSameSong(current, song);
}

function obey(music: MusicPlayer, command: PlayerCommand): void {
  const { time, duration, volume } = music.playback;
  if (command.type === "toggle-play") music.toggle();
  else if (command.type === "skip") music.seek(time.value + command.seconds);
  else if (command.type === "jump") music.seek(duration.value * command.share);
  else if (command.type === "volume") music.setVolume(Math.min(1, Math.max(0, volume.value + command.change)));
  else if (command.type === "toggle-mute") music.setVolume(volume.value > 0 ? 0 : 1);
  else if (command.type === "next") music.next();
  else if (command.type === "previous") music.previous();
}
