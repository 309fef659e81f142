/**
 * The music that is here, as albums by artist; one album with its songs.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { SongView } from "../../../shared/media_description.ts";
import { formatCount } from "../../../shared/format.ts";
import { fetchSongs } from "../api.ts";
import { ApiProblem } from "../api_call.ts";
import { ActionButton } from "../components/action_button.tsx";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { LoadingCards, StatePanel } from "../components/state_panel.tsx";
import { formatClock } from "../player/clock_words.ts";
import { formatRoute } from "../router.ts";
import { usePeer } from "../shell_context.ts";
import { type Album, albumsOf, artistsOf, nameOf } from "./collection.ts";
import { isSameSong } from "./play_queue.ts";
import { SongArt } from "./song_art.tsx";

/** Which album is open. */
export interface AlbumsPageProps {
  /** Its key; absent for all albums. */
  readonly album: string | undefined;
}

type SongsState =
  | { readonly type: "loading" }
  | { readonly type: "known"; readonly songs: readonly SongView[] }
  | { readonly type: "failed"; readonly message: string };

/**
 * The page.
 *
 * @param props see {@link AlbumsPageProps}
 */
export function AlbumsPage({ album: key }: AlbumsPageProps): JSX.Element {
  const { state, retry } = useSongs();
  if (state.value.type === "loading") {
    return (
      <Untold>
        <LoadingCards />
      </Untold>
    );
  }
  if (state.value.type === "failed") {
    return (
      <Untold>
        <StatePanel icon="offline" title="Your music cannot be listed now" testId="albums-failed">
          <p>{state.value.message}</p>
          <ActionButton label="Try again" icon="refresh" onAct={retry} />
        </StatePanel>
      </Untold>
    );
  }
  const albums = albumsOf(state.value.songs);
  if (albums.length === 0) {
    return (
      <Untold>
        <StatePanel icon="music" title="No music is on this computer yet" testId="albums-empty">
          <p>What you download or share is listed here by artist and album.</p>
          <Link to="/" class="button button-main">See what others share</Link>
        </StatePanel>
      </Untold>
    );
  }
  const album = albums.find((other) => other.key === key);
  return album === undefined ? <AlbumGrid albums={albums} /> : <OpenAlbum album={album} />;
}

/** The page while there are no albums to show. */
function Untold({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <>
      <header class="page-head">
        <h1>Albums</h1>
      </header>
      {children}
    </>
  );
}

function AlbumGrid({ albums }: { readonly albums: readonly Album[] }): JSX.Element {
  const artist = useSignal("");
  const shown = albums.filter((album) => artist.value === "" || album.artist === artist.value);
  const songCount = shown.reduce((sum, album) => sum + album.songs.length, 0);
  return (
    <>
      <header class="page-head">
        <h1>Albums</h1>
        <p class="facts">
          <span>{formatCount(shown.length, "album")}</span>
          <span>{formatCount(songCount, "song")}</span>
        </p>
        <label class="select">
          <span class="hidden">Artist</span>
          <select
            data-testid="artist"
            value={artist.value}
            onChange={(event) => artist.value = event.currentTarget.value}
          >
            <option value="">All artists</option>
            {artistsOf(albums).map(({ name, count }) => <option key={name} value={name}>{`${name} (${count})`}
            </option>)}
          </select>
        </label>
      </header>
      <ul class="albums" data-testid="albums">
        {shown.map((album) => <AlbumCard key={album.key} album={album} />)}
      </ul>
    </>
  );
}

function AlbumCard({ album }: { readonly album: Album }): JSX.Element {
  const { music } = usePeer();
  return (
    <li class="album">
      <Link to={formatRoute({ type: "albums", album: album.key })} class="album-link">
        <AlbumArt album={album} />
        <b dir="auto">{album.title}</b>
        <small dir="auto">
          {album.artist}
          {album.year === undefined ? "" : `, ${album.year}`}
        </small>
      </Link>
      <button
        type="button"
        class="bare album-play"
        aria-label={`Play ${album.title}`}
        title={`Play ${album.title}`}
        onClick={() => void music.play(album.songs, 0)}
      >
        <Icon name="play" isFilled />
      </button>
    </li>
  );
}

function AlbumArt({ album }: { readonly album: Album }): JSX.Element | null {
  const [first] = album.songs;
  if (first === undefined) return null;
  const { infoHash } = first;
  return <SongArt song={album.picture === undefined ? { infoHash } : { infoHash, picture: album.picture }} />;
}

function OpenAlbum({ album }: { readonly album: Album }): JSX.Element {
  const { music } = usePeer();
  const { songs } = album;
  const current = music.song.value;
  const shuffle = () => {
    if (music.queue.value.unshuffled === undefined) music.toggleShuffle();
    music.play(songs, Math.floor(Math.random() * songs.length));
  };
  return (
    <article class="album-open">
      <header class="album-head">
        <AlbumArt album={album} />
        <div>
          <h1 dir="auto">{album.title}</h1>
          <p class="music-by" dir="auto">{album.artist}</p>
          <p class="facts">
            {album.year === undefined ? null : <span>{album.year}</span>}
            <span>{formatCount(songs.length, "song")}</span>
            <span>{formatClock(album.durationSeconds)}</span>
          </p>
          <p class="row">
            <ActionButton
              label="Play"
              icon="play"
              weight="main"
              testId="album-play"
              onAct={() => music.play(songs, 0)}
            />
            <ActionButton label="Shuffle" icon="shuffle" onAct={shuffle} />
            <Link to={formatRoute({ type: "albums", album: undefined })} class="button button-plain">All albums</Link>
          </p>
        </div>
      </header>
      <ol class="song-list">
        {songs.map((song, place) => (
          <li key={`${song.infoHash}/${song.index}`} class={isSameSong(song, current) ? "is-current" : undefined}>
            <button
              type="button"
              class="bare song"
              aria-current={isSameSong(song, current) ? "true" : undefined}
              onClick={() =>
                void music.play(songs, place)}
            >
              <small class="song-number">{song.trackNumber ?? place + 1}</small>
              <span class="song-words">
                <span dir="auto">{nameOf(song)}</span>
                <small dir="auto">{song.artist === album.artist ? "" : song.artist ?? ""}</small>
              </span>
              <small>{song.durationSeconds === undefined ? "" : formatClock(song.durationSeconds)}</small>
            </button>
          </li>
        ))}
      </ol>
    </article>
  );
}

/** The songs that are here, asked for again when more of them were read or came. */
function useSongs(): { readonly state: ReadonlySignal<SongsState>; readonly retry: () => Promise<void> } {
  const version = usePeer().store.catalogueVersion.value;
  const state = useSignal<SongsState>({ type: "loading" });
  const load = async (signal: AbortSignal) => {
    try {
      state.value = { type: "known", songs: await fetchSongs({ signal }) };
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      // What is on the screen stays while the peer is away for a moment.
      if (state.value.type !== "known") state.value = { type: "failed", message: error.message };
    }
  };
  useEffect(() => {
    const leaving = new AbortController();
    load(leaving.signal);
    return () => leaving.abort();
  }, [version]);
  return { state, retry: () => load(new AbortController().signal) };
}
